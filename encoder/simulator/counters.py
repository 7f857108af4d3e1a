"""The three one-way counters of a MIFARE Ultralight EV1.

Source: MF0ULx1 data sheet, 8.7 (counter functionality), READ_CNT, INCR_CNT, CHECK_TEARING_EVENT.
"""

COUNTER_MAX = 0xFFFFFF
COUNTER_LENGTH = 3  # least significant byte first
WHOLE = b"\xbd"  # CHECK_TEARING_EVENT: the last increment was not torn
_COUNTERS = 3


class OneWayCounters:
    """Counters that are only ever increased, each on its own."""

    def __init__(self) -> None:
        self._values = [0] * _COUNTERS

    def has(self, number: int) -> bool:
        """Whether there is a counter of this number."""
        return number < _COUNTERS

    def read(self, number: int) -> bytes:
        """What READ_CNT answers."""
        return self._values[number].to_bytes(COUNTER_LENGTH, "little")

    def increase(self, number: int, by: bytes) -> bool:
        """Add the first three bytes of an INCR_CNT; False, and nothing is added, past the end."""
        total = self._values[number] + int.from_bytes(by[:COUNTER_LENGTH], "little")
        if total > COUNTER_MAX:
            return False
        self._values[number] = total
        return True
