"""One wild card after another through run, inspect and verify: what must hold, whatever comes."""

import random
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field

from encoder.cli.picture import Shown
from encoder.errors import CardError, CollisionError, ReaderError
from encoder.ledger import Ledger
from encoder.simulator.chip import VirtualChip
from encoder.station.events import Card, End, Event
from encoder.station.identify import KNOWN_CHIPS
from encoder.station.picture import take_picture
from encoder.station.preflight import Preflight
from encoder.station.session import Session
from encoder.station.verifying import Verifier
from tests.encoder.torture.memory import digest_of, faults
from tests.encoder.torture.phone import opened
from tests.encoder.torture.rig import (
    IN_MEMORY,
    KEY,
    REAL,
    UID,
    Engine,
    job_for,
    open_copy,
    work,
)
from tests.encoder.torture.wild import WildCard, WildField, wild_card

_RATES = (0.0, 0.0, 0.0, 0.02, 0.05, 0.1, 0.3, 1.0)  # of answers that are made up


@dataclass(slots=True)
class Haul:
    """What the cases came to."""

    cases: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Haul") -> None:
        """Put two together."""
        self.cases += other.cases
        self.ends += other.ends
        self.wrong += other.wrong

    def told(self) -> str:
        """The counts, in words."""
        ends = ", ".join(f"{count} {end}" for end, count in self.ends.most_common())
        return f"{self.cases} cases, {len(self.wrong)} wrong ({ends})"


class Case:
    """One wild card and one wild reader, by a seed."""

    def __init__(self, seed: str, engine: Engine = REAL) -> None:
        chance = random.Random(seed)
        self._seed = seed
        self._engine = engine
        self._card: WildCard = wild_card(chance)
        self._rate = chance.choice(_RATES)
        self._chance = chance
        self.haul = Haul(cases=1)

    def run(self) -> Haul:
        """Do the one thing with it that the seed says."""
        with closing(open_copy(self._card.snapshot.ledger)) as ledger_file:
            ledger = Ledger(ledger_file, IN_MEMORY)
            try:
                if self._chance.random() < 0.6:
                    self._encode(ledger)
                else:
                    self._read(ledger)
            except Exception as error:  # noqa: BLE001 - it is what is looked for
                self._say(f"{type(error).__name__}: {error}")
        return self.haul

    def _encode(self, ledger: Ledger) -> None:
        card = self._card
        events: list[Event] = []
        chip = card.chip()
        field = WildField(chip, self._chance, self._rate)
        unbooked: list[int] = []

        def look(_chip: VirtualChip, page: int) -> None:
            if ledger.card_with_uid(field.selected.hex().upper()) is None:
                unbooked.append(page)

        chip.before_write = look
        overwrite = self._chance.random() < 0.3
        try:
            work(ledger, card.wanted, field, events, self._engine, overwrite=overwrite)
        except ReaderError:
            self.haul.ends["reader lost"] += 1
        if unbooked:
            self._say(f"page {unbooked[0]:02X}h was written ahead of the row")
        if not events or not isinstance(events[-1], End):
            self._say("the run does not end with end")
        cards = [event for event in events if isinstance(event, Card)]
        for shown in cards:
            self.haul.ends[f"{shown.status} {shown.reason or ''}".strip()] += 1
            if shown.status in ("refused", "already-done") and shown.writes:
                self._say(f"{shown.status}, {shown.reason}, with {shown.writes} WRITEs")
            if shown.status == "failed" and card.past == "new" and not field.lies:
                self._say(f"an honest chip is {shown.status}, {shown.reason}")
        if all(shown.status == "refused" for shown in cards) and (
            field.frames or chip.memory != card.snapshot.memory
        ):
            self._say("a refused card was written to")
        self._check_row(ledger, chip.memory, chip.nfc_counter, field.lies)

    def _check_row(self, ledger: Ledger, memory: bytes, counter: int, lies: int) -> None:
        """A row that was booked now tells the truth, and no phone opens a card half made."""
        card, row = self._card, ledger.card_with_uid(UID.hex().upper())
        if row is None:
            return
        if row.is_done and card.past != "done":
            told = faults(memory, card.wanted, card.snapshot.memory)
            if card.wanted.protection != "password":  # it may have had someone's, not asked for
                told = [fault for fault in told if fault != "password"]
            digests = {digest_of(memory, card.wanted, n) for n in range(counter + 1)}
            if row.digest not in digests:
                told.append("digest")
            if told:
                self._say(f"done, and wrong: {', '.join(told)}")
        seen = opened(memory, card.wanted.chip, UID, counter)
        is_ours = seen is None or seen.startswith(card.wanted.url)
        if not lies and not is_ours and memory != card.snapshot.memory:
            self._say(f"a phone opens {seen}")

    def _read(self, ledger: Ledger) -> None:
        """Inspect or verify: nothing is written, and what goes wrong has a name."""
        card = self._card
        chip = card.chip()
        field = WildField(chip, self._chance, self._rate)
        try:
            uid = field.sense()
            if uid is not None:
                session = Session(field, uid)
                read = self._verify if self._chance.random() < 0.5 else self._inspect
                read(session, ledger)
        except (CardError, ReaderError) as error:
            self.haul.ends[f"read: {type(error).__name__}"] += 1
        except CollisionError:
            self.haul.ends["read: CollisionError"] += 1
        if field.frames or chip.memory != card.snapshot.memory:
            self._say("reading has written")

    def _verify(self, session: Session, ledger: Ledger) -> None:
        key = KEY if self._chance.random() < 0.5 else None
        looked = Verifier(ledger, key).look(session)
        self.haul.ends[f"verify: {looked.status}"] += 1
        memory = self._card.snapshot.memory
        told = set(faults(memory, self._card.wanted, memory)) - {"password"}  # it reads as 00h
        if looked.status == "same" and told:
            self._say(f"verify calls a changed card the same: {', '.join(sorted(told))}")

    def _inspect(self, session: Session, ledger: Ledger) -> None:
        booked = ledger.card_with_uid(session.uid.hex().upper())
        credentials = KEY.credentials(session.uid) if self._chance.random() < 0.5 else None
        picture = take_picture(session, credentials=credentials)
        session.forget_password()
        session.select_anew()
        preflight = Preflight(
            booked=booked,
            known=KNOWN_CHIPS,
            job=job_for(self._card.wanted) if self._chance.random() < 0.5 else None,
            bearer=ledger.card_with_token,
            credentials=credentials,
        )
        intention = preflight.intention(session)
        shown = Shown(picture=picture, intention=intention, booked=booked, stages=())
        if not shown.as_json() or not shown.as_text():
            self._say("inspect says nothing")
        self.haul.ends[f"inspect: {intention.act}"] += 1

    def _say(self, told: str) -> None:
        card = self._card
        self.haul.wrong.append(
            f"seed {self._seed}: {card.past} {card.situation}, {self._rate:.0%} made up: {told}"
        )


def fuzz(order: tuple[int, int, int]) -> Haul:
    """So many cases from the first on, by a seed."""
    seed, first, count = order
    haul = Haul()
    for number in range(first, first + count):
        haul.add(Case(f"{seed}/{number}").run())
    return haul
