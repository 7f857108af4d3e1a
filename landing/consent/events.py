"""The chain of consent events: append-only, gapless, each bound to the one before.

Source: GDPR Art. 7(1) and 7(3): what was given and withdrawn, when, can be shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

from landing.consent.canonical import event_hash
from landing.contract.documents import format_time

GENESIS = bytes(32)  # what the first event is bound to

EventType = Literal["given", "withdrawn"]
Actor = Literal["subject", "operator", "system"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """What happened to one record, before it has its place in the chain. ``at`` is aware."""

    event_id: str
    record_id: str
    type: EventType
    purpose_ids: Sequence[str]
    at: datetime
    actor: Actor
    actor_ref: str
    reason_code: str
    record_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEvent:
    """An occurrence in its place. ``at`` is RFC 3339 text, as hashed; hashes are 32 bytes."""

    seq: int
    event_id: str
    record_id: str
    type: str
    purpose_ids: tuple[str, ...]
    at: str
    actor: str
    actor_ref: str
    reason_code: str
    record_sha256: str
    prev: bytes
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFault:
    """Where the chain does not hold, and how."""

    seq: int
    fault: Literal["gap", "broken-link", "changed"]


def appended(last: ConsentEvent | None, occurrence: Occurrence) -> ConsentEvent:
    """Give an occurrence its place after the last event, or at the beginning."""
    unhashed = ConsentEvent(
        seq=last.seq + 1 if last else 1,
        event_id=occurrence.event_id,
        record_id=occurrence.record_id,
        type=occurrence.type,
        purpose_ids=tuple(occurrence.purpose_ids),
        at=format_time(occurrence.at),
        actor=occurrence.actor,
        actor_ref=occurrence.actor_ref,
        reason_code=occurrence.reason_code,
        record_sha256=occurrence.record_sha256,
        prev=last.hash if last else GENESIS,
        hash=b"",
    )
    return replace(unhashed, hash=_hash_of(unhashed))


def chain_faults(events: Iterable[ConsentEvent]) -> list[ChainFault]:
    """Check a chain from its beginning; an empty list means that it holds.

    Events cut off at its end, or all written anew to its end, show only against a hash of it
    that was kept elsewhere.
    """
    faults: list[ChainFault] = []
    seq, prev = 0, GENESIS
    for event in events:
        if event.seq != seq + 1:
            faults.append(ChainFault(seq=event.seq, fault="gap"))
        if event.prev != prev:
            faults.append(ChainFault(seq=event.seq, fault="broken-link"))
        if event.hash != _hash_of(event):
            faults.append(ChainFault(seq=event.seq, fault="changed"))
        seq, prev = event.seq, event.hash
    return faults


def _hash_of(event: ConsentEvent) -> bytes:
    """The hash over all that an event says, but for the hashes themselves."""
    said: dict[str, Any] = asdict(event)
    del said["prev"], said["hash"]
    return event_hash(event.prev, said | {"purpose_ids": list(event.purpose_ids)})
