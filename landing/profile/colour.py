"""A company's colour made readable: what a page may paint with it, in daylight and at night.

The owner chooses any colour; what is drawn of it is computed, so that words and edges keep their
contrast. Source: WCAG 2.2, 1.4.3 (text, 4.5:1), 1.4.11 (edges and icons, 3:1), and its
definitions of relative luminance and contrast ratio.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

TEXT_CONTRAST = 4.5
EDGE_CONTRAST = 3.0

_SEEN = 1.3  # a fill that differs less from its sheet is no fill
_STEPS = 200
_WHITE, _BLACK = "#ffffff", "#000000"
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the page itself is painted with: behind the sheet, the sheet, and its two inks."""

    paper: str
    sheet: str
    ink: str
    soft: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """What a page paints with one colour.

    ``accent`` is for words, icons and the focus ring; ``fill`` and ``on_fill`` for the button and
    the monogram, ``rim`` for their edge, ``shade`` for the quiet shapes behind a monogram's
    letters; ``tint`` lies under words and icons; ``deep`` to ``mid`` is the cover, without words.
    """

    accent: str
    fill: str
    on_fill: str
    rim: str
    shade: str
    tint: str
    deep: str
    mid: str


LIGHT = Ground(paper="#f3f1ec", sheet="#ffffff", ink="#1a2024", soft="#59636b")
DARK = Ground(paper="#0e1214", sheet="#171c1f", ink="#eef1f2", soft="#a6b0b6")


def is_colour(text: str) -> bool:
    """Tell whether this is a colour as profiles keep it: ``#rrggbb`` in small letters."""
    return _COLOUR.fullmatch(text) is not None


def luminance(colour: str) -> float:
    """The relative luminance, 0 for black to 1 for white."""
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(colour: str, other: str, share: float) -> str:
    """The colour with a ``share`` (0 to 1) of another in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def light_palette(colour: str) -> Palette:
    """What a page in daylight paints with ``colour``."""
    if contrast(colour, LIGHT.sheet) < _SEEN:
        colour = _readable(colour, _BLACK, (LIGHT.sheet,))
    tint = mix(LIGHT.sheet, colour, 0.09)
    accent = _readable(colour, _BLACK, (LIGHT.sheet, LIGHT.paper, tint))
    deep, mid = mix(colour, _BLACK, 0.2), mix(colour, _WHITE, 0.12)
    return _palette(LIGHT, accent, colour, tint, deep, mid)


def dark_palette(colour: str) -> Palette:
    """What a page at night paints with ``colour``."""
    tint = mix(DARK.sheet, mix(colour, _WHITE, 0.25), 0.16)
    accent = _readable(colour, _WHITE, (DARK.sheet, DARK.paper, tint))
    fill = colour if contrast(colour, DARK.sheet) >= EDGE_CONTRAST else accent
    dimmed = _until(
        mix(colour, _BLACK, 0.3), _WHITE, lambda tried: contrast(tried, DARK.sheet) >= _SEEN
    )
    return _palette(DARK, accent, fill, tint, dimmed, mix(dimmed, _WHITE, 0.16))


def _palette(ground: Ground, accent: str, fill: str, tint: str, deep: str, mid: str) -> Palette:
    # Of white and black one always has 4.5 on a colour: their ratios on it multiply to 21.
    on_fill = _WHITE if contrast(_WHITE, fill) >= TEXT_CONTRAST else _BLACK
    return Palette(
        accent=accent,
        fill=fill,
        on_fill=on_fill,
        rim=fill if contrast(fill, ground.sheet) >= EDGE_CONTRAST else accent,
        shade=_BLACK if on_fill == _WHITE else _WHITE,
        tint=tint,
        deep=deep,
        mid=mid,
    )


def _readable(colour: str, towards: str, grounds: tuple[str, ...]) -> str:
    return _until(
        colour,
        towards,
        lambda tried: all(contrast(tried, ground) >= TEXT_CONTRAST for ground in grounds),
    )


def _until(colour: str, towards: str, enough: Callable[[str], bool]) -> str:
    """The first colour on the way from one to another that is enough."""
    for step in range(_STEPS):
        tried = mix(colour, towards, step / _STEPS)
        if enough(tried):
            return tried
    return towards


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
