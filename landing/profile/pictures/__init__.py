"""Portraits and logos: taken in by a process with limits, kept as small files that never change.

Nothing of a file that came in is kept but its pixels: no EXIF, no place, no comment, no colour
profile. What reads strangers' bytes runs apart (``worker``); this side never decodes a picture.
Source: Pillow security handbook (limits before decoding), OWASP ASVS 5.0, 5.2.
"""

from landing.profile.pictures.names import (
    LOGO_PNG,
    LOGO_WEBP,
    PHOTO_JPEG,
    PHOTO_VCARD,
    PHOTO_WEBP,
    Kind,
    is_rendition_name,
    picture_hash,
    rendition_name,
)
from landing.profile.pictures.process import PictureProcess, take_picture
from landing.profile.pictures.rules import (
    LOGO_BUDGET,
    MAX_BYTES,
    PHOTO_BUDGET,
    VCARD_BUDGET,
    Limits,
)
from landing.profile.pictures.store import store_pictures

__all__ = [
    "LOGO_BUDGET",
    "LOGO_PNG",
    "LOGO_WEBP",
    "MAX_BYTES",
    "PHOTO_BUDGET",
    "PHOTO_JPEG",
    "PHOTO_VCARD",
    "PHOTO_WEBP",
    "VCARD_BUDGET",
    "Kind",
    "Limits",
    "PictureProcess",
    "is_rendition_name",
    "picture_hash",
    "rendition_name",
    "store_pictures",
    "take_picture",
]
