"""What the engine's tests share: jobs, an in-process field, a run, and a phone's eye."""

import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from encoder.chips import ndef
from encoder.chips.locks import CFGLCK, Image
from encoder.chips.mirror import Mirror
from encoder.chips.models import CC_PAGE, FIRST_USER_PAGE, PAGE_SIZE, ChipModel
from encoder.chips.password import StationKey
from encoder.errors import CollisionError, ReaderError, SilenceError
from encoder.ledger import Bench, Ledger
from encoder.plan import Goal, Plan, Planner, plan_card
from encoder.readers.field import Field
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.station.encoding import Desk, Encoding, Prover
from encoder.station.events import Card, End, Event
from encoder.station.identify import KNOWN_CHIPS
from encoder.station.run import JobRun, Outcome, Surroundings
from encoder.station.visit import Verdict
from encoder.station.worklist import Worklist
from landing.contract.documents import Job, JobItem, Label, Policy, Protection
from landing.contract.token import mint_token
from landing.contract.url import card_url

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "encoded.json").read_text()
)
SITE = "https://card.example"
TOKEN: str = VECTORS["token"]
URL: str = VECTORS["url"]
UID = bytes.fromhex(VECTORS["uid"])
BENCH = Bench(station="bench-1", operator="mona")
START = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
KEY = StationKey(bytes.fromhex(VECTORS["key"]["secret"]))
MODEL_NAMES = tuple(VECTORS["chips"])  # all that can be written
MIRROR_NAMES = tuple(name for name, vector in VECTORS["chips"].items() if "mirror" in vector)


class Place(Protocol):
    """A field, or a field with an operator."""

    def power_off(self) -> None:
        """Switch the field off."""

    def transceive(self, frame: bytes) -> bytes | None:
        """Send one frame."""


class DirectField:
    """The Field of a virtual place in this process, without nfcpy and without sockets."""

    poll_seconds = 0.0
    storage_only = False

    def __init__(self, place: Place, exhausted: Callable[[], bool]) -> None:
        self._place = place
        self._exhausted = exhausted

    @property
    def exhausted(self) -> bool:
        """Whether no further card will come."""
        return self._exhausted()

    def sense(self) -> bytes | None:
        """Select as ISO/IEC 14443-3, 6.5 says, both cascade levels."""
        self._place.power_off()
        if self._place.transceive(bytes.fromhex("26")) is None:
            return None
        uid = b""
        for level in (0x93, 0x95):
            part = self._place.transceive(bytes([level, 0x20]))
            if part == b"":
                raise CollisionError("two chips answered at once")
            if part is None or not self._place.transceive(bytes([level, 0x70]) + part):
                return None
            uid += part[1:4] if level == 0x93 else part[:4]
        return uid

    def exchange(self, frame: bytes) -> bytes:
        """Send one frame."""
        answer = self._place.transceive(frame)
        if not answer:
            raise SilenceError("no answer")
        return answer


class LosableField(DirectField):
    """A reader that is gone from its n-th frame on."""

    def __init__(self, box: CardBox, frames: int) -> None:
        super().__init__(box, lambda: box.exhausted)
        self._frames = frames

    def sense(self) -> bytes | None:
        """Look, while there is a reader."""
        self._spend()
        return super().sense()

    def exchange(self, frame: bytes) -> bytes:
        """Exchange, while there is a reader."""
        self._spend()
        return super().exchange(frame)

    def _spend(self) -> None:
        self._frames -= 1
        if self._frames < 0:
            raise ReaderError("the reader was lost: no such device")


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run did."""

    outcome: Outcome
    events: list[Event]

    @property
    def cards(self) -> list[Card]:
        """The presentations."""
        return [event for event in self.events if isinstance(event, Card)]

    @property
    def end(self) -> End:
        """The last event."""
        return self.outcome.end

    def told(self) -> list[tuple[str, str | None]]:
        """Status and reason of each presentation."""
        return [(card.status, card.reason) for card in self.cards]


def make_job(
    cards: int = 1,
    *,
    name: str = "J-2026-0001",
    protection: Protection = "permanent",
    chips: Iterable[str] = MODEL_NAMES,
    site: str = SITE,
    first_token: str = TOKEN,
) -> Job:
    """A job whose first token is the vectors' one; the others are new."""
    tokens = [first_token, *(mint_token() for _ in range(cards - 1))]
    items = tuple(
        JobItem(position=position, token=token, url=card_url(site, token), label=Label())
        for position, token in enumerate(tokens, start=1)
    )
    policy = Policy(chips=tuple(chips), protection=protection)
    return Job(job=name, site=site, created_at=START, policy=policy, items=items)


def new_chip(model: ChipModel, uid: bytes = b"") -> VirtualChip:
    """A blank chip; without a UID it gets a random one."""
    return VirtualChip(model, uid or b"\x04" + secrets.token_bytes(6))


