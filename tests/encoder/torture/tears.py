"""The tear matrix: a card is lost, or its ACK is, at each WRITE, and must end right or be named.

A case is one card torn in one manner and laid down again until it is done, or known to be lost.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from encoder.errors import FAILURE_HINTS
from tests.encoder.torture import memory as card
from tests.encoder.torture.phone import SILENT, opened
from tests.encoder.torture.rig import (
    ACK,
    REAL,
    TOKEN,
    UID,
    Engine,
    Glitch,
    Ran,
    Snapshot,
    Write,
    row_in,
)
from tests.encoder.torture.situations import Situation

EEPROM_ERROR = b"\x05"  # a NAK, after which the chip is IDLE
_CNT_EN, _CNT_SHUT = card.NFC_CNT_EN, card.NFC_CNT_PWD_PROT
_PROTECTED = (0x02, 0x03)  # pages that a torn WRITE leaves old or new; the dynamic locks are, too
_AGAIN_EVERY = 16  # how many done cards there are to one that is laid down once more


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much of the matrix is done.

    ``contents`` is how many half-written contents each WRITE gets; ``twice`` how many cards torn
    once are torn again, at each of their WRITEs with as many contents; of all cases, one in
    ``stride`` is done.
    """

    contents: int = 50
    twice: int = 0
    stride: int = 1
    seed: int = 0


