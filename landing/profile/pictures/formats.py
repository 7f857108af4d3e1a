"""What a file is, told by its first bytes; its name and its sender are not asked."""

import re
from typing import Literal

from landing.profile.pictures.refusals import Reason, RefusedError

Format = Literal["JPEG", "PNG", "WEBP"]

_FOREIGN: tuple[tuple[re.Pattern[bytes], Reason], ...] = tuple(
    (re.compile(pattern, re.DOTALL), reason)
    for pattern, reason in (
        (rb"GIF8[79]a", Reason.GIF),
        (rb"%PDF-", Reason.PDF),
        (rb"II\*\0|MM\0\*|II\+\0|MM\0\+", Reason.TIFF),
        (rb"BM.{4}\0\0\0\0", Reason.BMP),
        (rb"8BPS\0", Reason.PHOTOSHOP),
        (rb"\xff\x0a|\0\0\0\x0cJXL ", Reason.JPEG_XL),
        (rb"\xff\x4f\xff\x51|\0\0\0\x0cjP  ", Reason.JPEG_2000),
        # ISO/IEC 23008-12, 10: the brands of HEIF; ISO/IEC 14496-12, 4.3: the box that has them
        (rb"....ftyp(?:avif|avis)", Reason.AVIF),
        (rb"....ftyp(?:mif1|msf1).{4,40}?(?:avif|avis)", Reason.AVIF),
        (rb"....ftyp(?:hei[cmxs]|hev[cmxs]|mif1|msf1)", Reason.HEIC),
        (rb"\x1f\x8b.*", Reason.UNKNOWN),  # gzip, which SVG may be kept in: never opened
        (rb"(?:\xef\xbb\xbf)?\s*<(?:svg|!DOCTYPE svg|(?:\?xml|!--).*<svg)", Reason.SVG),
    )
)


def format_of(content: bytes) -> Format:
    """Tell what a file is.

    Raises:
        RefusedError: it is empty, or nothing that is taken; the reason names it where it is known.
    """
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    if not content:
        raise RefusedError(Reason.EMPTY)
    head = content[:1000]
    raise RefusedError(
        next((reason for known, reason in _FOREIGN if known.match(head)), Reason.UNKNOWN)
    )
