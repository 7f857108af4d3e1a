"""Name the vCard file that a phone shows, safely, in a Content-Disposition header.

Source: RFC 6266, 4.3 and appendix D (both ``filename`` and ``filename*``), RFC 8187, 3.2.
"""

import unicodedata
from urllib.parse import quote

from landing.profile.model import Profile
from landing.settings import Disposition

_FALLBACK = "contact"
_MAX_LENGTH = 60
_UNSAFE = set('/\\:*?"<>|%;')
_SPELLED = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O"}
    | {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "’": "'", "–": "-", "—": "-"}
)


def content_disposition(profile: Profile, disposition: Disposition = "inline") -> str:
    """The header's value: shown in place or stored, named after the person or company."""
    name = _safe(unicodedata.normalize("NFC", profile.display_name))
    plain = _safe(_transliterated(name)) or _FALLBACK
    value = f'{disposition}; filename="{plain}.vcf"'
    if not name or name == plain:
        return value
    return f"{value}; filename*=UTF-8''{quote(name, safe='')}.vcf"


def _safe(name: str) -> str:
    """The name without quotes, controls, path characters, outer dots or surplus spaces."""
    spaced = "".join(
        " " if character in _UNSAFE or not character.isprintable() else character
        for character in name
    )
    return " ".join(spaced.split())[:_MAX_LENGTH].strip(" .")


def _transliterated(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name.translate(_SPELLED))
    return bare.encode("ascii", "ignore").decode("ascii")
