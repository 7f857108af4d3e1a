"""Labels as files for a printer; each code is read back and compared before its label is given.

Both readers read what was painted, and what they read must name the card that the chip opens.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from PIL import Image

from encoder.labels import raster
from encoder.labels.content import LabelContent
from encoder.labels.layout import Language, Layout
from encoder.labels.pdf import Head, Pages
from encoder.labels.place import Code, Placed, place_label
from encoder.labels.zpl import to_zpl
from encoder.qr.readback import read_picture, require_same_card

DEFAULT_DPI = 300  # a whole number of dots of 600 and 1200 dpi, too
FileKind = Literal["pdf", "png", "zpl"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How labels are made, whichever card they are of."""

    layout: Layout
    dpi: int = DEFAULT_DPI
    language: Language = "fr"
    logo: Path | None = None


def render_label(style: Style, content: LabelContent, kind: FileKind) -> bytes:
    """One card's label.

    Raises:
        QrMismatchError: the code as painted does not say what the chip says.
        LayoutError: the layout cannot be used for this card.
    """
    if kind == "pdf":
        pages = Pages(style.layout, title=content.token, dpi=style.dpi)
        pages.add_label(prove_label(style, content))
        return pages.finish()
    painted = _proved_dots(style, content, ink_only=kind == "zpl")
    return to_zpl(painted) if kind == "zpl" else raster.to_png(painted, dpi=style.dpi)


def render_pages(
    style: Style, contents: Sequence[LabelContent], *, title: str, head: bool = True
) -> bytes:
    """Many cards' labels as one PDF: on the layout's sheet, else each on a page of its own.

    Raises:
        QrMismatchError: a code as painted does not say what its chip says.
        LayoutError: the layout cannot be used for a card.
    """
    pages = Pages(style.layout, title=title, dpi=style.dpi)
    labels = (prove_label(style, content) for content in contents)
    if style.layout.sheet is None:
        for placed in labels:
            pages.add_label(placed)
        return pages.finish()
    count, number = -(-len(contents) // style.layout.sheet.places) or 1, 0
    for number, page in enumerate(_in_pages(labels, style.layout.sheet.places), start=1):
        told = _cards_told(len(contents), number, count, style.language)
        pages.add_sheet(page, Head(left=title, right=told) if head else None)
    if not number:
        told = _cards_told(0, 1, 1, style.language)
        pages.add_sheet([], Head(left=title, right=told) if head else None)
    return pages.finish()


def _in_pages(labels: Iterable[Sequence[Placed]], places: int) -> Iterator[list[Sequence[Placed]]]:
    remaining = iter(labels)
    while page := list(islice(remaining, places)):
        yield page


def _cards_told(cards: int, number: int, count: int, language: Language) -> str:
    noun = {"fr": "carte", "en": "card"}[language]
    plural = "" if cards == 1 or (language == "fr" and cards == 0) else "s"
    return f"{cards} {noun}{plural} · page {number}/{count}"


def prove_label(style: Style, content: LabelContent) -> tuple[Placed, ...]:
    """A label for paper; its code is read back as the painter of dots paints it.

    Raises:
        QrMismatchError: it does not say what the chip says.
        LayoutError: the layout cannot be used for this card.
    """
    placed = _placed(style, content)
    (code,) = (thing for thing in placed if isinstance(thing, Code))
    _require_same(raster.code_picture(code), content)
    return placed


def _proved_dots(style: Style, content: LabelContent, *, ink_only: bool) -> Image.Image:
    """A label in dots; its code is read back from the very dots."""
    placed = _placed(style, content)
    painted = raster.paint(style.layout, placed, dpi=style.dpi)
    if ink_only:
        painted = raster.black_and_white(painted)
    _require_same(raster.code_part(painted, placed, dpi=style.dpi).convert("L"), content)
    return painted


def _placed(style: Style, content: LabelContent) -> tuple[Placed, ...]:
    return place_label(
        style.layout, content, dpi=style.dpi, language=style.language, logo=style.logo
    )


def _require_same(picture: Image.Image, content: LabelContent) -> None:
    require_same_card(read_picture(picture), content.url)
