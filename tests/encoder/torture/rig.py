"""One card through the real engine in memory: a field without sockets, a ledger without a disk.

A snapshot is all that outlives a torn card or a killed process: the chip's memory and counter, and
the ledger. A card is torn by going on from the snapshot ahead of a WRITE, with that page changed.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Protocol, cast

from encoder.chips.mirror import Mirror
from encoder.chips.models import MODELS, ChipModel
from encoder.chips.password import StationKey
from encoder.errors import SilenceError
from encoder.ledger import Bench, BookedCard, Ledger
from encoder.ledger.file import in_memory, migrate
from encoder.plan import Planner, plan_card
from encoder.readers.field import Field
from encoder.simulator.chip import VirtualChip
from encoder.simulator.tearing import Tear, TearPhase
from encoder.station.encoding import Desk, Encoding
from encoder.station.events import Card, Event
from encoder.station.run import JobRun, Outcome, Surroundings
from encoder.station.session import Session
from encoder.station.visit import Verdict, Visit
from encoder.station.worklist import Worklist
from landing.contract.documents import Job, JobItem, Label, Policy, Protection
from tests.encoder.torture.memory import Wanted, with_page

UID = bytes.fromhex("04A1B2C3D4E580")
TOKEN = "7H3K9QX2MZ4DG"
NEXT_TOKEN = "0000000000012"
SITE = "https://card.example"
SECRET = bytes(range(32))
KEY = StationKey(SECRET)
OPERATOR = Bench(station="bench-1", operator="mona")
START = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
_REQA = bytes.fromhex("26")
_WRITE = 0xA2
ACK = b"\x0a"
IN_MEMORY = Path("in memory")


@dataclass(frozen=True, slots=True)
class Engine:
    """The parts of the engine that a seeded fault may replace."""

    planner: Planner = plan_card
    encoding: type[Encoding] = Encoding
    session: type[Session] = Session
    visit: type[Visit] = Visit


REAL = Engine()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is left of a card and its ledger when everything is switched off."""

    memory: bytes
    ledger: bytes
    counter: int = 0

    def torn(self, page: int, content: bytes) -> "Snapshot":
        """The same with one page holding something else."""
        return replace(self, memory=with_page(self.memory, page, content))


@dataclass(frozen=True, slots=True)
class Write:
    """One WRITE that the chip took: the state ahead of it, its page, and what that holds then."""

    before: Snapshot
    page: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Glitch:
    """What happens to the n-th WRITE frame, 0 being the first.

    ``heard`` tells whether it reaches the chip; ``stored`` is what the chip stores, losing its
    power, in the place of what it should; ``answer`` is made out in the place of the ACK. The card
    stays where it is, or is ``pulled`` away.
    """

    index: int
    heard: bool = True
    stored: bytes | None = None
    answer: bytes = b""
    pulled: bool = False

    @property
    def is_harmless(self) -> bool:
        """Whether the card can be made right at once: nothing but an answer is missing."""
        stands = self.stored is None or self.answer != b""
        return stands and self.answer != ACK and not self.pulled


@dataclass(frozen=True, slots=True)
class BrownOut(Tear):
    """A WRITE that stores something else."""

    stored: bytes = b""

    def content(self, model: ChipModel, page: int, old: bytes, new: bytes) -> bytes:
        """What the page holds afterwards."""
        return self.stored


class OneCardField:
    """A reader's field with one card in it, which is lifted when it is done with."""

    poll_seconds = 0.0
    storage_only = False

    def __init__(self, chip: VirtualChip, glitch: Glitch | None = None) -> None:
        self.chip = chip
        self.exhausted = False
        self._glitch = glitch
        self._writes = 0

    def lift(self) -> None:
        """Take the card away for good."""
        self.exhausted = True
        self.chip.power_off()

    def sense(self) -> bytes | None:
        """Power up and select, both cascade levels."""
        chip = self.chip
        chip.power_off()
        if self.exhausted:
            return None
        chip.power_on()
        chip.transceive(_REQA)
        uid = b""
        for level in (0x93, 0x95):
            part = chip.transceive(bytes([level, 0x20])) or b""
            chip.transceive(bytes([level, 0x70]) + part)
            uid += part[1:4] if level == 0x93 else part[:4]
        return uid

    def exchange(self, frame: bytes) -> bytes:
        """Send one frame."""
        glitch = self._glitch_of(frame)
        answer = self.chip.transceive(frame) if glitch is None else self._spoilt(glitch, frame)
        if not answer:
            raise SilenceError("no answer")
        return answer

    def _glitch_of(self, frame: bytes) -> Glitch | None:
        if frame[0] != _WRITE:
            return None
        self._writes += 1
        is_hit = self._glitch is not None and self._writes == self._glitch.index + 1
        return self._glitch if is_hit else None

    def _spoilt(self, glitch: Glitch, frame: bytes) -> bytes:
        chip = self.chip
        if glitch.stored is not None:
            watch, tear = chip.before_write, BrownOut(TearPhase.HALF, stored=glitch.stored)
            chip.before_write = lambda _chip, _page: tear
            chip.transceive(frame)
            chip.before_write = watch
        elif glitch.heard:
            chip.transceive(frame)
        if glitch.pulled:
            self.lift()
        return glitch.answer


