"""The drawing in a portrait's place: initials, and quiet shapes that differ from name to name."""

import hashlib
from dataclasses import dataclass

from landing.profile.initials import company_initials, person_initials
from landing.profile.model import Profile

SIDE = 96  # of the drawing, in its own units
_POSITIONS = (0, 16, 32, 48, 64, 80, 96, 112)
_RADII = (28, 36, 44, 56)


@dataclass(frozen=True, slots=True)
class Circle:
    """One of the shapes behind the letters."""

    x: int
    y: int
    radius: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Monogram:
    """What is drawn: the letters and what lies behind them. It is decoration."""

    letters: str
    circles: tuple[Circle, Circle]


def monogram(profile: Profile) -> Monogram:
    """Draw a profile's monogram: always the same for the same name."""
    if profile.given_name or profile.family_name:
        letters = person_initials(profile.given_name, profile.family_name)
    else:
        letters = company_initials(profile.company)
    digest = hashlib.sha256(profile.display_name.encode()).digest()
    return Monogram(letters=letters, circles=(_circle(digest[:3]), _circle(digest[3:6])))


def _circle(dice: bytes) -> Circle:
    """A circle whose middle is on the edge of the drawing or beyond, never behind the letters."""
    along, across = _POSITIONS[dice[0] % 8], (0, SIDE)[dice[1] % 2]
    x, y = (along, across) if dice[1] & 2 else (across, along)
    return Circle(x, y, _RADII[dice[2] % 4])
