"""Several readers at once: one job, one ledger, no token twice, and no reader's fault is another's.

Lanes are held at a point by events, never by times; a wait that is too long fails the test.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Barrier, Event

import pytest

from encoder.chips.locks import Image
from encoder.chips.models import MODELS, NTAG213, ChipModel
from encoder.errors import LedgerError, ReaderError
from encoder.ledger import BookedCard, Ledger
from encoder.plan import Goal, Plan, Planner, plan_card
from encoder.readers.field import Field
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.station.encoding import Desk
from encoder.station.events import Card, Ready, Removed
from encoder.station.events import Event as Told
from encoder.station.lane import Lane
from encoder.station.run import JobRun, Outcome, Surroundings
from encoder.station.worklist import Worklist
from landing.contract.documents import Job, JobItem
from tests.encoder.kit import (
    BENCH,
    MODEL_NAMES,
    START,
    TOKEN,
    UID,
    DirectField,
    LosableField,
    is_finished,
    make_job,
    new_chip,
    seen_by_phone,
)

PATIENCE_SECONDS = 30
NAMES = ("tty:USB0:pn532", "tty:USB1:pn532", "pcsc:ACS ACR1252")


@dataclass(slots=True)
class Heard:
    """What a run told while it worked."""

    events: list[Told] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    booked: list[BookedCard] = field(default_factory=list)
    outcome: Outcome | None = None
    error: Exception | None = None

    @property
    def cards(self) -> list[Card]:
        """The presentations."""
        return [event for event in self.events if isinstance(event, Card)]

    def told(self) -> list[tuple[str, str | None]]:
        """Status and reason of each presentation, sorted: the order between readers is open."""
        return sorted(((card.status, card.reason) for card in self.cards), key=str)


def run_readers(
    job: Job,
    readers: Mapping[str, Field],
    path: Path,
    *,
    planner: Planner = plan_card,
    run_type: type[JobRun] = JobRun,
    worklist_type: type[Worklist] = Worklist,
    on_card: Callable[[Card], None] = lambda _card: None,
    after_card: Callable[[], None] = lambda: None,
    on_pause: Callable[[], None] = lambda: None,
) -> Heard:
    """Run a job at several readers until all boxes are empty or nothing remains."""
    heard, ticks = Heard(), count()

    def emit(event: Told, _verdict: object) -> None:
        heard.events.append(event)
        if isinstance(event, Card):
            on_card(event)

    with Ledger.open(path, writable=True) as ledger:
        desk = Desk(
            job=job,
            ledger=ledger,
            bench=BENCH,
            clock=lambda: START + timedelta(seconds=next(ticks)),
            prove=lambda _item, _url: None,
            planner=planner,
        )
        around = Surroundings(
            emit=emit,
            after_card=after_card,
            trouble=heard.troubles.append,
            stopping=lambda: False,
            seconds=lambda: 0.0,
            pause=lambda _seconds: on_pause(),
        )
        run = run_type(desk, [*readers.items()], worklist_type(job, ledger), around)
        try:
            heard.outcome = run.run()
        except (ReaderError, LedgerError) as error:
            heard.error = error
        heard.booked = ledger.cards()
    return heard


def box_field(chips: Iterable[VirtualChip]) -> DirectField:
    """A reader with a box of cards."""
    box = CardBox(chips)
    return DirectField(box, lambda: box.exhausted)


def chips_of_all_kinds(number: int) -> list[VirtualChip]:
    """Blank chips of all products, one after another."""
    names = [MODEL_NAMES[index % len(MODEL_NAMES)] for index in range(number)]
    return [new_chip(MODELS[name]) for name in names]


@dataclass(frozen=True, slots=True)
class Meeting:
    """A planner that lets the first cards of two readers go on together."""

    barrier: Barrier = field(default_factory=lambda: Barrier(2, timeout=PATIENCE_SECONDS))
    met: Event = field(default_factory=Event)

    def __call__(self, model: ChipModel, image: Image, goal: Goal) -> Plan:
        """Plan, once both are here."""
        if not self.met.is_set():
            self.barrier.wait()
            self.met.set()
        return plan_card(model, image, goal)


@pytest.mark.parametrize("readers", [2, 3])
def test_readers_share_a_job_and_no_token_is_on_two_cards(readers: int, tmp_path: Path) -> None:
    job = make_job(8 * readers)
    boxes = {name: chips_of_all_kinds(8) for name in NAMES[:readers]}

    heard = run_readers(
        job, {name: box_field(chips) for name, chips in boxes.items()}, tmp_path / "ledger.db"
    )

    chips = [chip for box in boxes.values() for chip in box]
    assert heard.told() == [("done", None)] * len(chips)
    assert sorted(card.token or "" for card in heard.cards) == sorted(i.token for i in job.items)
    assert {card.uid for card in heard.cards} == {chip.uid.hex().upper() for chip in chips}
    assert {seen_by_phone(chip) for chip in chips} == {item.url for item in job.items}
    assert {(card.uid, card.token) for card in heard.booked if card.is_done} == {
        (card.uid, card.token) for card in heard.cards
    }


def test_events_say_which_reader_they_come_from(tmp_path: Path) -> None:
    boxes = {name: chips_of_all_kinds(3) for name in NAMES}

    heard = run_readers(
        make_job(9),
        {name: box_field(chips) for name, chips in boxes.items()},
        tmp_path / "ledger.db",
    )

    of_reader = {chip.uid.hex().upper(): name for name, chips in boxes.items() for chip in chips}
    assert isinstance(heard.events[0], Ready)
    assert heard.events[0].reader == ", ".join(NAMES)
    assert [event.name for event in heard.events].count("end") == 1
    assert heard.events[-1].name == "end"
    assert all(card.reader == of_reader[card.uid or ""] for card in heard.cards)
    removed = [event for event in heard.events if isinstance(event, Removed)]
    assert all(event.reader == of_reader[event.uid or ""] for event in removed)


class ForgetfulWorklist(Worklist):
    """Broken: an item that is taken stays free for the next reader."""

    def take(self) -> JobItem | None:
        """Take the first item, and leave it there."""
        item = super().take()
        if item is not None:
            self.give_back(item.token)
        return item


def told_by_two(worklist_type: type[Worklist], path: Path) -> list[tuple[str, str | None]]:
    """What becomes of the first cards of two readers that begin at the same time."""
    readers = {name: box_field([new_chip(NTAG213)]) for name in NAMES[:2]}

    heard = run_readers(make_job(2), readers, path, planner=Meeting(), worklist_type=worklist_type)

    return heard.told()


def test_two_cards_begun_at_the_same_time_get_two_tokens(tmp_path: Path) -> None:
    assert told_by_two(Worklist, tmp_path / "ledger.db") == [("done", None)] * 2


def test_the_check_catches_a_token_that_is_given_twice(tmp_path: Path) -> None:
    told = told_by_two(ForgetfulWorklist, tmp_path / "ledger.db")

    assert told == [("done", None), ("refused", "uid-booked")]


def test_two_chips_with_one_uid_begun_at_the_same_time_are_one_card(tmp_path: Path) -> None:
    chips = [new_chip(NTAG213, UID), new_chip(NTAG213, UID)]
    readers = {name: box_field([chip]) for name, chip in zip(NAMES, chips, strict=False)}

    heard = run_readers(make_job(2), readers, tmp_path / "ledger.db", planner=Meeting())

    assert heard.told() == [("done", None), ("refused", "uid-booked")]
    assert sorted(chip.meter.writes for chip in chips) == [0, 14]
    assert len(heard.booked) == 1
    assert heard.outcome is not None
    end = heard.outcome.end
    assert (end.done, end.refused, end.failed, end.remaining) == (1, 1, 0, 1)


def test_item_of_the_refused_twin_goes_to_another_card(tmp_path: Path) -> None:
    twins = [new_chip(NTAG213, UID), new_chip(NTAG213, UID)]
    boxes = [[twin, new_chip(NTAG213)] for twin in twins]
    readers = {name: box_field(box) for name, box in zip(NAMES, boxes, strict=False)}
    job = make_job(3)

    heard = run_readers(job, readers, tmp_path / "ledger.db", planner=Meeting())

    assert heard.told() == [*[("done", None)] * 3, ("refused", "uid-booked")]
    assert {card.token for card in heard.booked} == {item.token for item in job.items}


def test_blank_that_comes_while_the_last_item_is_being_made_waits(tmp_path: Path) -> None:
    waited = Event()
    chips = [new_chip(NTAG213), new_chip(NTAG213)]

    def planner(model: ChipModel, image: Image, goal: Goal) -> Plan:
        assert waited.wait(PATIENCE_SECONDS)
        return plan_card(model, image, goal)

    readers = {name: box_field([chip]) for name, chip in zip(NAMES, chips, strict=False)}
    heard = run_readers(
        make_job(1), readers, tmp_path / "ledger.db", planner=planner, on_pause=waited.set
    )

    assert heard.told() == [("done", None)]
    assert sorted(chip.meter.writes for chip in chips) == [0, 14]


class WaitingField(DirectField):
    """A reader that is put to use when something has happened."""

    def __init__(self, chips: Iterable[VirtualChip], happened: Event) -> None:
        box = CardBox(chips)
        super().__init__(box, lambda: box.exhausted)
        self._happened = happened

    def sense(self) -> bytes | None:
        """Look, when it is time."""
        assert self._happened.wait(PATIENCE_SECONDS)
        return super().sense()


def test_reader_lost_before_its_first_card_leaves_the_job_to_the_others(tmp_path: Path) -> None:
    readers: dict[str, Field] = {
        NAMES[0]: LosableField(CardBox([new_chip(NTAG213)]), frames=0),
        NAMES[1]: box_field(chips_of_all_kinds(5)),
    }

    heard = run_readers(make_job(5), readers, tmp_path / "ledger.db")

    assert heard.error is None
    assert heard.told() == [("done", None)] * 5
    assert heard.troubles == [f"{NAMES[0]}: the reader was lost: no such device"]


@pytest.mark.parametrize("frames", range(6, 18))
def test_card_of_a_lost_reader_is_finished_at_another(frames: int, tmp_path: Path) -> None:
    lost = Event()
    begun = new_chip(NTAG213, UID)
    others = chips_of_all_kinds(3)

    def on_card(card: Card) -> None:
        if card.reason == "reader-lost":
            lost.set()

    readers: dict[str, Field] = {
        NAMES[0]: LosableField(CardBox([begun]), frames),
        NAMES[1]: WaitingField([*others, begun], lost),
    }
    heard = run_readers(make_job(4), readers, tmp_path / "ledger.db", on_card=on_card)

    assert heard.error is None
    assert [(card.status, card.reason) for card in heard.cards] == [
        ("failed", "reader-lost"),
        *[("done", None)] * 3,
        ("resumed", None),
    ]
    assert heard.cards[0].token == heard.cards[-1].token == TOKEN
    assert is_finished(begun, "NTAG213", "permanent")
    assert len(heard.troubles) == 1


def test_run_that_a_lost_reader_leaves_unfinished_says_so(tmp_path: Path) -> None:
    readers: dict[str, Field] = {
        NAMES[0]: LosableField(CardBox([new_chip(NTAG213)]), frames=10),
        NAMES[1]: box_field(chips_of_all_kinds(2)),
    }

    heard = run_readers(make_job(3), readers, tmp_path / "ledger.db")

    assert isinstance(heard.error, ReaderError)
    assert heard.told() == [*[("done", None)] * 2, ("failed", "reader-lost")]
    assert heard.events[-1].as_json() == {
        "event": "end",
        "done": 2,
        "refused": 0,
        "failed": 1,
        "remaining": 1,
    }


def test_all_readers_lost_end_the_run(tmp_path: Path) -> None:
    readers = {name: LosableField(CardBox([new_chip(NTAG213)]), frames=0) for name in NAMES}

    heard = run_readers(make_job(3), readers, tmp_path / "ledger.db")

    assert isinstance(heard.error, ReaderError)
    assert len(heard.troubles) == 3
    assert heard.events[-1].name == "end"


class GoesOn(JobRun):
    """Broken: a fault in one lane leaves the others at work."""

    def _guarded(self, lane: Lane) -> None:
        lane.work()


MANY = 150


def cards_after_a_fault(run_type: type[JobRun], path: Path) -> tuple[int, Heard]:
    """How many cards are served in all when the report cannot be written after the first."""
    calls = count()

    def after_card() -> None:
        if next(calls) == 0:
            raise LedgerError("the disk is full; nothing was changed")

    boxes = {name: [new_chip(NTAG213) for _ in range(MANY)] for name in NAMES[:2]}
    readers = {name: box_field(box) for name, box in boxes.items()}
    heard = run_readers(make_job(2 * MANY), readers, path, run_type=run_type, after_card=after_card)
    return len(heard.cards), heard


def test_fault_of_the_ledger_in_one_lane_ends_all(tmp_path: Path) -> None:
    served, heard = cards_after_a_fault(JobRun, tmp_path / "ledger.db")

    assert isinstance(heard.error, LedgerError)
    assert served < MANY
    assert heard.events[-1].name == "end"


def test_the_check_catches_a_run_that_goes_on_without_a_ledger(tmp_path: Path) -> None:
    served, _ = cards_after_a_fault(GoesOn, tmp_path / "ledger.db")

    assert served > MANY


def test_ledger_that_takes_no_more_writes_ends_all_and_agrees_with_the_chips(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.db"
    boxes = {name: [new_chip(NTAG213) for _ in range(5)] for name in NAMES[:2]}
    readers = {name: box_field(box) for name, box in boxes.items()}
    plans = count()
    opened: list[Ledger] = []

    def planner(model: ChipModel, image: Image, goal: Goal) -> Plan:
        if next(plans) == 3:
            with opened[0]._reading() as db:
                db.execute("PRAGMA query_only = ON")
        return plan_card(model, image, goal)

    class Opening(Worklist):
        """A worklist that shows the test the ledger."""

        def __init__(self, job: Job, ledger: Ledger) -> None:
            super().__init__(job, ledger)
            opened.append(ledger)

    heard = run_readers(make_job(10), readers, path, planner=planner, worklist_type=Opening)

    written = {
        chip.uid.hex().upper() for box in boxes.values() for chip in box if chip.meter.writes
    }
    assert isinstance(heard.error, LedgerError)
    assert {card.uid for card in heard.booked} >= written
    assert heard.events[-1].name == "end"
