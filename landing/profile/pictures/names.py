"""What a picture and the files made of it are called."""

import hashlib
import re
from functools import cache
from importlib.util import find_spec
from typing import Literal

Kind = Literal["photo", "logo"]

PHOTO_WEBP, PHOTO_JPEG = "224.webp", "224.jpg"  # the page's portrait, 112 CSS px at 2 dots
PHOTO_VCARD = "400.jpg"
LOGO_WEBP, LOGO_PNG = "112.webp", "112.png"  # at most 224 by 112

RENDITIONS: dict[Kind, tuple[str, ...]] = {
    "photo": (PHOTO_WEBP, PHOTO_JPEG, PHOTO_VCARD),
    "logo": (LOGO_WEBP, LOGO_PNG),
}

_RULES = "2"  # to be counted up when the same file is to give other renditions
_HASH_LENGTH = 32  # hex digits: 128 bits
_NAME = re.compile(r"[0-9a-f]{32}-\d{2,4}\.(webp|jpg|png)", re.ASCII)


def picture_hash(content: bytes) -> str:
    """What a profile calls a picture: 128 bits of the SHA-256 of its source and of our rules.

    Browsers keep a rendition for ever under its name, so that what is drawn in another way must
    have another name: rules that changed, or faces that are looked for now and were not before.
    """
    return hashlib.sha256(_recipe() + content).hexdigest()[:_HASH_LENGTH]


def rendition_name(digest: str, rendition: str) -> str:
    """The file name of a picture's rendition, such as ``PHOTO_WEBP``."""
    return f"{digest}-{rendition}"


def is_rendition_name(name: str) -> bool:
    """Tell whether this can be the file name of a rendition, and so of nothing else."""
    return _NAME.fullmatch(name) is not None


@cache
def _recipe() -> bytes:
    return f"rules {_RULES}, {'faces' if find_spec('cv2') else 'middle'}\n".encode()
