"""Take in a portrait or a logo: check it, drop all but its pixels, and make what pages need.

Nothing of the file that came in is kept but its pixels: no EXIF, no place, no comment, no colour
profile. Source: Pillow security handbook (limits before decoding), OWASP ASVS 5.0, 5.2.
"""

import hashlib
import re
import struct
import warnings
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image, ImageCms, ImageFilter, ImageOps

from landing.errors import DataError
from landing.profile.whole_files import write_whole

Kind = Literal["photo", "logo"]

PHOTO_WEBP, PHOTO_JPEG = "224.webp", "224.jpg"  # the page's portrait, 112 CSS px at 2 dots
PHOTO_VCARD = "400.jpg"
LOGO_WEBP, LOGO_PNG = "112.webp", "112.png"  # at most 224 by 112

MAX_BYTES = 5_000_000
MAX_PIXELS = 16_000_000
MAX_SIDE = 6000
# With 4 kB of page, portrait and logo make a first view of at most 14 kB: RFC 6928, ten segments.
PHOTO_BUDGET, LOGO_BUDGET, VCARD_BUDGET = 7_200, 2_600, 48_000  # bytes

_FORMATS = ("JPEG", "PNG", "WEBP")
_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr")
_PHOTO_SIDE, _VCARD_SIDE, _LOGO_BOX = 224, 400, (224, 112)
_PAGE_QUALITIES = (75, 65, 55, 45, 35, 25)
_VCARD_QUALITIES = (80, 70, 60, 50)
_SOFTENING = (0, 1, 2, 4, 8)  # blur radius, px: only a picture of pure noise needs any
_HASH_LENGTH = 32  # hex digits: 128 bits
_NAME = re.compile(r"[0-9a-f]{32}-\d{2,4}\.(webp|jpg|png)", re.ASCII)
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, struct.error)


def take_picture(content: bytes, kind: Kind) -> dict[str, bytes]:
    """Make the renditions of a picture, by file name.

    Raises:
        DataError: it is no JPEG, PNG or WebP, is too large, or cannot be drawn.
    """
    pixels = _pixels(content)
    made = _photo_renditions(pixels) if kind == "photo" else _logo_renditions(pixels)
    digest = picture_hash(content)
    return {rendition_name(digest, rendition): data for rendition, data in made}


def picture_hash(content: bytes) -> str:
    """What a profile calls a picture: the first 128 bits of the SHA-256 of its source, in hex."""
    return hashlib.sha256(content).hexdigest()[:_HASH_LENGTH]


def rendition_name(digest: str, rendition: str) -> str:
    """The file name of a picture's rendition, such as ``PHOTO_WEBP``."""
    return f"{digest}-{rendition}"


def is_rendition_name(name: str) -> bool:
    """Tell whether this can be the file name of a rendition, and so of nothing else."""
    return _NAME.fullmatch(name) is not None


def store_pictures(directory: Path, renditions: Mapping[str, bytes]) -> None:
    """Put renditions into the pictures folder; those that are there already are left alone.

    Raises:
        DataError: a name is not a rendition's.
        OSError: the folder cannot be written; each file is whole or not there.
    """
    for name in renditions:
        if not is_rendition_name(name):
            raise DataError(f"{name!r} is not the name of a picture; nothing was stored")
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in renditions.items():
        path = directory / name
        if not path.exists() or path.read_bytes() != content:
            write_whole(path, content)


def _pixels(content: bytes) -> Image.Image:
    """The picture upright, as RGB or RGBA, built anew from its pixels."""
    if len(content) > MAX_BYTES:
        raise DataError("the picture has more than 5 MB; it was not taken")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(BytesIO(content), formats=_FORMATS) as picture:
                _refuse_unfit(picture)
                return _rebuilt(picture)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise _too_large() from error
        except _BROKEN as error:
            raise DataError(
                "the picture is no JPEG, PNG or WebP, or it is damaged; it was not taken",
                hint="open it in a picture editor and save it again as JPEG or PNG",
            ) from error


def _refuse_unfit(picture: Image.Image) -> None:
    """Refuse by what the file's head says, before a single pixel is decoded."""
    width, height = picture.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise _too_large()
    if getattr(picture, "n_frames", 1) != 1:
        raise DataError(
            "the picture is animated; it was not taken", hint="save one frame of it as JPEG or PNG"
        )
    if picture.mode not in _MODES:
        raise DataError(
            f"the picture has pixels of kind {picture.mode}; it was not taken",
            hint="save it with 8 bits a colour",
        )


def _too_large() -> DataError:
    return DataError(
        "the picture has more than 16 megapixels or a side of more than 6000; it was not taken",
        hint="make it smaller: 800 pixels a side are plenty",
    )


def _rebuilt(picture: Image.Image) -> Image.Image:
    upright = _in_srgb(ImageOps.exif_transpose(picture))
    plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    return Image.frombytes(plain.mode, plain.size, plain.tobytes())


def _in_srgb(picture: Image.Image) -> Image.Image:
    """The colours as every screen shows them; a colour profile that is broken is passed over."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in ("RGB", "RGBA", "CMYK"):
        return picture
    try:
        return (
            ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB" if picture.mode == "CMYK" else picture.mode,
            )
            or picture
        )
    except (ImageCms.PyCMSError, OSError):
        return picture


def _photo_renditions(pixels: Image.Image) -> Iterator[tuple[str, bytes]]:
    opaque = _on_white(pixels)
    page = ImageOps.fit(opaque, (_PHOTO_SIDE, _PHOTO_SIDE), Image.Resampling.LANCZOS)
    contact = ImageOps.fit(opaque, (_VCARD_SIDE, _VCARD_SIDE), Image.Resampling.LANCZOS)
    yield PHOTO_WEBP, _within(PHOTO_BUDGET, page, "WEBP", _PAGE_QUALITIES)
    yield PHOTO_JPEG, _within(PHOTO_BUDGET, page, "JPEG", _PAGE_QUALITIES)
    yield PHOTO_VCARD, _within(VCARD_BUDGET, contact, "JPEG", _VCARD_QUALITIES)


def _logo_renditions(pixels: Image.Image) -> Iterator[tuple[str, bytes]]:
    logo = pixels.copy()
    logo.thumbnail(_LOGO_BOX, Image.Resampling.LANCZOS)
    drawn = BytesIO()
    logo.save(drawn, format="WEBP", lossless=True, method=6)
    fits = drawn.tell() <= LOGO_BUDGET
    yield (
        LOGO_WEBP,
        drawn.getvalue() if fits else _within(LOGO_BUDGET, logo, "WEBP", _PAGE_QUALITIES),
    )
    few_colours = logo.quantize(64, method=Image.Quantize.FASTOCTREE)
    drawn = BytesIO()
    few_colours.save(drawn, format="PNG", optimize=True)
    yield LOGO_PNG, drawn.getvalue()


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
