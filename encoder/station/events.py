"""What the station tells while it works; one JSON object a line for scripts."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from encoder.errors import Failure, Refusal
from encoder.ledger import PresentationStatus


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""

    name: ClassVar[str]

    def as_json(self) -> dict[str, Any]:
        """The event as the contract writes it."""
        facts = asdict(self)
        if facts.get("reader", "") is None:  # one reader needs no name
            del facts["reader"]
        return {"event": self.name, **facts}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready(Event):
    """The reader is open; no card was looked for yet."""

    name: ClassVar[str] = "ready"
    job: str
    reader: str
    remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Card(Event):
    """One presentation is over; the counts are its own, activation included."""

    name: ClassVar[str] = "card"
    status: PresentationStatus
    token: str | None
    uid: str | None
    chip: str | None
    reason: Refusal | Failure | None
    exchanges: int
    writes: int
    seconds: float
    reader: str | None = None  # where several are at work


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed(Event):
    """The card does not answer any more."""

    name: ClassVar[str] = "removed"
    uid: str | None
    reader: str | None = None  # where several are at work


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Event):
    """The run is over: ``failed`` counts cards begun and still unfinished."""

    name: ClassVar[str] = "end"
    done: int
    refused: int
    failed: int
    remaining: int
