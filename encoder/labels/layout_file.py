"""Read a label's layout from a TOML file: one of our own by its name, or the operator's by path.

The file format is described in docs/formats/label-layout.md.
"""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from encoder.errors import LayoutError
from encoder.labels.layout import (
    Align,
    Box,
    Face,
    Field,
    Kind,
    Language,
    Layout,
    Shape,
    Sheet,
    Type,
    VerticalAlign,
)
from encoder.labels.layout_rules import check_room
from encoder.labels.toml_lines import Lines, Table

FORMAT = "wecard.layout/1"
_SUFFIX = ".toml"
_MAX_BYTES = 1_000_000
_MAX_SIDE_MM = 1200
_BOX = ("x_mm", "y_mm", "width_mm", "height_mm")
_TYPE = ("font", "size_pt", "min_size_pt", "lines", "align", "valign", "colour")
_LANGUAGES: tuple[Language, ...] = get_args(Language)
_TOP = (
    *("format", "title", "width_mm", "height_mm", "bleed_mm", "safe_mm", "corner_mm", "shape"),
    *("sheet", "field"),
)
_SHEET = (
    *("page_width_mm", "page_height_mm", "columns", "rows", "left_mm", "top_mm"),
    *("column_pitch_mm", "row_pitch_mm", "frames"),
)
_KEYS: dict[Kind, tuple[str, ...]] = {
    "qr": ("kind", "x_mm", "y_mm", "side_mm", "logo_inside"),
    "logo": ("kind", *_BOX, "file"),
    "band": ("kind", *_BOX, "colour"),
    "text": ("kind", *_BOX, *_TYPE, *_LANGUAGES),
    "hint": ("kind", *_BOX, *_TYPE, *_LANGUAGES),
    "position": ("kind", *_BOX, *_TYPE, *_LANGUAGES),
    "token": ("kind", *_BOX, *_TYPE),
    "name": ("kind", *_BOX, *_TYPE),
    "line": ("kind", *_BOX, *_TYPE),
    "activation": ("kind", *_BOX, *_TYPE),
}
_WORDS: dict[Kind, dict[Language, str]] = {
    "hint": {"fr": "NFC ou QR", "en": "NFC or QR"},
    "position": {"fr": "n°", "en": "no."},
}


def layout_names() -> list[str]:
    """The layouts that come with the program."""
    return sorted(entry.name.removesuffix(_SUFFIX) for entry in _own().iterdir())


def load_layout(name: str) -> Layout:
    """One of our own layouts by its name, or the one in the file of that path.

    Raises:
        LayoutError: there is none, or it is broken: the file, the line, and what is allowed.
    """
    if name in layout_names():
        source = _own() / f"{name}{_SUFFIX}"
        return parse_layout(source.read_text(encoding="utf-8"), source=f"{name}{_SUFFIX}")
    path = Path(name)
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise LayoutError(
            f"there is no layout {name}: {told}; nothing was drawn",
            hint=f"name one of {', '.join(layout_names())}, or a layout file's path",
        ) from error
    return parse_layout(text, source=name, folder=path.parent)


def parse_layout(text: str, *, source: str, folder: Path | None = None) -> Layout:
    """A layout from the text of its file; a logo's file is sought in ``folder``.

    Raises:
        LayoutError: it is broken.
    """
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # too long a number, too deep a nest
        raise LayoutError(f"{source} is no TOML: {error}; nothing was drawn") from error
    lines = Lines(text)
    top = Table(content, source=source, lines=lines)
    top.only(_TOP)
    top.choice("format", (FORMAT,))
    width, height = (top.number(name, 5, _MAX_SIDE_MM) for name in ("width_mm", "height_mm"))
    tables = list(_field_tables(content, top, source, lines))
    layout = Layout(
        name=Path(source).stem,
        title=top.text("title", default=Path(source).stem),
        width_mm=width,
        height_mm=height,
        bleed_mm=top.number("bleed_mm", 0, 20, default=0),
        safe_mm=top.number("safe_mm", 0, min(width, height) / 3, default=0),
        corner_mm=top.number("corner_mm", 0, min(width, height) / 2, default=0),
        shape=top.choice("shape", get_args(Shape), default="rectangle"),
        fields=tuple(_field(table, folder) for table in tables),
        sheet=_sheet(content, top, source, lines) if top.has("sheet") else None,
    )
    check_room(layout, top, tables)
    return layout


