"""An operator who loses no time, with the chips in a process of their own: ``python -m``.

A card is taken away at the first look after it was written, and the next one lies there when the
station has made sure that the first is gone. What the chips cost is not the station's, then, and
nobody waits for anyone.
"""

import secrets
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from encoder.chips.models import NTAG213
from encoder.simulator.card_box import blank_chips
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.server import FieldServer
from encoder.simulator.timing import REQA, WUPA
from tests.processes import free_port

_EMPTY_LOOKS = 2  # that many the station needs to be sure
_WRITE = 0xA2


class QuickHand:
    """A place with a box of blank cards beside it, for jobs without a mirror."""

    def __init__(self, cards: Iterable[VirtualChip]) -> None:
        self._cards = iter(cards)
        self._field = VirtualField()
        self._is_written = False
        self._empty_looks = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies there."""
        return self._field.is_empty

    def power_off(self) -> None:
        """Switch the field off."""
        self._field.power_off()

    def transceive(self, frame: bytes) -> bytes | None:
        """Send one frame; at a look, see whether there is something to do."""
        if frame in (REQA, WUPA):
            self._act()
        elif frame[0] == _WRITE:
            self._is_written = True
        return self._field.transceive(frame)

    def _act(self) -> None:
        if self._is_written:
            self._field.lift()
            self._is_written, self._empty_looks = False, _EMPTY_LOOKS
        elif self._field.is_empty and not self._empty_looks:
            self._lay_next()
        if self._empty_looks:
            self._empty_looks -= 1

    def _lay_next(self) -> None:
        card = next(self._cards, None)
        if card is not None:
            self._field.lay(card)


@contextmanager
def hand_at_work(cards: int) -> Iterator[str]:
    """Have blank NTAG213 served by a process of its own; the reader's path."""
    words = [sys.executable, "-m", "tests.bench.quick_hand", str(free_port()), str(cards)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as hand:
        try:
            yield hand.stdout.readline().strip() if hand.stdout else ""
        finally:
            hand.communicate("")


def main() -> None:
    """Serve until standard input ends."""
    port, cards = map(int, sys.argv[1:])
    box = blank_chips(NTAG213, cards, secrets.token_bytes)
    with FieldServer(QuickHand(box), port) as server:
        print(server.path, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
