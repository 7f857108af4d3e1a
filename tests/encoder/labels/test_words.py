"""Words on a label: the letters there are, in the room there is."""

from typing import SupportsIndex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth

from encoder.labels.words import BOLD, REGULAR, cut, fit, printable, register_fonts

WIDTH = 75.0


@pytest.fixture(autouse=True)
def _fonts() -> None:
    register_fonts()


def test_french_letters_are_all_there() -> None:
    french = "àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ«»’–€"

    assert printable(french, REGULAR) == french
    assert printable(french, BOLD) == french


def test_text_of_any_length_is_cut_by_weighing_few_pieces_of_it() -> None:
    pieces: list[str] = []

    class Weighed(str):
        def __getitem__(self, place: SupportsIndex | slice) -> str:
            pieces.append(super().__getitem__(place))
            return Weighed(pieces[-1])

    shown = cut(Weighed("a.m." * 2000), REGULAR, 7.0, WIDTH)

    assert shown == cut("a.m." * 30, REGULAR, 7.0, WIDTH)
    assert len(pieces) < 20


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ｗ", "W"),
        ("e\u0301te\u0301", "été"),
        ("山田 Bob", "?? Bob"),
        ("Bob 😀", "Bob ?"),
        ("Bob\u200b\u202e", "Bob"),
        ("a\u00a0\u2003b", "a b"),
        ("ﬁn", "ﬁn"),
    ],
)
def test_missing_letters_have_a_visible_stand_in(text: str, shown: str) -> None:
    assert printable(text, REGULAR) == shown


def test_short_text_keeps_its_size_on_one_line() -> None:
    fitted = fit("Zoé", BOLD, width=WIDTH, largest=10, smallest=7, max_lines=2)

    assert (fitted.lines, fitted.size) == (("Zoé",), 10)


def test_longer_text_shrinks_before_it_wraps() -> None:
    fitted = fit("Anne-Laure Lefèvre", BOLD, width=WIDTH, largest=12, smallest=7, max_lines=2)

    assert len(fitted.lines) == 1
    assert 7 <= fitted.size < 12


def test_longest_text_is_cut_with_an_ellipsis() -> None:
    fitted = fit("Jean-Baptiste " * 9, BOLD, width=WIDTH, largest=10, smallest=7, max_lines=2)

    assert len(fitted.lines) == 2
    assert fitted.lines[-1].endswith("…")


def test_cut_leaves_text_that_fits_alone() -> None:
    assert cut("Zoé", REGULAR, 8, WIDTH) == "Zoé"


@given(st.text(max_size=80))
def test_no_line_is_wider_than_its_room(text: str) -> None:
    fitted = fit(text, REGULAR, width=WIDTH, largest=9, smallest=6, max_lines=2)

    assert len(fitted.lines) <= 2
    assert all(stringWidth(line, REGULAR, fitted.size) <= WIDTH for line in fitted.lines)