@dataclass(slots=True)
class Tally:
    """What became of the cases."""

    cases: int = 0
    unfinishable: int = 0  # each ended as a named failure, whenever it was laid down
    silent: int = 0  # tears of the page with the length that left a message which opens nothing
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Put two together."""
        self.cases += other.cases
        self.unfinishable += other.unfinishable
        self.silent += other.silent
        self.wrong += other.wrong

    def told(self) -> str:
        """The counts, in words."""
        return (
            f"{self.cases} cases, {len(self.wrong)} wrong; {self.unfinishable} cards that cannot be"
            f" finished, each named so whenever it was laid down; {self.silent} new cards torn into"
            " a message that opens nothing, all finished"
        )


class Attack:
    """All tears of one situation."""

    def __init__(self, situation: Situation, effort: Effort, engine: Engine = REAL) -> None:
        self._situation = situation
        self._effort = effort
        self._engine = engine
        self._turn = random.Random(f"{situation}/{effort.seed}").randrange(effort.stride)
        self.tally = Tally()

    def run(self) -> Tally:
        """Tear the card at each WRITE in each manner."""
        situation = self._situation
        whole = self._traced(situation.start, f"{situation} untorn")
        for index, write in enumerate(whole):
            where = f"{situation}, WRITE {index + 1} to {write.page:02X}h"
            for name, torn in self._torn(write, where):
                if self._is_due():
                    self._judge(torn, f"{where} {name}", is_first=index == 0)
            for name, glitch in self._glitches(index, write, where):
                if self._is_due():
                    self._judge_run(glitch, write, f"{where} {name}")
        for _ in range(self._effort.twice):
            self._tear_twice(whole)
        return self.tally

    def _is_due(self) -> bool:
        self._turn = (self._turn + 1) % self._effort.stride
        return self._turn == 0

    def _traced(self, start: Snapshot, where: str) -> tuple[Write, ...]:
        """The WRITEs of a card that nothing happens to."""
        ran = self._situation.present(start, self._engine, traced=True)
        if ran.card.status not in ("done", "resumed"):
            self._wrong(where, f"ends {ran.card.status}, {ran.card.reason}")
        return ran.writes

    def _torn(self, write: Write, where: str) -> Iterator[tuple[str, Snapshot]]:
        old = card.page_of(write.before.memory, write.page)
        yield "before", write.before
        yield "after, ACK lost with the card", write.before.torn(write.page, write.content)
        for number, content in enumerate(self._contents(write, old, where)):
            name = f"half #{number} {content.hex()} (seed {self._effort.seed})"
            yield name, write.before.torn(write.page, content)

    def _contents(self, write: Write, old: bytes, where: str) -> Iterator[bytes]:
        for number in range(self._effort.contents):
            chance = random.Random(f"{where}/{number}/{self._effort.seed}")
            yield self._half(write, old, chance)

    def _half(self, write: Write, old: bytes, chance: random.Random) -> bytes:
        """Old or new where the chip protects the page; else anything, likely or not."""
        new = write.content
        if write.page in (*_PROTECTED, self._situation.wanted.layout.dynamic):
            return chance.choice((old, new))
        match chance.randrange(6):
            case 0 | 1:
                return chance.randbytes(len(new))
            case 2:
                return _mixed(old, new, chance.randbytes(len(new)))
            case 3:
                return _mixed(bytes(len(new)), new, chance.randbytes(len(new)))
            case 4:
                return _mixed(old, bytes([chance.choice((0, 255))] * 4), chance.randbytes(len(new)))
            case _:
                return bytes(chance.choice(pair) for pair in zip(old, new, strict=True))

    def _glitches(self, index: int, write: Write, where: str) -> Iterator[tuple[str, Glitch]]:
        yield "done, ACK lost", Glitch(index)
        yield "done, ACK garbled", Glitch(index, answer=b"\x01")
        yield "not heard", Glitch(index, heard=False)
        yield "not heard, NAK", Glitch(index, heard=False, answer=b"\x00")
        yield "not done, ACK all the same", Glitch(index, heard=False, answer=ACK)
        yield "pulled before", Glitch(index, heard=False, pulled=True)
        yield "pulled after", Glitch(index, pulled=True)
        old = card.page_of(write.before.memory, write.page)
        yield "refused once", Glitch(index, stored=old, answer=EEPROM_ERROR)
        for content in list(self._contents(write, old, where))[:3]:
            yield f"brown-out {content.hex()}", Glitch(index, stored=content)

    def _judge(self, torn: Snapshot, where: str, *, is_first: bool = False) -> None:
        """Look at a torn card as a phone does, then lay it down again."""
        self.tally.cases += 1
        self._look(torn, where, is_first=is_first)
        self._finish(torn, where)

    def _judge_run(self, glitch: Glitch, write: Write, where: str) -> None:
        """Do the whole presentation again with something happening to one of its WRITEs.

        An answer that is lost ends nothing; a card that was pulled stands as its snapshot says; one
        that lied or lost its power may need another turn.
        """
        self.tally.cases += 1
        ran = self._situation.present(self._situation.start, self._engine, glitch=glitch)
        if ran.card.status in ("done", "resumed"):
            self._check_done(ran, where)
            return
        if (
            glitch.is_harmless
            or ran.card.status != "failed"
            or ran.card.reason not in FAILURE_HINTS
        ):
            self._wrong(where, f"ends {ran.card.status}, {ran.card.reason}")
        if glitch.pulled:
            left = write.before.torn(write.page, write.content) if glitch.heard else write.before
            if (ran.card.reason, ran.after.memory) != ("card-lost", left.memory):
                self._wrong(where, f"{ran.card.reason} leaves another memory than the snapshot's")
        self._look(ran.after, where)
        self._finish(ran.after, where)

    def _tear_twice(self, whole: tuple[Write, ...]) -> None:
        """Tear a card at random, lay it down, and tear it at each WRITE that it then takes."""
        for index, first in enumerate(whole):
            where = f"{self._situation}, WRITE {index + 1} to {first.page:02X}h"
            old = card.page_of(first.before.memory, first.page)
            for number in range(self._effort.twice):
                chance = random.Random(f"{where}/twice {number}/{self._effort.seed}")
                content = self._half(first, old, chance)
                torn = first.before.torn(first.page, content)
                if self._is_due() and not card.is_hopeless(torn.memory, self._situation.wanted):
                    self._tear_again(torn, f"{where} half {content.hex()}", chance)

    def _tear_again(self, torn: Snapshot, where: str, chance: random.Random) -> None:
        for index, second in enumerate(self._traced(torn, where)):
            old = card.page_of(second.before.memory, second.page)
            content = chance.choice((old, second.content, self._half(second, old, chance)))
            again = f"{where}, then WRITE {index + 1} to {second.page:02X}h half {content.hex()}"
            self._judge(second.before.torn(second.page, content), again)

    def _finish(self, torn: Snapshot, where: str) -> None:
        situation = self._situation
        if card.is_hopeless(torn.memory, situation.wanted):
            self.tally.unfinishable += 1
            for _ in range(2):
                ran = situation.present(torn, self._engine)
                self._check_failed(ran, where)
                torn = ran.after
            return
        ran = situation.present(torn, self._engine)
        if ran.card.status != "resumed":
            self._wrong(where, f"comes back as {ran.card.status}, {ran.card.reason}")
        self._check_done(ran, where)
        if self.tally.cases % _AGAIN_EVERY == 0:
            again = situation.present(ran.after, self._engine)
            if again.card.status != "already-done" or again.after.memory != ran.after.memory:
                self._wrong(where, f"done, and then {again.card.status}, {again.card.reason}")

    def _check_done(self, ran: Ran, where: str) -> None:
        """The chip is right, the ledger says so, and nothing else."""
        situation, after = self._situation, ran.after
        told = card.faults(after.memory, situation.wanted, situation.start.memory)
        row = row_in(after.ledger)
        if row is None or not row.is_done or row.token != TOKEN:
            told.append("not booked")
        else:
            counters = range(after.counter + 1) if situation.wanted.counts else (0,)
            digests = {card.digest_of(after.memory, situation.wanted, n) for n in counters}
            if row.digest not in digests:
                told.append("digest")
            cfg0 = situation.wanted.layout.cfg0 * card.SIZE
            if row.config != after.memory[cfg0 : cfg0 + 2 * card.SIZE].hex().upper():
                told.append("config as booked")
        if self._seen(after) != self._complete(after):
            told.append(f"a phone opens {self._seen(after)}")
        if ran.outcome.end.remaining != 1:
            told.append("an item is lost, or left")
        if told:
            self._wrong(where, ", ".join(told))

    def _check_failed(self, ran: Ran, where: str) -> None:
        """An unfinishable card is a named failure, its row open, its content blank or complete."""
        row = row_in(ran.after.ledger)
        if ran.card.status != "failed" or ran.card.reason not in FAILURE_HINTS:
            self._wrong(where, f"cannot be finished, and is {ran.card.status}, {ran.card.reason}")
        if row is None or row.is_done or ran.card.token != TOKEN:
            self._wrong(where, "cannot be finished, and its row says otherwise")
        self._look(ran.after, where)

    def _look(self, snapshot: Snapshot, where: str, *, is_first: bool = False) -> None:
        """Blank or complete; ahead of the first WRITE's effect it may be as it came."""
        seen = self._seen(snapshot)
        start = self._situation.start
        if seen == SILENT and self._situation.past == "new":
            self.tally.silent += 1
        elif seen is None or seen == self._complete(snapshot):
            return
        elif not ((is_first or snapshot.memory == start.memory) and seen == self._seen(start)):
            self._wrong(where, f"a phone opens {seen}")

    def _seen(self, snapshot: Snapshot) -> str | None:
        return opened(snapshot.memory, self._situation.chip, UID, snapshot.counter)

    def _complete(self, snapshot: Snapshot) -> str:
        """What the finished card opens; a counter that is torn off leaves its room as written."""
        wanted = self._situation.wanted
        if wanted.mirror == "none":
            return wanted.url
        access = card.page_of(snapshot.memory, wanted.layout.cfg0 + 1)[0]
        if not wanted.counts or access & (_CNT_EN | _CNT_SHUT) == _CNT_EN:
            text = card.mirrored(wanted.mirror, UID, snapshot.counter + 1).decode()
        else:
            text = card.NO_ROOM[wanted.mirror]
            if wanted.mirror == "both":
                text = UID.hex().upper() + text[2 * len(UID) :]
        return f"{wanted.url}?m={text}"

    def _wrong(self, where: str, told: str) -> None:
        self.tally.wrong.append(f"{where}: {told}")


def _mixed(old: bytes, new: bytes, taken: bytes) -> bytes:
    """Bits that are each old or new."""
    return bytes(a & ~t | b & t for a, b, t in zip(old, new, taken, strict=True))


def attack(order: tuple[Situation, Effort]) -> Tally:
    """All tears of one situation by the real engine, for a process of its own."""
    return Attack(*order).run()
