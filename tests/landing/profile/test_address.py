"""An address reads as letters to its country are written."""

import pytest

from landing.profile.address import town_lines


@pytest.mark.parametrize(
    ("country", "postcode", "city", "lines"),
    [
        ("FR", "31000", "Toulouse", ("31000 Toulouse",)),
        ("BE", "1000", "Bruxelles", ("1000 Bruxelles",)),
        ("CH", "8001", "Zürich", ("8001 Zürich",)),
        ("DE", "10115", "Berlin", ("10115 Berlin",)),
        ("ES", "28013", "Madrid", ("28013 Madrid",)),
        ("IT", "00184", "Roma RM", ("00184 Roma RM",)),
        ("LU", "4750", "Pétange", ("L-4750 Pétange",)),
        ("LU", "L-4750", "Pétange", ("L-4750 Pétange",)),
        ("NL", "1012 AB", "Amsterdam", ("1012 AB Amsterdam",)),
        ("GB", "SW1A 1AA", "London", ("London", "SW1A 1AA")),
        ("IE", "D02 AF30", "Dublin 2", ("Dublin 2", "D02 AF30")),
        ("US", "20500", "Washington, DC", ("Washington, DC 20500",)),
        ("CA", "K1A 0B1", "Ottawa ON", ("Ottawa ON\u00a0 K1A 0B1",)),
        ("AU", "3000", "Melbourne VIC", ("Melbourne VIC 3000",)),
        ("", "12345", "Ville", ("12345 Ville",)),
        ("ZZ", "12345", "Ville", ("12345 Ville",)),
        ("FR", "", "Toulouse", ("Toulouse",)),
        ("GB", "", "London", ("London",)),
        ("US", "20500", "", ("20500",)),
        ("LU", "4750", "", ("L-4750",)),
        ("FR", "", "", ()),
    ],
)
def test_town_and_postcode_stand_as_the_country_writes_them(
    country: str, postcode: str, city: str, lines: tuple[str, ...]
) -> None:
    assert town_lines(postcode, city, country) == lines
