"""Paint a label in dots: what a label printer of that resolution puts on paper."""

from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from encoder.labels.layout import Box, Layout
from encoder.labels.place import Band, Code, Picture, Placed, Words
from encoder.labels.words import font_file
from encoder.qr.code import QUIET_ZONE
from encoder.qr.dots import MM_PER_INCH
from encoder.qr.pictures import to_picture

_WHITE, _BLACK = 255, 0
_POINTS_PER_INCH = 72
_FINER = 4  # text is drawn this much larger first: its width is then the one that was measured
_DARK = 128  # of a printer that knows black and white only


def paint(layout: Layout, placed: Iterable[Placed], *, dpi: int) -> Image.Image:
    """The trimmed label, without its bleed, as a picture of mode L."""
    size = (_dots(layout.width_mm, dpi), _dots(layout.height_mm, dpi))
    paper = Image.new("L", size, _WHITE)
    for thing in placed:
        if isinstance(thing, Words):
            _write(paper, thing, dpi)
        elif isinstance(thing, Code):
            paper.paste(code_picture(thing), (_dots(thing.x_mm, dpi), _dots(thing.y_mm, dpi)))
        elif isinstance(thing, Picture):
            _paste(paper, thing.picture, thing.box, dpi)
        else:
            _fill(paper, thing, dpi)
    return paper


def code_picture(thing: Code) -> Image.Image:
    """A code as it is painted, its logo inside, in mode L."""
    picture = to_picture(thing.code, thing.dots).convert("L")
    if thing.logo is not None and thing.hole is not None:
        side = (thing.code.hole - 1) * thing.dots
        logo = thing.logo.convert("L")
        logo.thumbnail((side, side))
        corner = [(whole - part) // 2 for whole, part in zip(picture.size, logo.size, strict=True)]
        picture.paste(logo, (corner[0], corner[1]))
    return picture


def code_part(painted: Image.Image, placed: Iterable[Placed], *, dpi: int) -> Image.Image:
    """What was painted where the code is, half its quiet zone around it."""
    (thing,) = (thing for thing in placed if isinstance(thing, Code))
    side, margin = thing.code.side * thing.dots, QUIET_ZONE * thing.dots // 2
    left, top = _dots(thing.x_mm, dpi), _dots(thing.y_mm, dpi)
    return painted.crop((left + margin, top + margin, left + side - margin, top + side - margin))


def black_and_white(painted: Image.Image) -> Image.Image:
    """What a printer without greys makes of it, in mode 1."""
    return painted.point(lambda shade: _WHITE if shade >= _DARK else _BLACK, mode="1")


def to_png(painted: Image.Image, *, dpi: int) -> bytes:
    """The picture as PNG, with its resolution."""
    written = BytesIO()
    painted.save(written, format="PNG", dpi=(dpi, dpi))
    return written.getvalue()


def _write(paper: Image.Image, words: Words, dpi: int) -> None:
    font = _font(words.font, words.size_pt * dpi / _POINTS_PER_INCH * _FINER)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(words.text, anchor="ls"))
    left, top = (edge // _FINER * _FINER - _FINER for edge in (left, top))
    size = ((right - left) // _FINER + 2, (bottom - top) // _FINER + 2)
    ink = Image.new("L", (size[0] * _FINER, size[1] * _FINER), 0)
    ImageDraw.Draw(ink).text((-left, -top), words.text, font=font, fill=255, anchor="ls")
    corner = (
        _dots(words.x_mm, dpi) + left // _FINER,
        _dots(words.baseline_mm, dpi) + top // _FINER,
    )
    paper.paste(_shade(words.colour), (*corner, corner[0] + size[0], corner[1] + size[1]),
                ink.reduce(_FINER))  # fmt: skip


def _paste(paper: Image.Image, picture: Image.Image, box: Box, dpi: int) -> None:
    size = (max(1, _dots(box.width_mm, dpi)), max(1, _dots(box.height_mm, dpi)))
    shrunk = picture.convert("L").resize(size, Image.Resampling.LANCZOS)
    paper.paste(shrunk, (_dots(box.x_mm, dpi), _dots(box.y_mm, dpi)))


def _fill(paper: Image.Image, band: Band, dpi: int) -> None:
    box = band.box
    corner = (_dots(box.x_mm, dpi), _dots(box.y_mm, dpi))
    opposite = (_dots(box.right_mm, dpi), _dots(box.bottom_mm, dpi))
    paper.paste(_shade(band.colour), (*corner, *opposite))


def _shade(colour: str) -> int:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return (red * 299 + green * 587 + blue * 114) // 1000  # ITU-R BT.601, as Pillow's mode L


@lru_cache(maxsize=32)
def _font(face: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_file(face), size, layout_engine=ImageFont.Layout.BASIC)


def _dots(length_mm: float, dpi: int) -> int:
    return round(length_mm * dpi / MM_PER_INCH)
