"""The TLV blocks of a Type 2 Tag's data area.

Source: NFC Forum Type 2 Tag specification, 2.3 (TLV blocks): kinds, one- and three-byte lengths.
"""

from collections.abc import Iterator
from dataclasses import dataclass

NULL = 0x00
NDEF = 0x03
TERMINATOR = 0xFE

_LONG_LENGTH = 0xFF  # announces a length of two bytes
_LONGEST_SHORT = 0xFE


@dataclass(frozen=True, slots=True)
class Tlv:
    """One block: ``start`` is where its kind stands, ``value_start`` where its value does."""

    kind: int
    start: int
    value_start: int
    length: int

    @property
    def end(self) -> int:
        """The offset of the first byte behind the value; it may lie behind the area."""
        return self.value_start + self.length


def walk(area: bytes) -> Iterator[Tlv]:
    """List the blocks up to the Terminator or to where the bytes end; NULL blocks are left out."""
    offset = 0
    while offset < len(area):
        kind = area[offset]
        if kind == NULL:
            offset += 1
            continue
        if kind == TERMINATOR:
            yield Tlv(kind, offset, offset + 1, 0)
            return
        block = _block(area, offset)
        if block is None:
            return
        yield block
        offset = block.end


def ndef_tlv(area: bytes) -> Tlv | None:
    """Find the first NDEF Message TLV, the only one that a phone must read."""
    return next((block for block in walk(area) if block.kind == NDEF), None)


def bytes_to_decide(area: bytes, size: int) -> int:
    """Tell how many of an area's ``size`` bytes are needed to know its NDEF message.

    The answer is at most ``len(area)`` when the bytes at hand are enough.
    """
    blocks = list(walk(area))
    for block in blocks:
        if block.kind == NDEF:
            return min(block.end, size)
    if blocks and blocks[-1].kind == TERMINATOR:
        return len(area)
    return size


def build_area(prefix: bytes, message: bytes, size: int) -> bytes:
    """Lay out ``prefix``, the NDEF Message TLV and a Terminator TLV.

    The Terminator is left out where the message fills the area to its last byte. An area that
    is too small comes back longer than ``size``.
    """
    if len(message) <= _LONGEST_SHORT:
        length = bytes([len(message)])
    else:
        length = bytes([_LONG_LENGTH]) + len(message).to_bytes(2, "big")
    area = prefix + bytes([NDEF]) + length + message
    return area if len(area) == size else area + bytes([TERMINATOR])


def _block(area: bytes, offset: int) -> Tlv | None:
    head = area[offset + 1 : offset + 4]
    if not head:
        return None
    if head[0] != _LONG_LENGTH:
        return Tlv(area[offset], offset, offset + 2, head[0])
    if len(head) < 3:
        return None
    return Tlv(area[offset], offset, offset + 4, int.from_bytes(head[1:], "big"))
