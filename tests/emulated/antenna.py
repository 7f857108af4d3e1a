"""What a PN532's firmware does on the air: switch the field, resolve collisions, exchange frames.

Source: ISO/IEC 14443-3, 6.5 (initialisation and anticollision of type A); PN532 user manual,
7.3.5 (InListPassiveTarget).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import GARBLED
from encoder.simulator.memory import CASCADE_TAG, check_byte
from encoder.simulator.timing import EEPROM_US, FRAME_DELAY_US, REQA, exchange_us

POWER_UP_US = 5000.0  # ISO/IEC 14443-3, 5: a chip is ready 5 ms after the field is on
_LEVELS = (0x93, 0x95)
_CASCADE = 0x04
_WRITE, _ACK = 0xA2, b"\x0a"


class Place(Protocol):
    """A field of virtual chips, or one with an operator at it."""

    def power_off(self) -> None:
        """Switch the field off."""

    def transceive(self, frame: bytes) -> bytes | None:
        """Send one frame: the answer, None for silence, GARBLED for several at once."""


@dataclass(frozen=True, slots=True)
class Target:
    """A card that was selected."""

    atqa: bytes
    sak: bytes
    uid: bytes


class Antenna:
    """A reader's field over a place; ``elapsed_us`` is the time spent on the air."""

    def __init__(self, place: Place, chips: Callable[[], Sequence[VirtualChip]]) -> None:
        self._place = place
        self._chips = chips
        self._is_on = False
        self.elapsed_us = 0.0

    @property
    def is_on(self) -> bool:
        """Whether there is a field."""
        return self._is_on

    def switch(self, *, on: bool) -> None:
        """Switch the field on or off."""
        if on and not self._is_on:
            self.elapsed_us += POWER_UP_US
        elif not on:
            self._place.power_off()
        self._is_on = on

    def request(self) -> bytes | None:
        """Ask who is there: ATQA, or None."""
        self.switch(on=True)
        return self.exchange(REQA)

    def select(self, atqa: bytes, wanted: bytes = b"") -> Target | None:
        """Select one card; ``wanted`` is a UID with its cascade tags, empty for any."""
        uid, sak = b"", b""
        for index, level in enumerate(_LEVELS):
            part = wanted[4 * index : 4 * index + 4] if wanted else self._part(level)
            if len(part) < 4:
                return None
            sak = self.exchange(bytes([level, 0x70]) + part + bytes([check_byte(part)])) or b""
            uid += part[1:] if part[0] == CASCADE_TAG else part
            if not sak or not sak[0] & _CASCADE:
                break
        return Target(atqa, sak, uid) if sak else None

    def exchange(self, frame: bytes) -> bytes | None:
        """Send a frame without CRC; without a field there is silence."""
        if not self._is_on:
            return None
        answer = self._place.transceive(frame)
        wrote = is_write(frame, answer)
        self.elapsed_us += exchange_us(frame, answer, wrote=wrote)
        return answer

    def _part(self, level: int) -> bytes:
        """Four bytes of a UID; where cards collide, those with 1 at the first differing bit."""
        answer = self.exchange(bytes([level, 0x20]))
        if answer != GARBLED:
            return (answer or b"")[:4]
        parts = {_part_of(chip.uid, level) for chip in self._chips()}
        return max(parts, key=lambda part: [byte >> bit & 1 for byte in part for bit in range(8)])


def is_write(frame: bytes, answer: bytes | None) -> bool:
    """Whether the chip took its time to store a page."""
    return frame[0] == _WRITE and answer == _ACK


def answer_delay_us(frame: bytes, answer: bytes) -> float:
    """From the end of a frame to the answer's first bit."""
    return EEPROM_US if is_write(frame, answer) else FRAME_DELAY_US


def _part_of(uid: bytes, level: int) -> bytes:
    return bytes([CASCADE_TAG]) + uid[:3] if level == _LEVELS[0] else uid[3:]
