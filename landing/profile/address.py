"""The lines of an address as the country it lies in writes them.

Source: UPU, Postal addressing systems in member countries; Royal Mail, Clear addressing (post town,
then the postcode on a line of its own); USPS Publication 28, 21 (city, state, ZIP code); Canada
Post, Addressing guidelines (two spaces before the postal code).
"""

_AFTER_THE_TOWN = frozenset("US PR AU NZ IN SG JP KR TW TH PH ID PK BD SA".split())
_BELOW_THE_TOWN = frozenset("GB GG JE IM IE ZA KE BR UA RU KZ LK MT GI FK".split())
_LUXEMBOURG_DIGITS = 4


def town_lines(postcode: str, city: str, country: str) -> tuple[str, ...]:
    """Write postcode and town for ``country`` (ISO 3166-1 alpha-2), empty where unknown.

    Most of the world writes the postcode before the town, so an unknown country does too.
    """
    if country in _BELOW_THE_TOWN:
        return tuple(part for part in (city, postcode) if part)
    if country == "CA":
        line = _beside(city, postcode, gap="\u00a0 ")  # two spaces that HTML does not fold
    elif country in _AFTER_THE_TOWN:
        line = _beside(city, postcode)
    elif country == "LU" and postcode.isdecimal() and len(postcode) == _LUXEMBOURG_DIGITS:
        line = _beside(f"L-{postcode}", city)
    else:
        line = _beside(postcode, city)
    return (line,) if line else ()


def _beside(first: str, second: str, *, gap: str = " ") -> str:
    return gap.join(part for part in (first, second) if part)
