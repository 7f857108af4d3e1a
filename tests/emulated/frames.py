"""The frames between a host and a PN53x.

Source: PN532 user manual, 6.2.1 (normal, extended, ACK, NACK and error frames).
"""

from collections.abc import Iterator

ACK = bytes.fromhex("0000FF00FF00")
ERROR = bytes([0x7F])  # what an error frame carries in the place of TFI and data
_START = b"\x00\xff"
_LONGEST_NORMAL = 255
_IS_ACK, _IS_NACK, _IS_EXTENDED = b"\x00\xff", b"\xff\x00", b"\xff\xff"


def framed(data: bytes) -> bytes:
    """A frame around TFI and data: an extended one where a normal one is too short."""
    size = bytes([len(data)]) if len(data) < _LONGEST_NORMAL else len(data).to_bytes(2, "big")
    head = size if len(size) == 1 else _IS_EXTENDED + size
    return b"\x00" + _START + head + _complement(size) + data + _complement(data) + b"\x00"


class FrameReader:
    """Takes bytes as they come and gives what they carry: TFI and data, or ACK.

    What is no frame, or has a wrong checksum, is passed over without a word.
    """

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, heard: bytes) -> Iterator[bytes]:
        """Every frame that is complete with these bytes."""
        self._buffer += heard
        while (frame := self._next()) is not None:
            if frame:
                yield frame

    def forget(self) -> None:
        """Pass over what was heard and is no frame yet."""
        self._buffer = b""

    def _next(self) -> bytes | None:
        """The next frame; empty for one passed over, None when more bytes are needed."""
        start = self._buffer.find(_START)
        if start < 0:
            self._buffer = self._buffer[-1:]
            return None
        self._buffer = self._buffer[start:]
        kind = self._buffer[2:4]
        if len(kind) < len(_START):
            return None
        if kind in (_IS_ACK, _IS_NACK):
            self._buffer = self._buffer[4:]
            return ACK if kind == _IS_ACK else b""
        return self._data(4, 2) if kind == _IS_EXTENDED else self._data(2, 1)

    def _data(self, offset: int, width: int) -> bytes | None:
        """What a frame carries whose length field stands at ``offset``."""
        head = self._buffer[offset : offset + width + 1]
        if len(head) <= width:
            return None
        begin = offset + len(head)
        end = begin + int.from_bytes(head[:width], "big")
        if sum(head) & 0xFF:
            self._buffer = self._buffer[len(_START) :]
            return b""
        if len(self._buffer) <= end:
            return None
        data, is_whole = self._buffer[begin:end], not sum(self._buffer[begin : end + 1]) & 0xFF
        self._buffer = self._buffer[end + 1 :]
        return data if is_whole else b""


def _complement(data: bytes) -> bytes:
    """LCS or DCS: with it, the bytes add up to 00h."""
    return bytes([-sum(data) & 0xFF])
