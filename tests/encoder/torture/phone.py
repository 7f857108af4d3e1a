"""A phone's reader of its own: what a chip's stored memory opens after the next power-up.

Nothing of the engine and nothing of the simulator is asked. Sources: NFC Forum Type 2 Tag, 2.3
(TLV blocks) and 6.4 (detection); NDEF 1.0, 3.2; NTAG213/215/216 data sheet, 8.7 (mirror), 8.8
(AUTH0 and PROT), 10.2 (READ). A counter that is off or shut is taken for not mirrored.
"""

from typing import Final

from tests.encoder.torture.memory import (
    LAYOUTS,
    NFC_CNT_EN,
    NFC_CNT_PWD_PROT,
    SIZE,
    mirrored,
    page_of,
)

SILENT: Final = "a message that opens nothing"
_KINDS = ("none", "uid", "counter", "both")
_PREFIXES = {0: "", 1: "http://www.", 2: "https://www.", 3: "http://", 4: "https://"}


def opened(memory: bytes, chip: str, uid: bytes, counter: int = 0) -> str | None:
    """The address that a phone opens; None for a blank card; SILENT for a message without one."""
    layout = LAYOUTS[chip]
    access, auth0 = page_of(memory, layout.cfg0 + 1)[0], page_of(memory, layout.cfg0)[3]
    readable = min(auth0, layout.pages) if access & 0x80 else layout.pages
    if memory[12] != 0xE1 or readable <= 4:
        return None
    seen = shown(memory, chip, uid, counter + 1)
    size = min(memory[14] * 8, (layout.last_user - 3) * SIZE)
    return _message_of(_by_reads(seen, readable)[:size])


def _by_reads(seen: bytes, readable: int) -> bytes:
    """The user memory by READs of four pages; at the last readable one each goes on at 00h."""
    blocks = range(4, readable, 4)
    pages = [(block + index) % readable for block in blocks for index in range(4)]
    return b"".join(page_of(seen, page) for page in pages)


def shown(memory: bytes, chip: str, uid: bytes, counter: int) -> bytes:
    """The memory as a reader sees it after a power-up: under the mirror, if there is one."""
    layout = LAYOUTS[chip]
    cfg0, access = page_of(memory, layout.cfg0), page_of(memory, layout.cfg0 + 1)[0]
    kind = _KINDS[cfg0[0] >> 6] if layout.mirrors else "uid" if chip.startswith("NTAG") else "none"
    if access & (NFC_CNT_EN | NFC_CNT_PWD_PROT) != NFC_CNT_EN:
        kind = {"counter": "none", "both": "uid"}.get(kind, kind)
    if kind == "none" or cfg0[2] < 4:
        return memory
    text = mirrored(kind, uid, counter)
    start = cfg0[2] * SIZE + (cfg0[0] >> 4 & 3)
    if start + len(text) > (layout.last_user + 1) * SIZE:
        return memory
    return memory[:start] + text + memory[start + len(text) :]


def _message_of(area: bytes) -> str | None:
    at = 0
    while at < len(area):
        kind = area[at]
        if kind == 0x00:
            at += 1
            continue
        if kind == 0xFE or at + 1 >= len(area):
            return None
        length, at = area[at + 1], at + 2
        if length == 0xFF:
            length, at = int.from_bytes(area[at : at + 2], "big"), at + 2
        if kind == 0x03:
            return _record_of(area[at : at + length]) if at + length <= len(area) else None
        at += length
    return None


def _record_of(message: bytes) -> str | None:
    """What the first record of a message opens, if the whole message is well-formed."""
    first: str | None = None
    at, number = 0, 0
    while True:
        if at + 3 > len(message):
            return None
        flags, type_length = message[at], message[at + 1]
        if (flags & 0x80 != 0) != (number == 0) or flags & 0x20:
            return None
        if flags & 0x10:
            payload_length, at = message[at + 2], at + 3
        else:
            payload_length, at = int.from_bytes(message[at + 2 : at + 6], "big"), at + 6
        id_length = 0
        if flags & 0x08:
            if at >= len(message):
                return None
            id_length, at = message[at], at + 1
        kind = message[at : at + type_length]
        at += type_length + id_length
        payload, at = message[at : at + payload_length], at + payload_length
        if at > len(message) or not _is_sound(flags & 7, type_length, payload_length):
            return None
        if number == 0:
            first = _address(flags & 7, kind, payload)
        number += 1
        if flags & 0x40:
            return first if at == len(message) else None


def _is_sound(tnf: int, type_length: int, payload_length: int) -> bool:
    if tnf == 0:
        return not type_length and not payload_length
    return type_length > 0 if tnf in (1, 2, 3, 4) else tnf == 5 and type_length == 0


def _address(tnf: int, kind: bytes, payload: bytes) -> str:
    """A URI record's address; an absolute URI without a scheme, or a media type, opens nothing."""
    if (tnf, kind) == (1, b"U") and payload:
        return _PREFIXES.get(payload[0], "?") + payload[1:].decode("utf-8", "replace")
    if tnf == 3 and b":" in kind:
        return kind.decode("utf-8", "replace")
    return SILENT
