"""From a file to pixels: checked by its head, decoded small, upright, in the colours of screens.

Runs in the worker only. Phones write JPEG with several pictures in it (CIPA DC-007): the first is
taken. The readers of Pillow are called by name, so that none but these three sees a byte.
"""

import math
import struct
import zlib
from io import BytesIO

from PIL import Image, ImageCms
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from landing.profile.pictures.formats import Format, format_of
from landing.profile.pictures.names import Kind
from landing.profile.pictures.refusals import Reason, RefusedError
from landing.profile.pictures.rules import MAX_PIXELS, MAX_SIDE, MIN_LOGO_SIDE, MIN_PHOTO_SIDE

_READERS: dict[Format, type[ImageFile]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WEBP": WebPImageFile,
}
_LARGE: dict[Format, Reason] = {
    "JPEG": Reason.LARGE_JPEG,
    "PNG": Reason.LARGE_PNG,
    "WEBP": Reason.LARGE_WEBP,
}
# A face of an eighth of the shorter side still has its 224 pixels after that.
_WORK_SIDE, _WORK_PIXELS = 1400, 6_000_000
_MAX_COEFFICIENT_BYTES = 100_000_000
_ORIENTATION = 0x0112  # Exif 3.0, 4.6.5.1.7
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PREMULTIPLIED = {"LA": "La", "RGBA": "RGBa"}
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    OverflowError,
    AttributeError,
    AssertionError,
    struct.error,
    zlib.error,
)


def limit_readers() -> None:
    """Have Pillow refuse by a file's head what it would otherwise make room for."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS["WEBP"]  # WebP's reader refuses twice this, ahead of us


def pixels_of(content: bytes, kind: Kind) -> Image.Image:
    """The picture upright, as RGB or RGBA, built anew from its pixels.

    Raises:
        RefusedError: it is nothing that is taken; the reason says why.
    """
    known = format_of(content)
    try:
        picture = _READERS[known](BytesIO(content))
        _refuse_unfit(picture, known, kind)
        return _rebuilt(picture)
    except Image.DecompressionBombError as error:
        raise RefusedError(_LARGE[known]) from error
    except _BROKEN as error:
        raise RefusedError(Reason.DAMAGED) from error


def _refuse_unfit(picture: ImageFile, known: Format, kind: Kind) -> None:
    """Refuse by what the file's head says, before a single pixel is decoded."""
    width, height = picture.size
    if width * height > MAX_PIXELS[known] or max(width, height) > MAX_SIDE[known]:
        raise RefusedError(_LARGE[known])
    if _coefficient_bytes(picture) > _MAX_COEFFICIENT_BYTES:
        raise RefusedError(Reason.MEMORY)
    if getattr(picture, "n_frames", 1) != 1:
        raise RefusedError(Reason.ANIMATED)
    if kind == "photo" and min(width, height) < MIN_PHOTO_SIDE:
        raise RefusedError(Reason.SMALL_PHOTO)
    if kind == "logo" and max(width, height) < MIN_LOGO_SIDE:
        raise RefusedError(Reason.SMALL_LOGO)


def _coefficient_bytes(picture: ImageFile) -> int:
    """What libjpeg must keep of a progressive file, however small it is drawn."""
    if not isinstance(picture, JpegImageFile) or "progressive" not in picture.info:
        return 0
    parts = [(across, down) for _, across, down, _ in picture.layer]
    full = max(across for across, _ in parts) * max(down for _, down in parts)
    sampled = sum(across * down for across, down in parts)
    return picture.width * picture.height * 2 * sampled // max(1, full)


def _rebuilt(picture: ImageFile) -> Image.Image:
    profile = picture.info.get("icc_profile")
    picture.draft(None, (_WORK_SIDE, _WORK_SIDE))  # which JPEG alone can do
    picture.load()
    turn = _turn(picture)
    small = _reduced(picture)
    picture.close()
    screen = _in_srgb(small, profile)
    upright = screen if turn is None else screen.transpose(turn)
    return Image.frombytes(upright.mode, upright.size, upright.tobytes())


def _turn(picture: ImageFile) -> Image.Transpose | None:
    """What brings the picture upright; a note of the camera's that is broken is passed over."""
    try:
        held = picture.getexif().get(_ORIENTATION)
    except _BROKEN:
        return None
    return _TURNS.get(held) if isinstance(held, int) else None


def _reduced(picture: Image.Image) -> Image.Image:
    """A copy with 8 bits a colour, of about the working size."""
    plain = _eight_bits(picture)
    too_many = plain.width * plain.height / _WORK_PIXELS
    factor = max(min(plain.size) // _WORK_SIDE, math.ceil(math.sqrt(too_many)))
    if factor < 2:
        return plain.copy()
    if plain.mode not in _PREMULTIPLIED:
        return plain.reduce(factor)
    # Clear pixels have colours, too, which must not run into their neighbours.
    return plain.convert(_PREMULTIPLIED[plain.mode]).reduce(factor).convert(plain.mode)


def _eight_bits(picture: Image.Image) -> Image.Image:
    if picture.mode == "I;16":  # the higher byte of each: convert() would clip at 255
        return Image.frombytes("L", picture.size, picture.tobytes(), "raw", "L;16")
    if picture.mode in ("1", "P", "PA") or "transparency" in picture.info:
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture


def _in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """The colours as every screen shows them; a colour profile that is broken is passed over."""
    shown = "RGBA" if picture.mode in ("LA", "RGBA") else "RGB"
    if isinstance(profile, bytes) and picture.mode in ("L", "RGB", "RGBA", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            translated = ImageCms.profileToProfile(picture, source, target, outputMode=shown)
            return translated or picture.convert(shown)
        except (ImageCms.PyCMSError, *_BROKEN):
            pass
    return picture.convert(shown)
