"""Place a card's words, code and pictures on its label, in millimetres; how to paint is not known.

Both painters, for paper and for dots, paint what this places: what fits in one fits in the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from reportlab.pdfbase.pdfmetrics import stringWidth

from encoder.errors import LayoutError
from encoder.labels.content import LabelContent, load_logo, words_of
from encoder.labels.layout import Box, Face, Field, Language, Layout, Type
from encoder.labels.words import (
    ASCENT,
    BOLD,
    DESCENT,
    LEADING,
    REGULAR,
    FittedText,
    fit,
    register_fonts,
)
from encoder.qr.code import QrCode, draw
from encoder.qr.dots import fitting_dots, module_mm

POINTS_PER_MM = 72 / 25.4
FONTS: dict[Face, str] = {"regular": REGULAR, "bold": BOLD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One line of text, from ``x_mm`` on."""

    x_mm: float
    baseline_mm: float
    text: str
    font: str
    size_pt: float
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A QR code, quiet zones included; ``logo`` stands in its hole."""

    x_mm: float
    y_mm: float
    code: QrCode
    dots: int  # a module
    dpi: int
    logo: Image.Image | None

    @property
    def module_mm(self) -> float:
        """The side of a module."""
        return module_mm(self.dots, self.dpi)

    @property
    def hole(self) -> Box | None:
        """Where the logo stands, a module smaller than the white square that is left for it."""
        if not self.code.hole:
            return None
        side = (self.code.hole - 1) * self.module_mm
        start = (self.code.side * self.module_mm - side) / 2
        return Box(x_mm=self.x_mm + start, y_mm=self.y_mm + start, width_mm=side, height_mm=side)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A logo, as large as it can be in its box."""

    box: Box
    picture: Image.Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A filled rectangle."""

    box: Box
    colour: str


Placed = Words | Code | Picture | Band


def place_label(
    layout: Layout,
    content: LabelContent,
    *,
    dpi: int,
    language: Language = "fr",
    logo: Path | None = None,
) -> tuple[Placed, ...]:
    """Everything on a card's label, what lies below first.

    Raises:
        LayoutError: the code's modules would be too small, or a logo or activation code is missing.
        JobError: the card's address is too long for a QR code.
    """
    register_fonts()
    if layout.needs_activation and not content.activation:
        raise LayoutError(
            f"the layout {layout.name} shows an activation code, and the card {content.token} has"
            " none; nothing was drawn",
            hint="take another layout: only cards that were ordered without a person have a code",
        )
    ordered = sorted(layout.fields, key=lambda field: field.kind != "band")
    return tuple(
        placed
        for field in ordered
        for placed in _placed(field, content, dpi=dpi, language=language, logo=logo)
    )


def _placed(
    field: Field, content: LabelContent, *, dpi: int, language: Language, logo: Path | None
) -> Iterator[Placed]:
    if field.kind == "qr":
        yield _placed_code(field, content, dpi, logo)
    elif field.kind == "logo":
        path = logo or field.file
        if path is not None:
            picture = load_logo(path)
            yield Picture(box=inscribed(picture, field.box), picture=picture)
    elif field.kind == "band":
        yield Band(box=field.box, colour=field.colour)
    elif field.type is not None:
        yield from _placed_words(words_of(field, content, language), field.box, field.type)


def _placed_code(field: Field, content: LabelContent, dpi: int, logo: Path | None) -> Code:
    inside = load_logo(logo) if logo is not None and field.logo_inside else None
    code = draw(content.site, content.token, logo_inside=inside is not None)
    dots = fitting_dots(code, field.box.width_mm, dpi)
    inset = (field.box.width_mm - code.side * module_mm(dots, dpi)) / 2
    return Code(
        x_mm=field.box.x_mm + inset,
        y_mm=field.box.y_mm + inset,
        code=code,
        dots=dots,
        dpi=dpi,
        logo=inside,
    )


def _placed_words(text: str, box: Box, kind: Type) -> Iterator[Words]:
    font = FONTS[kind.face]
    fitted = _fitted(text, font, box, kind)
    spare = box.height_mm - fitted.height / POINTS_PER_MM
    share = {"top": 0.0, "middle": 0.5, "bottom": 1.0}[kind.vertical_align]
    baseline = box.y_mm + spare * share + ASCENT * fitted.size / POINTS_PER_MM
    for line in fitted.lines:
        yield Words(
            x_mm=box.x_mm + _indent(line, font, fitted.size, box, kind),
            baseline_mm=baseline,
            text=line,
            font=font,
            size_pt=fitted.size,
            colour=kind.colour,
        )
        baseline += LEADING * fitted.size / POINTS_PER_MM


def _fitted(text: str, font: str, box: Box, kind: Type) -> FittedText:
    """Fit into the box's width, in no more lines and no larger than its height has room for."""
    height = box.height_mm * POINTS_PER_MM
    smallest = kind.min_size_pt
    room = int((height / smallest - ASCENT - DESCENT) / LEADING + 1e-9) + 1
    return fit(
        text,
        font,
        width=box.width_mm * POINTS_PER_MM,
        largest=max(smallest, min(kind.size_pt, height / (ASCENT + DESCENT))),
        smallest=smallest,
        max_lines=min(kind.lines, room),
    )


def _indent(line: str, font: str, size: float, box: Box, kind: Type) -> float:
    spare = box.width_mm - stringWidth(line, font, size) / POINTS_PER_MM
    return spare * {"left": 0.0, "center": 0.5, "right": 1.0}[kind.align]


def inscribed(picture: Image.Image, box: Box, *, centered: bool = False) -> Box:
    """The picture's place in a box: as large as it can be, at the left or in the middle."""
    scale = min(box.width_mm / picture.width, box.height_mm / picture.height)
    width, height = picture.width * scale, picture.height * scale
    return Box(
        x_mm=box.x_mm + ((box.width_mm - width) / 2 if centered else 0),
        y_mm=box.y_mm + (box.height_mm - height) / 2,
        width_mm=width,
        height_mm=height,
    )
