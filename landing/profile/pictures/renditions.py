"""From pixels to the files that pages and contacts take, each within its budget.

Runs in the worker only.
"""

from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageFilter

from landing.profile.pictures.crop import portrait_square
from landing.profile.pictures.faces import FaceFinder
from landing.profile.pictures.names import Kind
from landing.profile.pictures.rules import LOGO_BUDGET, PHOTO_BUDGET, VCARD_BUDGET

_PHOTO_SIDE, _VCARD_SIDE, _LOGO_BOX = 224, 400, (224, 112)
_LEAST_SIDE = 320  # of what is cut out around a face: contacts show it over the whole screen
# Drawn at two dots a CSS pixel, 60 cannot be told from 75 and weighs a sixth less: measured on
# four photographs, structural similarity falls by 0.01 to 0.02 only. Below 60 is for the budget.
_PAGE_QUALITIES = (75, 70, 65, 60, 55, 45, 35, 25)
_VCARD_QUALITIES = (80, 70, 60, 50)
_SOFTENING = (0, 1, 2, 4, 8)  # blur radius, px: only a picture of pure noise needs any


def renditions_of(pixels: Image.Image, kind: Kind, find_face: FaceFinder) -> list[bytes]:
    """Draw all renditions of a picture, in the order of ``RENDITIONS``."""
    return list(_photo(pixels, find_face) if kind == "photo" else _logo(pixels))


def _photo(pixels: Image.Image, find_face: FaceFinder) -> Iterator[bytes]:
    opaque = _on_white(pixels)
    square = portrait_square(opaque.size, find_face(opaque), least=_LEAST_SIDE)
    page = _cut(opaque, square.box, _PHOTO_SIDE)
    contact = _cut(opaque, square.box, min(_VCARD_SIDE, max(_PHOTO_SIDE, square.side)))
    yield _within(PHOTO_BUDGET, page, "WEBP", _PAGE_QUALITIES)
    yield _within(PHOTO_BUDGET, page, "JPEG", _PAGE_QUALITIES)
    yield _within(VCARD_BUDGET, contact, "JPEG", _VCARD_QUALITIES)


def _cut(picture: Image.Image, box: tuple[int, int, int, int], side: int) -> Image.Image:
    return picture.resize((side, side), Image.Resampling.LANCZOS, box=box)


def _logo(pixels: Image.Image) -> Iterator[bytes]:
    logo = pixels.copy()
    logo.thumbnail(_LOGO_BOX, Image.Resampling.LANCZOS)
    drawn = BytesIO()
    logo.save(drawn, format="WEBP", lossless=True, method=6)
    fits = drawn.tell() <= LOGO_BUDGET
    yield drawn.getvalue() if fits else _within(LOGO_BUDGET, logo, "WEBP", _PAGE_QUALITIES)
    few_colours = logo.quantize(64, method=Image.Quantize.FASTOCTREE)
    drawn = BytesIO()
    few_colours.save(drawn, format="PNG", optimize=True)
    yield drawn.getvalue()


def _on_white(pixels: Image.Image) -> Image.Image:
    """The picture without transparency: contact lists draw it black otherwise."""
    if pixels.mode == "RGB":
        return pixels
    white = Image.new("RGBA", pixels.size, "white")
    return Image.alpha_composite(white, pixels).convert("RGB")


def _within(budget: int, picture: Image.Image, kind: str, qualities: tuple[int, ...]) -> bytes:
    """The picture at the best quality whose file has ``budget`` bytes or fewer."""
    drawn = b""
    for radius in _SOFTENING:
        softened = picture.filter(ImageFilter.GaussianBlur(radius)) if radius else picture
        for quality in qualities:
            drawn = _drawn(softened, kind, quality)
            if len(drawn) <= budget:
                return drawn
    return drawn


def _drawn(picture: Image.Image, kind: str, quality: int) -> bytes:
    written = BytesIO()
    if kind == "WEBP":
        picture.save(written, format=kind, quality=quality, alpha_quality=quality, method=6)
    else:
        picture.save(written, format=kind, quality=quality, optimize=True)
    return written.getvalue()
