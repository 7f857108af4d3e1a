"""A printed code as a camera sees it: dot gain, rotation, blur and noise."""

import random
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter

from encoder.qr.code import QrCode
from encoder.qr.dots import dots_per_module
from encoder.qr.pictures import to_picture

_WHITE = 255
_CAMERA_DPI = 300  # what a phone's picture has of a card held a hand's breadth away
_NOISE = 30  # shades from end to end, where ink and paper differ by 190
_INK, _PAPER = 35, 225  # shades of print in room light


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One look at a print."""

    degrees: float
    blur: float  # radius in pixels of the camera
    shift: tuple[int, int]  # of the camera's grid, in half printer dots


def seen(
    code: QrCode, dpi: int, view: View, source: random.Random, *, dots: int | None = None
) -> Image.Image:
    """The code printed at ``dpi``, its modules the fewest dots that make 0.4 mm unless told."""
    printed = to_picture(code, dots or dots_per_module(dpi)).convert("L")
    gained = _with_dot_gain(printed)
    margin = gained.width // 4
    paper = Image.new("L", (gained.width + 2 * margin, gained.height + 2 * margin), _WHITE)
    paper.paste(gained, (margin, margin))
    fine = paper.resize((paper.width * 2, paper.height * 2), Image.Resampling.NEAREST)
    turned = fine.rotate(
        view.degrees, Image.Resampling.BICUBIC, fillcolor=_WHITE, translate=view.shift
    )
    scale = _CAMERA_DPI / (2 * dpi)
    size = (round(turned.width * scale), round(turned.height * scale))
    picture = turned.resize(size, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(view.blur))
    lit = picture.point(lambda shade: _INK + shade * (_PAPER - _INK) // _WHITE)
    return ImageChops.add(lit, _noise(size, source), 1, -_NOISE // 2)


def random_view(source: random.Random) -> View:
    """A look from anywhere that the limits allow: up to 10 degrees askew."""
    return View(
        degrees=source.uniform(-10, 10),
        blur=source.uniform(0.4, 1.2),
        shift=(source.randint(-6, 6), source.randint(-6, 6)),
    )


def _with_dot_gain(printed: Image.Image) -> Image.Image:
    """Every dark area a dot wider and a dot higher, as ink that runs."""
    right = ImageChops.darker(printed, ImageChops.offset(printed, 1, 0))
    return ImageChops.darker(right, ImageChops.offset(right, 0, 1))


def _noise(size: tuple[int, int], source: random.Random) -> Image.Image:
    even = Image.frombytes("L", size, source.randbytes(size[0] * size[1]))
    return even.point(lambda shade: shade * _NOISE // 255)
