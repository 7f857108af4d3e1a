"""Chips that hold anything, and readers that answer anything."""

import random
from dataclasses import dataclass, replace
from typing import Literal

from encoder.chips.models import MODELS
from encoder.errors import CollisionError, ReaderError, SilenceError
from encoder.simulator.chip import VirtualChip
from tests.encoder.torture.memory import LAYOUTS, SIZE, Wanted, page_of, with_content, with_page
from tests.encoder.torture.rig import REAL, UID, OneCardField, Snapshot
from tests.encoder.torture.situations import Situation, situations

Past = Literal["new", "begun", "done"]

_WRITE = 0xA2
_SITUATIONS = tuple(case for case in situations() if case.past != "unprotected")
_MOST_LOOKS = 12
_VERSIONS = ("0053040201000F03", "0004040502021103", "0004040203000F03", "00" * 8)
_SNAPSHOTS: dict[Situation, tuple[list[Snapshot], Snapshot]] = {}


@dataclass(frozen=True, slots=True)
class WildCard:
    """A chip to lay down, its ledger, and what the job makes of it."""

    situation: Situation
    past: Past
    snapshot: Snapshot
    version: bytes

    @property
    def wanted(self) -> Wanted:
        """The finished card."""
        return self.situation.wanted

    def chip(self) -> VirtualChip:
        """The chip as it lies there."""
        model = MODELS[self.situation.chip]
        chip = VirtualChip(model, UID, memory=self.snapshot.memory, version=self.version)
        chip.nfc_counter = self.snapshot.counter
        return chip


def wild_card(chance: random.Random) -> WildCard:
    """A card with a past, or none, and a memory that has been through something."""
    situation = chance.choice(_SITUATIONS)
    past: Past = chance.choice(("new", "new", "begun", "done"))
    begun, done = _snapshots(situation)
    snapshot = {"new": situation.start, "begun": chance.choice(begun), "done": done}[past]
    memory = snapshot.memory
    for _ in range(chance.choice((0, 1, 1, 2, 3, 8))):
        memory = _mutated(memory, situation.chip, chance)
    version = MODELS[situation.chip].version
    if chance.random() < 0.05:
        version = chance.choice((bytes.fromhex(chance.choice(_VERSIONS)), chance.randbytes(8)))
    return WildCard(situation, past, replace(snapshot, memory=memory), version)


class WildField(OneCardField):
    """A reader that gives a wrong answer now and then.

    ``lies`` tells how many there were, ``frames`` which WRITEs were sent, ``selected`` what UID
    the reader named last.
    """

    def __init__(self, chip: VirtualChip, chance: random.Random, rate: float) -> None:
        super().__init__(chip)
        self.frames: list[bytes] = []
        self.lies = 0
        self.selected = b""
        self._chance = chance
        self._rate = rate
        self._looks = 0

    def sense(self) -> bytes | None:
        """Select what lies there, or something else, or nothing."""
        self._looks += 1
        if self._looks > _MOST_LOOKS:
            self.lift()
        found = super().sense()
        if self._is_wild():
            found = self._wild_look(found)
        self.selected = found or self.selected
        return found

    def exchange(self, frame: bytes) -> bytes:
        """Answer, or make an answer up; the chip may have heard the frame, or not."""
        if frame[0] == _WRITE:
            self.frames.append(frame)
        if not self._is_wild():
            return super().exchange(frame)
        if self._chance.random() < 0.5:
            self.chip.transceive(frame)
        return self._wild_answer(frame)

    def _is_wild(self) -> bool:
        if self._chance.random() >= self._rate:
            return False
        self.lies += 1
        return True

    def _wild_look(self, found: bytes | None) -> bytes | None:
        match self._chance.randrange(6):
            case 0:
                raise CollisionError("two chips answered at once")
            case 1:
                return b"\x04" + self._chance.randbytes(6)
            case 2:
                return b"\x08" + self._chance.randbytes(self._chance.choice((3, 9)))
            case 3 if self._chance.random() < 0.2:
                raise ReaderError("the reader was unplugged")
            case 4:
                return found
            case _:
                return None

    def _wild_answer(self, frame: bytes) -> bytes:
        match self._chance.randrange(8):
            case 0 | 1:
                raise SilenceError("no answer")
            case 2:
                return bytes([self._chance.choice((0x00, 0x01, 0x04, 0x05, 0x0A))])
            case 3:
                return self._chance.randbytes(self._chance.choice((1, 2, 3, 8, 15, 16, 17, 32, 64)))
            case 4 if self._chance.random() < 0.1:
                raise ReaderError("the reader was unplugged")
            case 5 if len(frame) == 3:
                return self._chance.randbytes(4 * max(0, frame[2] - frame[1] + 1)) or b"\x00"
            case _:
                return self._chance.randbytes(
                    {0x30: 16, 0x60: 8, 0x39: 3, 0x1B: 2}.get(frame[0], 1)
                )