def run_box(
    job: Job,
    box: CardBox,
    ledger_path: Path,
    *,
    overwrite: bool = False,
    prove: Prover = lambda _item, _url: None,
    encoding: type[Encoding] = Encoding,
    planner: Planner = plan_card,
    key: StationKey | None = None,
    mirror: Mirror = "none",
    known: Mapping[bytes, ChipModel] = KNOWN_CHIPS,
    reader: Field | None = None,
    stopping: Callable[[], bool] = lambda: False,
    seconds: Callable[[], float] = lambda: 0.0,
) -> Ran:
    """Run a job on a box of cards until the box is empty or nothing remains."""
    events: list[Event] = []
    ticks = count()

    def emit(event: Event, _verdict: Verdict | None) -> None:
        events.append(event)

    with Ledger.open(ledger_path, writable=True) as ledger:
        desk = Desk(
            job=job,
            ledger=ledger,
            bench=BENCH,
            clock=lambda: START + timedelta(seconds=next(ticks)),
            prove=prove,
            planner=planner,
            key=key,
            mirror=mirror,
            known=known,
        )
        around = Surroundings(
            emit=emit,
            after_card=lambda: None,
            trouble=lambda _text: None,
            stopping=stopping,
            seconds=seconds,
            pause=lambda _seconds: None,
        )
        field = reader or DirectField(box, lambda: box.exhausted)
        worklist = Worklist(job, ledger, mirror=mirror, key_id=key.key_id if key else None)
        run = JobRun(
            desk,
            [("direct", field)],
            worklist,
            around,
            overwrite=overwrite,
            encoding=encoding,
        )
        return Ran(run.run(), events)


def run_chips(job: Job, chips: Iterable[VirtualChip], ledger_path: Path, **rest: Any) -> Ran:
    """Run a job on these chips, laid one after another."""
    return run_box(job, CardBox(chips), ledger_path, **rest)


def length_first(model: ChipModel, image: Image, goal: Goal) -> Plan:
    """A broken planner: the page with the TLV's length comes before the message."""
    plan = plan_card(model, image, goal)
    return replace(plan, data=(*plan.data[-1:], *plan.data[:-1]))


def expected_memory(name: str, protection: Protection, mirror: Mirror = "none") -> bytes:
    """The whole memory of a finished card of the vectors; a password is that of KEY."""
    vector = VECTORS["chips"][name]
    mirrored = vector["mirror"][mirror] if mirror != "none" else {}
    part = {"none": "", "permanent": "locked", "password": "password"}[protection]
    pages: dict[str, str] = {}
    for layer in (vector["data"], mirrored.get("data"), vector.get(part), mirrored.get(part)):
        pages |= layer or {}
    return b"".join(
        bytes.fromhex(pages.get(f"{page:02X}", "00000000")) for page in range(vector["pages"])
    )


def is_finished(chip: VirtualChip, name: str, protection: Protection) -> bool:
    """Whether a card of the vectors is whole; a CFG1 torn into CFGLCK keeps its other bits."""
    expected, found = bytearray(expected_memory(name, protection)), chip.memory
    start = chip.model.cfg1_page * PAGE_SIZE
    if protection == "permanent" and found[start] & CFGLCK:
        expected[start : start + PAGE_SIZE] = found[start : start + PAGE_SIZE]
    return found == expected


def user_area(chip: VirtualChip) -> bytes:
    """What a phone reads: as many bytes as the CC gives, from page 04h on."""
    start = FIRST_USER_PAGE * PAGE_SIZE
    return chip.memory[start : start + chip.model.cc[2] * 8]


def seen_by_phone(chip: VirtualChip) -> str | None:
    """The address that a phone opens; None when the chip is blank; anything else is a fault.

    It is the address as stored: what the chip mirrors over it, ``shown_to_phone`` gives.
    """
    if not _has_cc(chip):
        return None
    area = user_area(chip)
    if ndef.message_on(area) is None:
        return None
    return ndef.url_on(area) or "not an address"


def shown_to_phone(chip: VirtualChip) -> str | None:
    """The address that a phone reads off the powered chip, under what the chip mirrors."""
    if not _has_cc(chip):
        return None
    field = DirectField(lying(chip), lambda: False)
    assert field.sense() == chip.uid
    first, end = FIRST_USER_PAGE, FIRST_USER_PAGE + chip.model.cc[2] * 2
    area = b"".join(field.exchange(bytes([0x30, page])) for page in range(first, end, 4))
    return ndef.url_on(area[: chip.model.cc[2] * 8])


def lying(chip: VirtualChip) -> VirtualField:
    """A field with this chip in it."""
    field = VirtualField()
    field.lay(chip)
    return field


def _has_cc(chip: VirtualChip) -> bool:
    """Whether the chip says that it may hold a message; a blank Ultralight EV1 does not."""
    return chip.memory[CC_PAGE * PAGE_SIZE] == 0xE1
