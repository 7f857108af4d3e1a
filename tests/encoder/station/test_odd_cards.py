"""Cards that behave as no blank does: the run tells each of them once and goes on."""

from collections.abc import Iterator
from pathlib import Path

from encoder.chips.models import NTAG213
from encoder.ledger import Ledger
from encoder.readers.field import Field
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.station.encoding import Desk
from encoder.station.events import Card, End, Event
from encoder.station.run import JobRun, Surroundings
from encoder.station.worklist import Worklist
from tests.encoder.kit import BENCH, START, TOKEN, DirectField, make_job, new_chip

_NAK = b"\x00"
_READS, _WRITE = (0x30, 0x3A), 0xA2


class NumbingField(VirtualField):
    """A field where one chip answers NAK to reads and writes from its third WRITE on."""

    def __init__(self, numb: VirtualChip) -> None:
        super().__init__()
        self._numb = numb
        self._numb_writes = 0

    def transceive(self, frame: bytes) -> bytes | None:
        """Send one frame."""
        if self._numb in self.chips and frame[0] in (*_READS, _WRITE):
            self._numb_writes += frame[0] == _WRITE
            if self._numb_writes >= 3:
                return _NAK
        return super().transceive(frame)


class PhoneField:
    """A phone that lies on the reader: it draws a UID anew at each look, then it is taken away."""

    poll_seconds = 0.0
    storage_only = False

    def __init__(self, looks: int, first_byte: int) -> None:
        self._uids: Iterator[bytes] = iter(
            bytes([first_byte, 0, 0, number]) for number in range(looks)
        )
        self.exhausted = False

    def sense(self) -> bytes | None:
        """Look once."""
        uid = next(self._uids, None)
        self.exhausted = uid is None
        return uid

    def exchange(self, frame: bytes) -> bytes:
        """Answer nothing of use."""
        return _NAK


def told_by(field: Field, folder: Path, *, most_cards: int = 100) -> list[Event]:
    """The events of a run at this field, stopped after so many cards."""
    events: list[Event] = []

    def emit(event: Event, _verdict: object) -> None:
        events.append(event)

    around = Surroundings(
        emit=emit,
        after_card=lambda: None,
        trouble=lambda _text: None,
        stopping=lambda: len(cards_of(events)) >= most_cards,
        seconds=lambda: 0.0,
        pause=lambda _seconds: None,
    )
    job = make_job()
    with Ledger.open(folder / "ledger.db", writable=True) as ledger:
        desk = Desk(
            job=job, ledger=ledger, bench=BENCH, clock=lambda: START, prove=lambda _item, _url: None
        )
        JobRun(desk, [("bench", field)], Worklist(job, ledger), around).run()
    return events


def cards_of(events: list[Event]) -> list[Card]:
    """The presentations."""
    return [event for event in events if isinstance(event, Card)]


def test_chip_that_goes_numb_in_mid_write_is_a_failed_card(tmp_path: Path) -> None:
    numb = new_chip(NTAG213)
    place = NumbingField(numb)
    place.lay(numb)

    told = told_by(DirectField(place, lambda: False), tmp_path, most_cards=1)

    (card,) = cards_of(told)
    assert (card.status, card.reason, card.token) == ("failed", "write-failed", TOKEN)
    assert told[-1] == End(done=0, refused=0, failed=1, remaining=1)


def test_phone_on_the_reader_is_one_presentation(tmp_path: Path) -> None:
    told = told_by(PhoneField(looks=20, first_byte=0x08), tmp_path)

    assert [event.name for event in told] == ["ready", "card", "removed", "end"]


def test_cards_with_fixed_uids_are_more_than_one_presentation(tmp_path: Path) -> None:
    told = told_by(PhoneField(looks=20, first_byte=0x04), tmp_path)

    assert len(cards_of(told)) > 1