class TornRun(JobRun):
    """A run whose sessions may be of a broken kind."""

    engine = REAL

    def visit(self, field: Field, uid: bytes) -> Visit:
        """A visit of the card that was selected."""
        session = self.engine.session(field, uid)
        return self.engine.visit(
            self._desk,
            self._worklist,
            session,
            overwrite=self._overwrite,
            encoding=self.engine.encoding,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one presentation did, and what it left."""

    outcome: Outcome
    events: list[Event]
    after: Snapshot
    writes: tuple[Write, ...]

    @property
    def card(self) -> Card:
        """The presentation."""
        return next(event for event in self.events if isinstance(event, Card))


def empty_ledger() -> bytes:
    """A ledger without a card."""
    with closing(in_memory()) as opened:
        migrate(opened)
        return opened.serialize()


def row_in(ledger: bytes) -> BookedCard | None:
    """The card's row."""
    with closing(open_copy(ledger)) as opened:
        return Ledger(opened, IN_MEMORY).card_with_uid(UID.hex().upper())


def job_for(wanted: Wanted) -> Job:
    """A job of this card and one more, so that a run goes on when this one is done."""
    urls = {TOKEN: wanted.url, NEXT_TOKEN: wanted.url.replace(TOKEN, NEXT_TOKEN)}
    items = tuple(
        JobItem(position=position, token=token, url=url, label=Label())
        for position, (token, url) in enumerate(urls.items(), start=1)
    )
    policy = Policy(chips=(wanted.chip,), protection=cast(Protection, wanted.protection))
    return Job(job="J-2026-0001", site=SITE, created_at=START, policy=policy, items=items)


def present(
    snapshot: Snapshot,
    wanted: Wanted,
    *,
    engine: Engine = REAL,
    overwrite: bool = False,
    glitch: Glitch | None = None,
    traced: bool = False,
) -> Ran:
    """Lay the card down once, and lift it when the engine is done with it."""
    with closing(open_copy(snapshot.ledger)) as opened:
        chip = VirtualChip(MODELS[wanted.chip], UID, memory=snapshot.memory)
        chip.nfc_counter = snapshot.counter
        trace = _Trace(opened, chip)
        if traced:
            chip.before_write = trace.note
        field = OneCardField(chip, glitch)
        events: list[Event] = []
        outcome = work(
            Ledger(opened, IN_MEMORY), wanted, field, events, engine, overwrite=overwrite
        )
        return Ran(outcome=outcome, events=events, after=trace.shot(), writes=trace.writes)


class _Trace:
    """Takes a snapshot ahead of each WRITE that the chip takes."""

    def __init__(self, ledger: sqlite3.Connection, chip: VirtualChip) -> None:
        self._ledger = ledger
        self._chip = chip
        self._noted: list[tuple[Snapshot, int]] = []

    def shot(self) -> Snapshot:
        """How things stand."""
        chip = self._chip
        return Snapshot(
            memory=chip.memory, ledger=self._ledger.serialize(), counter=chip.nfc_counter
        )

    def note(self, _chip: VirtualChip, page: int) -> None:
        """Keep how things stand ahead of a WRITE."""
        self._noted.append((self.shot(), page))

    @property
    def writes(self) -> tuple[Write, ...]:
        """All WRITEs, each with what it left in its page."""
        after = [shot.memory for shot, _ in self._noted[1:]]
        after += [self._chip.memory][: len(self._noted)]
        return tuple(
            Write(shot, page, memory[page * 4 : page * 4 + 4])
            for (shot, page), memory in zip(self._noted, after, strict=True)
        )


class LiftableField(Field, Protocol):
    """A field whose card is lifted when it is done with."""

    def lift(self) -> None:
        """Take the card away for good."""


def work(
    ledger: Ledger,
    wanted: Wanted,
    field: LiftableField,
    events: list[Event],
    engine: Engine = REAL,
    *,
    overwrite: bool = False,
) -> Outcome:
    """Run a job of ``wanted`` and one more card, until the field is exhausted."""
    job, mirror, ticks = job_for(wanted), cast(Mirror, wanted.mirror), count()

    def emit(event: Event, _verdict: Verdict | None) -> None:
        events.append(event)
        if isinstance(event, Card):
            field.lift()

    key = KEY if wanted.protection == "password" else None
    desk = Desk(
        job=job,
        ledger=ledger,
        bench=OPERATOR,
        clock=lambda: START + timedelta(seconds=next(ticks)),
        prove=lambda _item, _url: None,
        key=key,
        mirror=mirror,
        planner=engine.planner,
    )
    around = Surroundings(
        emit=emit,
        after_card=lambda: None,
        trouble=lambda _text: None,
        stopping=lambda: False,
        seconds=lambda: 0.0,
        pause=lambda _seconds: None,
    )
    worklist = Worklist(job, ledger, mirror=mirror, key_id=key.key_id if key else None)
    run = TornRun(desk, [("direct", field)], worklist, around, overwrite=overwrite)
    run.engine = engine
    return run.run()


def open_copy(ledger: bytes) -> sqlite3.Connection:
    """A ledger of its own, in memory."""
    opened = in_memory()
    opened.deserialize(ledger)
    opened.execute("PRAGMA foreign_keys = ON")
    return opened
