"""Whatever colour a company chooses, words and edges keep their contrast."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from landing.profile.colour import (
    DARK,
    EDGE_CONTRAST,
    LIGHT,
    TEXT_CONTRAST,
    Ground,
    Palette,
    contrast,
    dark_palette,
    is_colour,
    light_palette,
    luminance,
    mix,
)
from landing.web.resources import resource_dir

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
BY_TIME = [(LIGHT, light_palette), (DARK, dark_palette)]


def faults_of(palette: Palette, ground: Ground) -> list[str]:
    """Name what cannot be read or seen of a palette on the page that it is for."""
    reached = {
        "accent as text": min(
            contrast(palette.accent, behind)
            for behind in (ground.sheet, ground.paper, palette.tint)
        ),
        "text on the button": contrast(palette.on_fill, palette.fill),
        "letters on a monogram's shapes": contrast(
            palette.on_fill, mix(palette.fill, palette.shade, 0.25)
        ),
        "text on the tint": min(contrast(ink, palette.tint) for ink in (ground.ink, ground.soft)),
    }
    faults = [name for name, ratio in reached.items() if ratio < TEXT_CONTRAST]
    if contrast(palette.rim, ground.sheet) < EDGE_CONTRAST:
        faults.append("edge of the button")
    return faults


@settings(deadline=None)
@given(colours)
@example("#ffffff")
@example("#000000")
@example("#ffff00")
@example("#808080")
@example("#767676")
@example("#ff0000")
@example("#00ff00")
@example("#0000ff")
@example("#171c1f")
def test_every_colour_can_be_read(colour: str) -> None:
    for ground, palette_of in BY_TIME:
        assert faults_of(palette_of(colour), ground) == []


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("accent", "#ffd500", "accent as text"),
        ("on_fill", "#ffffff", "text on the button"),
        ("tint", "#ffd500", "text on the tint"),
        ("rim", "#ffd500", "edge of the button"),
        ("shade", "#000000", "letters on a monogram's shapes"),
    ],
)
def test_a_colour_that_cannot_be_read_would_be_noticed(field: str, value: str, fault: str) -> None:
    palette = light_palette("#808080" if field == "shade" else "#ffd500")
    values = {name: getattr(palette, name) for name in Palette.__slots__}

    assert fault in faults_of(Palette(**values | {field: value}), LIGHT)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#ffffff", "#000000", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
        ("#17505f", "#17505f", 1.0),
    ],
)
def test_the_ratio_is_the_one_that_wcag_defines(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@settings(deadline=None)
@given(colours)
def test_luminance_lies_between_black_and_white(colour: str) -> None:
    assert luminance("#000000") <= luminance(colour) <= luminance("#ffffff")


@pytest.mark.parametrize("colour", ["#17505f", "#c8102e", "#001f5b", "#000000"])
def test_a_colour_that_is_readable_stays_itself_in_daylight(colour: str) -> None:
    palette = light_palette(colour)

    assert (palette.accent, palette.fill, palette.rim) == (colour, colour, colour)


def test_a_bright_colour_stays_itself_on_the_button() -> None:
    palette = light_palette("#ffd500")

    assert (palette.fill, palette.on_fill) == ("#ffd500", "#000000")
    assert palette.rim == palette.accent != "#ffd500"


@pytest.mark.parametrize(
    "text", ["", "red", "#fff", "#FFFFFF", "#12345g", "#1234567", "#123456\n", "}body{x:y"]
)
def test_nothing_but_a_colour_is_one(text: str) -> None:
    assert not is_colour(text)
    assert is_colour("#12ab9f")


def test_the_grounds_are_those_of_the_stylesheet() -> None:
    style = (resource_dir("static") / "site.css").read_text("utf-8")
    day, night = style.split("prefers-color-scheme: dark", 1)

    for ground, text in ((LIGHT, day), (DARK, night)):
        for name in Ground.__slots__:
            found = re.search(rf"--{name}: (#[0-9a-f]+);", text)
            assert found is not None
            written = found[1] if len(found[1]) == 7 else "#" + "".join(2 * c for c in found[1][1:])
            assert written == getattr(ground, name)
