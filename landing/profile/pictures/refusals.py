"""Why a picture is not taken, in words that say what to do.

The worker answers with one of these reasons and never with words of its own: a file that took
the worker over could put anything into them.
"""

from enum import StrEnum

from landing.errors import DataError
from landing.profile.pictures.rules import LIMITS, MAX_BYTES, MAX_PIXELS, MAX_SIDE

_TAKEN = "JPEG, PNG and WebP are taken"
_SAVE_AGAIN = "open it in a picture editor and save it again as JPEG or PNG"
_AS_JPEG = "save it as JPEG and name that file"
_SMALLER = "make it smaller: 800 pixels a side are plenty"


class Reason(StrEnum):
    """Why a picture is not taken."""

    EMPTY = "empty"
    HEAVY = "heavy"
    LARGE_JPEG = "large-jpeg"
    LARGE_PNG = "large-png"
    LARGE_WEBP = "large-webp"
    SMALL_PHOTO = "small-photo"
    SMALL_LOGO = "small-logo"
    ANIMATED = "animated"
    DAMAGED = "damaged"
    UNKNOWN = "unknown"
    GIF = "gif"
    SVG = "svg"
    HEIC = "heic"
    AVIF = "avif"
    TIFF = "tiff"
    BMP = "bmp"
    PDF = "pdf"
    JPEG_2000 = "jpeg-2000"
    JPEG_XL = "jpeg-xl"
    PHOTOSHOP = "photoshop"
    MEMORY = "memory"
    TIME = "time"
    CRASH = "crash"


class RefusedError(Exception):
    """The worker's own word for a picture that it does not take."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def refusal(reason: Reason) -> DataError:
    """Say why a picture was not taken, and what to do."""
    fault, hint = _WORDS[reason]
    return DataError(f"the picture {fault}; it was not taken", hint=hint)


def _large(kind: str) -> tuple[str, str]:
    pixels, side = MAX_PIXELS[kind] // 1_000_000, MAX_SIDE[kind]
    name = "WebP" if kind == "WEBP" else kind
    return (
        f"has more than {pixels} megapixels or a side of more than {side}, too many for {name}",
        _SMALLER,
    )


def _foreign(name: str, hint: str = _AS_JPEG) -> tuple[str, str]:
    return f"is {name}; {_TAKEN}", hint


_WORDS: dict[Reason, tuple[str, str]] = {
    Reason.EMPTY: ("is an empty file", "copy the picture again"),
    Reason.HEAVY: (f"has more than {MAX_BYTES // 1_000_000} MB", _SMALLER),
    Reason.LARGE_JPEG: _large("JPEG"),
    Reason.LARGE_PNG: _large("PNG"),
    Reason.LARGE_WEBP: _large("WEBP"),
    Reason.SMALL_PHOTO: (
        "has fewer than 64 pixels a side, which would be a blur",
        "take a larger one: 400 pixels a side at least, 800 are plenty",
    ),
    Reason.SMALL_LOGO: (
        "has fewer than 16 pixels a side, which nobody would see",
        "take a larger one: 224 pixels wide are plenty",
    ),
    Reason.ANIMATED: ("is animated", "save one frame of it as JPEG or PNG"),
    Reason.DAMAGED: ("is damaged or cut short, or of a kind that nobody reads", _SAVE_AGAIN),
    Reason.UNKNOWN: (f"is no picture that is known here; {_TAKEN}", _SAVE_AGAIN),
    Reason.GIF: _foreign("a GIF", "save it as PNG and name that file"),
    Reason.SVG: _foreign("an SVG drawing", "export it as PNG, 448 pixels wide, and name that file"),
    Reason.HEIC: _foreign(
        "a HEIC photograph",
        f"{_AS_JPEG}; an iPhone writes JPEG with Settings, Camera, Formats, Most Compatible",
    ),
    Reason.AVIF: _foreign("an AVIF picture"),
    Reason.TIFF: _foreign("a TIFF picture"),
    Reason.BMP: _foreign("a BMP picture"),
    Reason.PDF: _foreign("a PDF document", "export the picture in it as JPEG or PNG"),
    Reason.JPEG_2000: _foreign("a JPEG 2000 picture"),
    Reason.JPEG_XL: _foreign("a JPEG XL picture"),
    Reason.PHOTOSHOP: _foreign("a Photoshop file"),
    Reason.MEMORY: (
        f"needs more than the {LIMITS.memory // 1_000_000} MB of memory that drawing one may take",
        _SMALLER,
    ),
    Reason.TIME: (
        f"takes more than {LIMITS.seconds} seconds to draw",
        f"{_SMALLER}, or {_SAVE_AGAIN}",
    ),
    Reason.CRASH: ("brought down the process that draws pictures", _SAVE_AGAIN),
}
