"""A layout that cannot be used is refused with its file, its line, and what is allowed."""

from pathlib import Path

import pytest
from PIL import Image

from encoder.errors import LayoutError
from encoder.labels.layout_file import layout_names, load_layout, parse_layout

GOOD = """\
format = "wecard.layout/1"
width_mm = 60
height_mm = 40
safe_mm = 1

[[field]]
kind = "qr"
x_mm = 2
y_mm = 5
side_mm = 30

[[field]]
kind = "name"
x_mm = 34
y_mm = 5
width_mm = 24
height_mm = 8
size_pt = 10
"""
SHEET = """
[sheet]
columns = 3
rows = 7
left_mm = 5
top_mm = 10
column_pitch_mm = 62
row_pitch_mm = 40
"""


def refusal(text: str, folder: Path | None = None) -> str:
    """What is said of a layout."""
    with pytest.raises(LayoutError) as caught:
        parse_layout(text, source="mine.toml", folder=folder)
    return str(caught.value)


def test_layout_that_is_right_is_read() -> None:
    layout = parse_layout(GOOD + SHEET, source="folder/mine.toml")

    assert (layout.name, layout.width_mm, len(layout.fields)) == ("mine", 60, 2)
    assert layout.sheet is not None
    assert layout.sheet.corner_of(4) == (67, 50)


# The fault: what is replaced, by what, and what must be said of it.
FAULTS = {
    "word-for-number": ("size_pt = 10", 'size_pt = "big"',
        ("mine.toml, line 18: field 2 (name), size_pt: a number from 4 to 144 is allowed,"
        " found 'big'")),
    "true-for-number": ("size_pt = 10", "size_pt = true", "line 18: field 2 (name), size_pt"),
    "too-large": ("width_mm = 60", "width_mm = 6000", "line 2: width_mm: a number from 5 to 1200"),
    "unknown-kind": ('"name"', '"photo"', "line 13: field 2 (photo), kind: one of qr, token,"),
    "unknown-key": ("size_pt = 10", "size_pt = 10\nfont_size = 3",
        "line 19: field 2 (name), font_size: is not known; allowed are kind, x_mm,"),
    "unknown-table": ("[[field]]", "[other]\na = 1\n[[field]]", "other: is not known"),
    "missing-key": ("side_mm = 30", "", ("line 6: field 1 (qr), side_mm: a number from 5 to 300 is"
        " allowed, found nothing")),
    "other-format": ("layout/1", "layout/2", "line 1: format: one of wecard.layout/1 is allowed"),
    "no-toml": ("width_mm = 60", "width_mm = = 60", "is no TOML: Invalid value (at line 2, column"),
    "colour": ("size_pt = 10", 'size_pt = 10\ncolour = "red"', ("line 19: field 2 (name), colour:"
        " a colour such as #1a2b3c is allowed, found 'red'")),
    "lines": ("size_pt = 10", "size_pt = 10\nlines = 0", "a whole number from 1 to 20 is allowed"),
    "on-the-code": ("x_mm = 34", "x_mm = 31", ("line 12: field 2 (name): it overlaps the field of"
        " kind qr")),
    "band-on-the-code": ('"name"\nx_mm = 34\ny_mm = 5\nwidth_mm = 24\nheight_mm = 8\nsize_pt = 10',
        '"band"\nx_mm = 31\ny_mm = 5\nwidth_mm = 24\nheight_mm = 8',
        "field 2 (band): it overlaps the field of kind qr"),
    "outside": ("x_mm = 34", "x_mm = 40", ("line 12: field 2 (name): it may reach from 1 to 59 mm"
        " across and from 1 to 39 mm down, found 40 to 64")),
    "code-too-small": ("side_mm = 30", "side_mm = 13", ("line 10: field 1 (qr), side_mm: 13.2 mm or"
        " more is allowed, so that each of the 33 modules, quiet zones included, has 0.4 mm,"
        " found 13: 0.394 mm a module")),
    "line-too-high": ("height_mm = 8", "height_mm = 2", ("line 17: field 2 (name), height_mm: 2.99"
        " mm or more is allowed for a line of 7 points, found 2")),
    "no-code": ('kind = "qr"\nx_mm = 2\ny_mm = 5\nside_mm = 30',
        'kind = "token"\nx_mm = 2\ny_mm = 5\nwidth_mm = 9\nheight_mm = 9\nsize_pt = 8',
        "one QR code is allowed and needed"),
    "in-the-corner": ("safe_mm = 1", 'safe_mm = 1\nshape = "round"', ("its corners may be 19.00 mm"
        " from the middle")),
    "no-words": ('"name"', '"text"', ("line 12: field 2 (text), fr: the text in French (fr), in"
        " English (en) or in both is allowed")),
    "sheet-too-wide": ("columns = 3", "columns = 4", ("sheet: its 4 labels of 60 mm must fit across"
        " into 210 mm without overlapping, found a pitch of 62 mm and an end at 251")),
    "sheet-overlapping": ("row_pitch_mm = 40", "row_pitch_mm = 39", "must fit down"),
    "sheet-key": ("columns = 3", "columns = 3\ncolours = 4", "sheet, colours: is not known"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_named_with_file_line_field_and_what_is_allowed(fault: str) -> None:
    found, put, told = FAULTS[fault]
    text = (GOOD + SHEET).replace(found, put, 1)

    said = refusal(text)

    assert text != GOOD + SHEET
    assert told in said
    assert said.startswith("mine.toml")
    assert said.endswith("nothing was drawn")


@pytest.mark.parametrize("sheet", ["5", '"ab"', "[]", "[{columns = 1}]"])
def test_sheet_that_is_no_table_is_named_with_its_line(sheet: str) -> None:
    said = refusal(GOOD.replace("safe_mm = 1", f"safe_mm = 1\nsheet = {sheet}"))

    assert "mine.toml, line 5: sheet: a table, [sheet], is allowed, found" in said


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "1" * 5000])
def test_file_that_the_reader_of_toml_chokes_on_is_refused(text: str) -> None:
    assert "mine.toml is no TOML" in refusal(text)


def test_fields_written_as_inline_tables_are_named_without_a_line() -> None:
    said = refusal(GOOD.partition("[[")[0] + 'field = [{kind = "name", x_mm = "a"}]')

    assert "mine.toml: field 1 (name), x_mm: a number" in said


def test_layout_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="no layout nowhere") as caught:
        load_layout("nowhere")

    assert "cr80-back" in caught.value.hint
    (tmp_path / "latin.toml").write_bytes(b"title = '\xe9'")
    with pytest.raises(LayoutError, match="not UTF-8"):
        load_layout(str(tmp_path / "latin.toml"))


def test_operators_own_layout_is_read_by_its_path_with_its_logo(tmp_path: Path) -> None:
    Image.new("RGB", (40, 20), "red").save(tmp_path / "logo.png")
    logo = '\n[[field]]\nkind = "logo"\nx_mm = 34\ny_mm = 20\nwidth_mm = 9\nheight_mm = 9\n'
    (tmp_path / "mine.toml").write_text(GOOD + logo + 'file = "logo.png"\n', encoding="utf-8")

    layout = load_layout(str(tmp_path / "mine.toml"))

    assert layout.fields[2].file == tmp_path / "logo.png"
    assert "a picture's file" in refusal(GOOD + logo + 'file = "none.png"', tmp_path)


@pytest.mark.parametrize("name", layout_names())
def test_every_layout_of_ours_is_right_and_has_a_title(name: str) -> None:
    layout = load_layout(name)

    assert layout.name == name
    assert layout.title != name