def _own() -> Any:
    return files("encoder.labels") / "layouts"


def _field_tables(
    content: dict[str, Any], top: Table, source: str, lines: Lines
) -> Iterator[Table]:
    given = content.get("field")
    if not isinstance(given, list) or not all(isinstance(entry, dict) for entry in given):
        raise top.wrong("field", "a [[field]] for each thing on the label", given)
    for index, values in enumerate(given):
        called = f"field {index + 1} ({values.get('kind', 'no kind')})"
        yield Table(values, source=source, lines=lines, table="field", index=index, called=called)


def _field(table: Table, folder: Path | None) -> Field:
    kind = table.choice("kind", get_args(Kind))
    table.only(_KEYS[kind])
    if kind == "qr":
        side = table.number("side_mm", 5, 300)
        box = _box(table, width_mm=side, height_mm=side)
        return Field(kind=kind, box=box, logo_inside=table.flag("logo_inside", default=False))
    box = _box(table)
    if kind == "logo":
        return Field(kind=kind, box=box, file=_logo_file(table, folder))
    if kind == "band":
        return Field(kind=kind, box=box, colour=table.colour("colour", default="#000000"))
    return Field(kind=kind, box=box, type=_type(table), words=tuple(_words(kind, table)))


def _box(table: Table, *, width_mm: float | None = None, height_mm: float | None = None) -> Box:
    return Box(
        x_mm=table.number("x_mm", -20, _MAX_SIDE_MM),
        y_mm=table.number("y_mm", -20, _MAX_SIDE_MM),
        width_mm=width_mm or table.number("width_mm", 0.1, _MAX_SIDE_MM),
        height_mm=height_mm or table.number("height_mm", 0.1, _MAX_SIDE_MM),
    )


def _type(table: Table) -> Type:
    size = table.number("size_pt", 4, 144)
    return Type(
        face=table.choice("font", get_args(Face), default="regular"),
        size_pt=size,
        min_size_pt=table.number("min_size_pt", 4, size, default=min(size, max(4, size * 0.7))),
        lines=table.count("lines", 20, default=1),
        align=table.choice("align", get_args(Align), default="left"),
        vertical_align=table.choice("valign", get_args(VerticalAlign), default="top"),
        colour=table.colour("colour", default="#000000"),
    )


def _words(kind: Kind, table: Table) -> Iterator[tuple[Language, str]]:
    own = _WORDS.get(kind, {})
    if kind == "text" and not any(table.has(language) for language in _LANGUAGES):
        raise table.wrong("fr", "the text in French (fr), in English (en) or in both", None)
    for language in _LANGUAGES:
        if table.has(language) or language in own:
            yield language, table.text(language, default=own.get(language))


def _logo_file(table: Table, folder: Path | None) -> Path | None:
    if not table.has("file"):
        return None
    path = (folder or Path()) / table.text("file")
    if not path.is_file():
        raise table.wrong("file", "a picture's file, from the layout file's folder", str(path))
    return path


def _sheet(content: dict[str, Any], top: Table, source: str, lines: Lines) -> Sheet:
    if not isinstance(content["sheet"], dict):
        raise top.wrong("sheet", "a table, [sheet],", content["sheet"])
    table = Table(content["sheet"], source=source, lines=lines, table="sheet", called="sheet")
    table.only(_SHEET)
    return Sheet(
        page_width_mm=table.number("page_width_mm", 20, _MAX_SIDE_MM, default=210),
        page_height_mm=table.number("page_height_mm", 20, _MAX_SIDE_MM, default=297),
        columns=table.count("columns", 50),
        rows=table.count("rows", 100),
        left_mm=table.number("left_mm", 0, _MAX_SIDE_MM),
        top_mm=table.number("top_mm", 0, _MAX_SIDE_MM),
        column_pitch_mm=table.number("column_pitch_mm", 1, _MAX_SIDE_MM),
        row_pitch_mm=table.number("row_pitch_mm", 1, _MAX_SIDE_MM),
        frames=table.flag("frames", default=False),
    )
