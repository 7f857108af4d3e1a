"""The way of readers with a PN53x inside that pass its host commands, as an ACR122U does.

The CRC check of received frames is switched off and done here: a chip's ACK has four bits and no
CRC, which the PN53x cannot tell from a broken frame.

Source: ACR122U API, 6.1 (Direct Transmit); PN532 user manual, 7.2 and 7.3 (host commands), 7.1
(status); ISO/IEC 14443-3, annex B (CRC_A).
"""

from encoder.chips.commands import named
from encoder.errors import SilenceError
from encoder.readers.pcsc.ways import OK, Line, silence

_TO_CHIP, _FROM_CHIP = 0xD4, 0xD5
_GET_FIRMWARE_VERSION, _WRITE_REGISTER, _RF_CONFIGURATION = 0x02, 0x08, 0x32
_IN_COMMUNICATE_THRU, _IN_LIST_PASSIVE_TARGET = 0x42, 0x4A
_PN53X = (0x32, 0x33)
_ONE_LOOK = bytes([0x05, 0x01, 0x00, 0x01])  # MaxRetries: InListPassiveTarget must come back
_FIELD_OFF = bytes([0x01, 0x00])  # the next InListPassiveTarget switches it on
_ONE_TYPE_A = bytes([0x01, 0x00])
_CRC_UNCHECKED = bytes([0x63, 0x03, 0x00])  # CIU_RxMode: 106 kbit/s, type A, no CRC
_STATUS_BITS = 0x3F
_CRC_LENGTH = 2


class DirectWay:
    """Host commands of a PN53x inside Direct Transmit."""

    storage_only = False

    def begin(self, line: Line) -> bool:
        """Ask for the chip's version; only a PN53x tells one."""
        version = _command(line, _GET_FIRMWARE_VERSION, b"")
        if version is None or version[:1] not in (bytes([chip]) for chip in _PN53X):
            return False
        return _command(line, _RF_CONFIGURATION, _ONE_LOOK) is not None

    def select(self, line: Line) -> bytes | None:
        """Switch the field off, and let the PN53x select what answers."""
        _command(line, _RF_CONFIGURATION, _FIELD_OFF)
        listed = _command(line, _IN_LIST_PASSIVE_TARGET, _ONE_TYPE_A)
        uid = _listed_uid(listed or b"")
        if uid is not None:
            _command(line, _WRITE_REGISTER, _CRC_UNCHECKED)
        return uid

    def exchange(self, line: Line, frame: bytes) -> bytes:
        """Pass the frame; the PN53x adds its CRC."""
        answer = _command(line, _IN_COMMUNICATE_THRU, frame)
        if not answer:
            raise silence(frame, f"{line.reader} does not pass it")
        status, received = answer[0] & _STATUS_BITS, answer[1:]
        if status or not received:
            raise silence(frame, f"status {status:02X}h")
        return received if len(received) == 1 else _checked(frame, received)


def _command(line: Line, code: int, data: bytes) -> bytes | None:
    """A host command's response; None where the reader does not take it for one."""
    host = bytes([_TO_CHIP, code]) + data
    answer, status = line.transmit(bytes([0xFF, 0x00, 0x00, 0x00, len(host)]) + host)
    is_answer = status == OK and answer[:2] == bytes([_FROM_CHIP, code + 1])
    return answer[2:] if is_answer else None


def _listed_uid(listed: bytes) -> bytes | None:
    """The UID in an answer of InListPassiveTarget: count, number, ATQA, SAK, length, UID."""
    if len(listed) < 6 or listed[0] == 0:
        return None
    return listed[6 : 6 + listed[5]]


def _checked(frame: bytes, received: bytes) -> bytes:
    data, crc = received[:-_CRC_LENGTH], received[-_CRC_LENGTH:]
    if crc_a(data) != crc:
        raise SilenceError(f"the answer to the frame {named(frame)} was garbled")
    return data


def crc_a(data: bytes) -> bytes:
    """CRC_A, low byte first."""
    register = 0x6363
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x8408 if register & 1 else 0)
    return register.to_bytes(_CRC_LENGTH, "little")
