"""How long each frame takes on the air, and a meter that adds it up.

Source: NTAG213/215/216 data sheet, 9.2 and 10.1 to 10.8 (command timings); ISO/IEC 14443-3, 6.2
(frames).
"""

from dataclasses import dataclass

ETU_US = 128 / 13.56  # one bit at 106 kbit/s
FRAME_DELAY_US = 1236 / 13.56  # from a reader's frame to the chip's answer, last bit 1
TURN_AROUND_US = 1172 / 13.56  # from the chip's answer to the reader's next frame
EEPROM_US = 4110.0  # from a WRITE to its ACK; NTAG203 data sheet, figure 17

REQA = b"\x26"
WUPA = b"\x52"
ANTICOLLISION = (b"\x93\x20", b"\x95\x20")
_SELECT = (b"\x93\x70", b"\x95\x70")
_CRC_BYTES = 2
_SHORT_FRAME_ETU = 10  # start, 7 bits, end
_NIBBLE_ETU = 6  # ACK or NAK


@dataclass(slots=True)
class Meter:
    """What a chip has been through: simulated microseconds, frames seen, EEPROM writes."""

    elapsed_us: float = 0.0
    exchanges: int = 0
    writes: int = 0

    def count(self, frame: bytes, reply: bytes | None, *, wrote: bool) -> None:
        """Add one exchange."""
        self.exchanges += 1
        self.elapsed_us += exchange_us(frame, reply, wrote=wrote)
        self.writes += wrote


def command_us(frame: bytes) -> float:
    """How long the reader's frame takes, its CRC included."""
    if frame in (REQA, WUPA):
        return _SHORT_FRAME_ETU * ETU_US
    crc = 0 if frame in ANTICOLLISION else _CRC_BYTES
    return (1 + 9 * (len(frame) + crc) + 2) * ETU_US


def reply_us(frame: bytes, reply: bytes) -> float:
    """How long the chip's answer to ``frame`` takes, its CRC included."""
    if len(reply) == 1 and frame[:2] not in _SELECT:
        return _NIBBLE_ETU * ETU_US
    crc = 0 if frame in (REQA, WUPA, *ANTICOLLISION) else _CRC_BYTES
    return (1 + 9 * (len(reply) + crc) + 1) * ETU_US


def exchange_us(frame: bytes, reply: bytes | None, *, wrote: bool = False) -> float:
    """A whole exchange at the least delays the standard allows; silence costs the frame alone."""
    if reply is None:
        return command_us(frame) + (EEPROM_US if wrote else 0.0)
    delay = EEPROM_US if wrote else FRAME_DELAY_US
    return command_us(frame) + delay + reply_us(frame, reply) + TURN_AROUND_US
