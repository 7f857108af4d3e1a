"""The ASCII mirror: the chip writes its UID, its counter or both over what is read from it.

The address then ends in ``?m=`` and the mirrored text; the site opens the card whatever stands
there. Source: NTAG213/215/216 data sheet, 8.7 (mirror), 8.5.7 (MIRROR_CONF, MIRROR_PAGE).
"""

from dataclasses import dataclass
from typing import Literal, get_args

Mirror = Literal["none", "uid", "counter", "both"]

MIRRORS: tuple[Mirror, ...] = get_args(Mirror)
MIRROR_CONF = 0xC0  # bits of MIRROR, byte 0 of CFG0
_CONF: dict[Mirror, int] = {"none": 0x00, "uid": 0x40, "counter": 0x80, "both": 0xC0}
_BYTE_SHIFT = 4
_QUERY = "?m="
_PLACEHOLDERS: dict[Mirror, str] = {
    "none": "",
    "uid": "0" * 14,
    "counter": "0" * 6,
    "both": "0" * 14 + "x" + "0" * 6,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorPlace:
    """Where the mirrored text stands: ``start`` is a byte offset from page 00h."""

    kind: Mirror
    start: int
    length: int

    @property
    def mirror_byte(self) -> int:
        """MIRROR, byte 0 of CFG0, its other bits 0."""
        return _CONF[self.kind] | self.start % 4 << _BYTE_SHIFT

    @property
    def page(self) -> int:
        """MIRROR_PAGE, byte 2 of CFG0."""
        return self.start // 4


def mirrored_url(url: str, kind: Mirror) -> str:
    """The address as it is written: with room for what the chip puts there."""
    return url if kind == "none" else url + _QUERY + _PLACEHOLDERS[kind]


def plain_url(url: str, kind: Mirror) -> str:
    """The address without what the chip puts there: what its printed code says, too."""
    return url if kind == "none" else url.rpartition(_QUERY)[0]


def without_mirror(url: str) -> str:
    """The address ahead of what some chip puts there, whichever kind it is."""
    return url.partition(_QUERY)[0]


def place_of(memory_offset: int, content: bytes, kind: Mirror) -> MirrorPlace | None:
    """Find the room in ``content``, which begins ``memory_offset`` bytes behind page 00h."""
    if kind == "none":
        return None
    length = len(_PLACEHOLDERS[kind])
    start = content.rindex(_PLACEHOLDERS[kind].encode())
    return MirrorPlace(kind=kind, start=memory_offset + start, length=length)


def mirrored_text(kind: Mirror, uid: bytes, counter: int) -> bytes:
    """What the chip shows in that place."""
    parts = {"none": "", "uid": "{0}", "counter": "{1}", "both": "{0}x{1}"}[kind]
    return parts.format(uid.hex().upper(), f"{counter:06X}").encode()


def has_counter(kind: Mirror) -> bool:
    """Whether the text changes with each tap."""
    return kind in ("counter", "both")
