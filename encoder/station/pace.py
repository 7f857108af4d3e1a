"""Cards an hour, and the time left, from when the last cards were done."""

from collections import deque

_WINDOW = 30  # cards
_LONGEST_GAP = 300.0  # a longer one is a break, not work


class Pace:
    """How fast the work goes; times are seconds of a clock that only ever goes forward."""

    def __init__(self) -> None:
        self._gaps: deque[float] = deque(maxlen=_WINDOW)
        self._last: float | None = None

    def card_done(self, now: float) -> None:
        """Take note of a card."""
        if self._last is not None and now - self._last <= _LONGEST_GAP:
            self._gaps.append(now - self._last)
        self._last = now

    def pause(self) -> None:
        """Leave the time until the next card out of the account."""
        self._last = None

    @property
    def cards_per_hour(self) -> float | None:
        """None until two cards followed one another."""
        worked = sum(self._gaps)
        return round(3600 * len(self._gaps) / worked, 1) if worked else None

    def seconds_left(self, remaining: int) -> float | None:
        """How long so many cards will take; None while the pace is unknown."""
        rate = self.cards_per_hour
        return round(3600 * remaining / rate, 1) if rate else None