def _snapshots(situation: Situation) -> tuple[list[Snapshot], Snapshot]:
    if situation not in _SNAPSHOTS:
        ran = situation.present(situation.start, REAL, traced=True)
        _SNAPSHOTS[situation] = ([write.before for write in ran.writes], ran.after)
    return _SNAPSHOTS[situation]


def _mutated(memory: bytes, chip: str, chance: random.Random) -> bytes:
    """One thing changed: a page that decides something, the content, or all of it."""
    layout, cfg0 = LAYOUTS[chip], LAYOUTS[chip].cfg0
    match chance.randrange(9):
        case 0:
            return with_content(memory, _area(layout.room, chance))
        case 1:
            page = chance.choice((2, 3, layout.dynamic or cfg0))
            return with_page(memory, page, _flipped(page_of(memory, page), chance))
        case 2:
            return with_page(memory, cfg0, _flipped(page_of(memory, cfg0), chance))
        case 3:
            return with_page(memory, cfg0 + 1, _flipped(page_of(memory, cfg0 + 1), chance))
        case 4:
            auth0 = bytes([chance.choice((0, 2, 4, 6, layout.last_user, cfg0, 0xFE, 0xFF))])
            return with_page(memory, cfg0, page_of(memory, cfg0)[:3] + auth0)
        case 5:
            return with_page(memory, chance.randrange(2, layout.pages), chance.randbytes(SIZE))
        case 6:
            return with_page(memory, chance.randrange(cfg0, cfg0 + 4), chance.randbytes(SIZE))
        case 7 if chance.random() < 0.3:
            return memory[:8] + chance.randbytes(len(memory) - 8)
        case _:
            page = chance.randrange(4, layout.last_user + 1)
            return with_page(memory, page, _flipped(page_of(memory, page), chance))


def _flipped(page: bytes, chance: random.Random) -> bytes:
    bits = int.from_bytes(page) ^ 1 << chance.randrange(32)
    return bits.to_bytes(SIZE)


def _area(room: int, chance: random.Random) -> bytes:
    """TLV blocks of any kind and length, one behind the other, true or not."""
    area = b""
    while len(area) < room:
        kind = chance.choice((0x00, 0x01, 0x02, 0x03, 0x03, 0xFD, 0xFE, chance.randrange(256)))
        length = chance.choice((0, 1, 3, chance.randrange(256), 0xFE, 0xFF))
        area += bytes([kind, length]) + _value(length, chance)
    return area[:room]


def _value(length: int, chance: random.Random) -> bytes:
    if length < 7 or chance.random() < 0.5:
        return chance.randbytes(min(length, chance.choice((length, 4))))
    flags = chance.choice((0xD1, 0xD1, 0xC1, 0x91, 0x51, 0xD9, chance.randrange(256)))
    head = bytes([flags, chance.choice((1, 1, 0, 9)), (length - 4) & 0xFF]) + b"U"
    return head + bytes([chance.randrange(40)]) + b"a" * (length - 5)
