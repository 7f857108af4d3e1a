"""The chart: heights that tell the truth, well-formed at any count, and nothing but a drawing."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from landing.web.chart import (
    PLOT_HEIGHT,
    ROW_HEIGHT,
    WIDTH,
    Chart,
    Series,
    Slot,
    axis_steps,
    draw_chart,
    draw_file,
)

SVG = "{http://www.w3.org/2000/svg}"
HUGE = 12_345_678
COUNTS = st.integers(0, 10**9)


def a_chart(
    chip: Sequence[int], qr: Sequence[int] = (), saved: Sequence[int] = (), **changes: object
) -> Chart:
    """A chart of these counts; what is not given is zero."""
    zeros = [0] * len(chip)
    chart = Chart(
        title="Openings",
        summary="A few.",
        nothing="Nothing yet",
        slots=tuple(
            Slot(label=f"Nov {day + 1}", words=f"Nov {day + 1}: some") for day in range(len(chip))
        ),
        stacked=(
            Series(name="Chip", mark="chip", counts=tuple(chip)),
            Series(name="QR code", mark="qr", counts=tuple(qr or zeros)),
        ),
        quiet=(Series(name="contacts saved", mark="quiet", counts=tuple(saved or zeros)),),
        locale=Locale("fr"),
    )
    return replace(chart, **changes)  # type: ignore[arg-type]


def drawn(chart: Chart) -> ElementTree.Element:
    """Read the drawing as an XML parser does."""
    return ElementTree.fromstring(draw_chart(chart))


def bars(chart: Chart, mark: str) -> list[dict[str, float]]:
    """The bars of one kind, each with its place and its size; the key's square is left out."""
    return [
        {name: float(bar.attrib[name]) for name in ("x", "y", "width", "height")}
        for bar in drawn(chart).iter(f"{SVG}rect")
        if bar.attrib["class"] == mark and float(bar.attrib["y"]) > 20
    ]


def words_of(chart: Chart) -> list[str]:
    """The words that are drawn."""
    return [text.text or "" for text in drawn(chart).iter(f"{SVG}text")]


def test_heights_are_in_proportion_to_the_counts() -> None:
    heights = [bar["height"] for bar in bars(a_chart([1, 2, 4, 8]), "chip")]

    assert heights == pytest.approx([PLOT_HEIGHT * count / 8 for count in (1, 2, 4, 8)], abs=0.01)


def test_bars_of_one_day_stand_on_one_another_and_on_the_axis() -> None:
    chart = a_chart([3, 0], [5, 2])

    (chip,), qrs = bars(chart, "chip"), bars(chart, "qr")

    assert qrs[0]["y"] + qrs[0]["height"] == pytest.approx(chip["y"], abs=0.01)
    feet = [bar["y"] + bar["height"] for bar in (chip, qrs[1])]
    assert feet[0] == pytest.approx(feet[1], abs=0.01)


def test_day_without_a_count_keeps_its_place_and_has_no_bar() -> None:
    first, last = bars(a_chart([2, 0, 0, 2]), "chip")
    neighbour = bars(a_chart([2, 2, 2, 2]), "chip")[1]

    assert last["x"] - first["x"] == pytest.approx(3 * (neighbour["x"] - first["x"]), abs=0.01)


def test_quiet_row_has_a_scale_of_its_own() -> None:
    heights = [bar["height"] for bar in bars(a_chart([900, 900], saved=[2, 4]), "quiet")]

    assert heights == pytest.approx([ROW_HEIGHT / 2, ROW_HEIGHT], abs=0.01)


@pytest.mark.parametrize(
    ("most", "steps"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (5, [0, 2, 4, 6]),
        (80, [0, 20, 40, 60, 80]),
        (81, [0, 50, 100]),
        (HUGE, [0, 5_000_000, 10_000_000, 15_000_000]),
    ],
)
def test_axis_has_round_numbers(most: int, steps: list[int]) -> None:
    assert axis_steps(most) == steps


@given(COUNTS)
def test_axis_holds_every_count_and_wastes_less_than_two_thirds(most: int) -> None:
    steps = axis_steps(most)

    assert steps[-1] >= most
    assert len(steps) <= 5
    assert most == 0 or steps[-1] < 3 * most


