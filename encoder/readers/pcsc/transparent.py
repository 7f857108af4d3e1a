"""The way of readers with transparent sessions: the chip's frames, in PC/SC's own wrapping.

Source: PC/SC part 3, supplemental document for contactless ICCs, 3 (FF C2: sessions, exchanges,
protocols and their data objects).
"""

from collections.abc import Iterator

from encoder.chips import commands
from encoder.chips.models import PAGE_SIZE
from encoder.errors import CollisionError
from encoder.readers.pcsc.ways import OK, Line, select_by_power, silence

_MANAGE, _EXCHANGE, _SWITCH = 0x00, 0x01, 0x02
_START, _END = bytes([0x81, 0x00]), bytes([0x82, 0x00])
_TYPE_A_LAYER_3 = bytes([0x8F, 0x02, 0x00, 0x03])
_FLAGS, _TRANSCEIVE = bytes([0x90, 0x02]), 0x95
_NO_PROLOGUE = bytes([0x10, 0x00])
_NO_PROLOGUE_KEEP_CRC = bytes([0x12, 0x00])
_ERROR, _ANSWER = 0xC0, 0x97
_NO_ERROR = bytes([0x00, 0x90, 0x00])
_WRITE = 0xA2
_UID_PAGES = 0x00


class TransparentWay:
    """A session is begun at a selected card's first frame, and ended before the next selection."""

    storage_only = False

    def __init__(self) -> None:
        self._uid: bytes | None = None
        self._in_session = False
        self._saw_another = False

    def begin(self, line: Line) -> bool:
        """Try a session."""
        began = _do(line, _MANAGE, _START) is not None
        if began:
            _do(line, _MANAGE, _END)
        self._in_session = False
        return began

    def select(self, line: Line) -> bytes | None:
        """Leave it to the reader, which tells the UID outside a session only.

        Raises:
            CollisionError: the session before selected another card than the reader had.
        """
        if self._in_session:
            _do(line, _MANAGE, _END)
            self._in_session = False
        self._uid = select_by_power(line)
        if self._saw_another:
            self._saw_another = False
            raise CollisionError(
                "more than one card answers; the reader takes now one, now another"
            )
        return self._uid

    def exchange(self, line: Line, frame: bytes) -> bytes:
        """Pass the frame; the reader adds its CRC."""
        if not self._in_session:
            self._start(line, frame)
        return _pass(line, frame)

    def _start(self, line: Line, frame: bytes) -> None:
        """Begin a session, which selects anew: make sure that it is the same card.

        A card that hides even its first pages by a password is not asked further; nothing can be
        written on it without that password.
        """
        self._in_session = _do(line, _MANAGE, _START) is not None
        if not self._in_session or _do(line, _SWITCH, _TYPE_A_LAYER_3) is None:
            raise silence(frame, f"{line.reader} does not select the card again")
        read = _do(line, _EXCHANGE, _wrapped(commands.read(_UID_PAGES)))
        if read is None or _ANSWER not in read:
            _do(line, _SWITCH, _TYPE_A_LAYER_3)
        elif self._uid != _uid_in(read[_ANSWER]):
            self._saw_another = True
            raise silence(frame, "another card was selected")


def _pass(line: Line, frame: bytes) -> bytes:
    answer = (_do(line, _EXCHANGE, _wrapped(frame)) or {}).get(_ANSWER)
    if not answer:
        raise silence(frame, f"{line.reader} heard none")
    return answer


def _wrapped(frame: bytes) -> bytes:
    """Flags and frame. An ACK has no CRC, so the check is switched off where one is awaited."""
    flags = _NO_PROLOGUE_KEEP_CRC if frame[0] == _WRITE else _NO_PROLOGUE
    return _FLAGS + flags + bytes([_TRANSCEIVE, len(frame)]) + frame


def _do(line: Line, function: int, objects: bytes) -> dict[int, bytes] | None:
    """The data objects of the answer; None where the reader, or the card, says no."""
    apdu = bytes([0xFF, 0xC2, 0x00, function, len(objects)]) + objects + b"\x00"
    answer, status = line.transmit(apdu)
    found = dict(_objects(answer))
    return found if status == OK and found.get(_ERROR) == _NO_ERROR else None


def _objects(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tags and values, in BER-TLV; the tags of two bytes are 5Fxx, 7Fxx and FFxx."""
    offset = 0
    while offset + 1 < len(data):
        tag, offset = data[offset], offset + 1
        if tag & 0x1F == 0x1F:
            tag, offset = tag << 8 | data[offset], offset + 1
        length, offset = _length(data, offset)
        yield tag, data[offset : offset + length]
        offset += length


def _length(data: bytes, offset: int) -> tuple[int, int]:
    """A BER length, and where the value begins."""
    first = data[offset] if offset < len(data) else 0
    if first < 0x80:
        return first, offset + 1
    end = offset + 1 + (first & 0x7F)
    return int.from_bytes(data[offset + 1 : end], "big"), end


def _uid_in(pages: bytes) -> bytes:
    """The seven bytes of pages 00h and 01h, without BCC0.

    Source: NTAG213/215/216 data sheet, 8.5.1.
    """
    return pages[:3] + pages[PAGE_SIZE : 2 * PAGE_SIZE]
