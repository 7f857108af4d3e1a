"""Numbers and addresses are written as the reader's country writes them."""

from dataclasses import replace

import pytest

from landing.web.card_view import CardView, card_view, regions_that_matter
from tests.landing.web.cast import ZOE, ZOE_CARD, Site, profile_with
from tests.landing.web.pages import read_page


def _view(site: Site, language: str = "en", region: str = "", **fields: object) -> CardView:
    with site.app.test_request_context(f"/?lang={language}"):
        return card_view(profile_with(**fields), language, region)


@pytest.mark.parametrize(
    ("number", "region", "written"),
    [
        ("+33612345678", "FR", "06 12 34 56 78"),
        ("+33612345678", "BE", "+33 6 12 34 56 78"),
        ("+33612345678", "", "+33 6 12 34 56 78"),
        ("+442079460958", "GB", "020 7946 0958"),
        ("+442079460958", "FR", "+44 20 7946 0958"),
        ("+14155552671", "US", "(415) 555-2671"),
        ("+14155552671", "CA", "+1 415-555-2671"),
        ("+41446681800", "CH", "044 668 18 00"),
        ("+999123456", "FR", "+999123456"),
    ],
)
@pytest.mark.parametrize("kind", ["mobile", "phone", "fax"])
def test_a_number_of_the_readers_country_is_written_as_dialled_there(
    site: Site, kind: str, number: str, region: str, written: str
) -> None:
    (row,) = _view(site, region=region, **{kind: number}).rows

    assert row.lines[0].replace("+999 ", "+999") == written
    assert row.href in ("", f"tel:{number}")  # what is dialled is the same everywhere


@pytest.mark.parametrize(
    ("region", "language", "lines"),
    [
        ("FR", "fr", ("28 rue de Caumont", "31000 Toulouse")),
        ("", "fr", ("28 rue de Caumont", "31000 Toulouse", "France")),
        ("DE", "en", ("28 rue de Caumont", "31000 Toulouse", "France")),
    ],
)
def test_the_country_is_left_out_at_home(
    site: Site, region: str, language: str, lines: tuple[str, ...]
) -> None:
    fields = {"street": "28 rue de Caumont", "postcode": "31000", "city": "Toulouse"}

    (row,) = _view(site, language, region, country="FR", **fields).rows

    assert row.lines == lines
    assert row.href.endswith("31000%20Toulouse%2C%20France")  # a map is searched the world over


@pytest.mark.parametrize(("language", "country"), [("fr", "Royaume-Uni"), ("en", "United Kingdom")])
def test_an_address_is_written_as_its_country_does(site: Site, language: str, country: str) -> None:
    fields = {"street": "10 Downing Street", "postcode": "SW1A 2AA", "city": "London"}

    (row,) = _view(site, language, "FR", country="GB", **fields).rows

    assert row.lines == ("10 Downing Street", "London", "SW1A 2AA", country)


def test_a_country_that_stands_alone_is_named_at_home_too(site: Site) -> None:
    (row,) = _view(site, "fr", "FR", country="FR").rows

    assert row.lines == ("France",)


@pytest.mark.parametrize(
    ("fields", "regions"),
    [
        ({}, set()),
        ({"email": "a@b.example"}, set()),
        ({"mobile": "+33612345678"}, {"FR"}),
        ({"mobile": "+33612345678", "fax": "+442079460958"}, {"FR", "GB"}),
        ({"mobile": "+14155552671", "city": "Ottawa", "country": "CA"}, {"US", "CA"}),
        ({"country": "FR"}, set()),
        ({"mobile": "sur demande", "city": "Toulouse"}, set()),
    ],
)
def test_the_countries_that_matter_are_those_of_numbers_and_address(
    fields: dict[str, object], regions: set[str]
) -> None:
    assert regions_that_matter(profile_with(**fields)) == regions


COUNTRIES = ("", "FR", "GB", "US", "CA", "DE", "BE", "GP", "XX", "ZZ", "'><b>")


def test_the_page_is_another_for_the_countries_that_matter_and_no_others(site: Site) -> None:
    profile = replace(ZOE, fax="+442079460958", country="DE")
    with site.app.test_request_context("/"):
        views = {region: card_view(profile, "fr", region) for region in COUNTRIES}

    differing = {region for region, view in views.items() if view != views[""]}

    assert differing == regions_that_matter(profile) == {"FR", "GB", "DE"}


@pytest.mark.parametrize(
    ("accepted", "written"),
    [
        ("fr-FR,fr;q=0.9", "06 12 34 56 78"),
        ("fr,en;q=0.5", "+33 6 12 34 56 78"),
        ("en-GB,fr-FR;q=0.5", "+33 6 12 34 56 78"),
        ("zh-Hant-FR", "06 12 34 56 78"),
    ],
)
def test_the_country_is_the_one_that_the_phone_names(
    site: Site, accepted: str, written: str
) -> None:
    answer = site.client().get(f"/c/{ZOE_CARD}", headers={"Accept-Language": accepted})

    assert written in read_page(answer.text).words