@pytest.mark.parametrize(
    ("language", "said"), [("fr", ["0", "5 M", "10 M", "15 M"]), ("en", ["0", "5M", "10M", "15M"])]
)
def test_huge_counts_are_written_short_in_the_readers_form(language: str, said: list[str]) -> None:
    written = words_of(a_chart([HUGE, 1], locale=Locale(language)))

    assert [words.replace("\u00a0", " ") for words in written][2:6] == said


@pytest.mark.parametrize("counts", [[0] * 30, [0], []])
def test_chart_of_nothing_says_so_and_has_no_bar(counts: list[int]) -> None:
    chart = a_chart(counts)

    assert bars(chart, "chip") == bars(chart, "qr") == bars(chart, "quiet") == []
    assert "Nothing yet" in words_of(chart)


def test_chart_of_something_does_not_say_that_there_is_nothing() -> None:
    assert "Nothing yet" not in words_of(a_chart([0, 1]))


def test_one_day_is_one_bar_that_is_not_as_wide_as_the_chart() -> None:
    [bar] = bars(a_chart([7]), "chip")

    assert bar["width"] < WIDTH / 10


def test_last_day_has_its_date_and_dates_are_as_far_apart_as_words_need() -> None:
    root = drawn(a_chart(list(range(1, 91))))
    dates = [text for text in root.iter(f"{SVG}text") if (text.text or "").startswith("Nov")]
    places = sorted(float(text.attrib["x"]) for text in dates)

    assert "Nov 90" in [text.text for text in dates]
    assert 3 <= len(dates) <= 7
    assert min(after - before for before, after in pairwise(places)) > 44


@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS), max_size=100))
def test_every_chart_is_well_formed_and_keeps_inside(counts: list[tuple[int, int, int]]) -> None:
    chip, qr, saved = (list(each) for each in zip(*counts, strict=True)) if counts else ([], [], [])

    root = drawn(a_chart(chip, qr, saved))
    _, _, width, height = map(float, root.attrib["viewBox"].split())

    for bar in root.iter(f"{SVG}rect"):
        x, y, wide, high = (float(bar.attrib[name]) for name in ("x", "y", "width", "height"))
        assert x >= 0
        assert x + wide <= width + 0.01
        assert y >= 0
        assert y + high <= height + 0.01


@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))))
def test_no_word_can_break_out_of_the_drawing(words: str) -> None:
    chart = a_chart([1], title=words, summary=words, slots=(Slot(label=words, words=words),))

    root = drawn(chart)

    assert [root.findtext(f"{SVG}{name}") for name in ("title", "desc")] == [words, words]
    assert words in words_of(chart)


def test_drawing_is_named_and_described_for_who_does_not_see_it() -> None:
    root = drawn(a_chart([1]))
    ids = [root.find(f"{SVG}{name}").attrib["id"] for name in ("title", "desc")]  # type: ignore[union-attr]

    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"].split() == ids


def faults_of(markup: str) -> list[str]:
    """Name what no drawing of ours may have in it."""
    forbidden = {
        "script": r"<script",
        "style attribute": r"\sstyle=",
        "event handler": r"\son\w+=",
        "address": r"href|url\(",
        "colour of its own": r"\s(fill|stroke)=\"(?!currentColor)",
    }
    return [name for name, pattern in forbidden.items() if re.search(pattern, markup, re.I)]


def test_drawing_has_no_script_no_style_and_fetches_nothing() -> None:
    assert faults_of(draw_chart(a_chart([1, 2], [3, 4], [5, 6]))) == []


@pytest.mark.parametrize(
    ("fault", "broken"),
    [
        ("script", "<script>1</script>"),
        ("style attribute", '<rect style="fill:red"/>'),
        ("event handler", '<rect onclick="x()"/>'),
        ("address", '<use href="#x"/>'),
        ("colour of its own", '<rect fill="red"/>'),
    ],
)
def test_broken_drawing_would_be_noticed(fault: str, broken: str) -> None:
    markup = str(draw_chart(a_chart([1]))).replace("</svg>", f"{broken}</svg>")

    assert fault in faults_of(markup)


def test_chart_for_a_file_brings_its_colours_along() -> None:
    document = draw_file(a_chart([1, 2], [3, 4]))

    root = ElementTree.fromstring(document.encode())
    style = root.findtext(f"{SVG}style") or ""

    assert document.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<svg ')
    marks = {part.attrib["class"] for part in root.iter() if "class" in part.attrib} - {"chart"}
    assert {mark for mark in marks if f".{mark}{{" not in style} == set()
