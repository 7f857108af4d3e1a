"""What the station waits for between two cards: the first one's absence, and not for ever."""

from itertools import count
from pathlib import Path

from encoder.chips.models import NTAG213
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.station.events import Removed
from tests.encoder.kit import Ran, make_job, new_chip, run_box

REQA = b"\x26"
MANY_LOOKS = 50
WRITES = 14


class Counter(CardBox):
    """A counter where ``first`` lies until it has been done and ``second``, if any, replaces it."""

    def __init__(self, first: VirtualChip, second: VirtualChip | None = None) -> None:
        super().__init__([], field=VirtualField())
        self.field.lay(first)
        self.looks = 0
        self._first, self._second = first, second

    @property
    def exhausted(self) -> bool:
        """A counter never knows."""
        return False

    def transceive(self, frame: bytes) -> bytes | None:
        """Send one frame; the swap is done between two looks."""
        self.looks += frame == REQA
        done = self._first.meter.writes == WRITES
        if frame == REQA and done and self._second is not None and self.looks > 2:
            self.field.lift()
            self.field.lay(self._second)
            self._second = None
        return self.field.transceive(frame)


def removed_in(ran: Ran) -> list[str | None]:
    """The UIDs that were seen to leave."""
    return [event.uid for event in ran.events if isinstance(event, Removed)]


def test_last_card_that_stays_is_not_waited_for_without_end(tmp_path: Path) -> None:
    clock = count()

    ran = run_box(
        make_job(),
        Counter(new_chip(NTAG213)),
        tmp_path / "l.db",
        seconds=lambda: float(next(clock)),
    )

    assert ran.told() == [("done", None)]
    assert removed_in(ran) == []


def test_card_that_stays_is_one_presentation_however_long(tmp_path: Path) -> None:
    counter, clock = Counter(new_chip(NTAG213)), count()

    ran = run_box(
        make_job(2),
        counter,
        tmp_path / "l.db",
        seconds=lambda: float(next(clock)),
        stopping=lambda: counter.looks > MANY_LOOKS,
    )

    assert ran.told() == [("done", None)]
    assert (removed_in(ran), ran.end.remaining) == ([], 1)


def test_card_laid_in_the_place_of_a_done_one_is_the_next(tmp_path: Path) -> None:
    first, second = new_chip(NTAG213), new_chip(NTAG213)
    clock = count()

    ran = run_box(
        make_job(2),
        Counter(first, second),
        tmp_path / "l.db",
        seconds=lambda: float(next(clock)),
    )

    assert ran.told() == [("done", None), ("done", None)]
    assert [card.uid for card in ran.cards] == [chip.uid.hex().upper() for chip in (first, second)]
    assert removed_in(ran) == [first.uid.hex().upper()]
