"""The chain of events: what was changed, left out or put in shows."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landing.consent.canonical import canonical, commitment, event_hash
from landing.consent.events import (
    GENESIS,
    ConsentEvent,
    Occurrence,
    appended,
    chain_faults,
)

AT = datetime(2026, 5, 1, 9, 12, 41, 4000, tzinfo=UTC)
Tampering = Callable[[list[ConsentEvent]], list[ConsentEvent]]


def occurrence(number: int) -> Occurrence:
    """Something that happened to record ``number``."""
    return Occurrence(
        event_id=f"E{number}",
        record_id=f"R{number}",
        type="given",
        purpose_ids=["share_with_owner"],
        at=AT,
        actor="subject",
        actor_ref=f"S{number}",
        reason_code="form-sent",
        record_sha256="0" * 64,
    )


def chain(length: int = 5) -> list[ConsentEvent]:
    """A sound chain."""
    events: list[ConsentEvent] = []
    for number in range(length):
        events.append(appended(events[-1] if events else None, occurrence(number)))
    return events


def rewritten(events: list[ConsentEvent]) -> list[ConsentEvent]:
    """The third event changed, and its own hash made to fit."""
    changed = appended(events[1], replace(occurrence(2), type="withdrawn"))
    return [*events[:2], changed, *events[3:]]


TAMPERINGS: dict[str, Tampering] = {
    "time": lambda events: [*events[:2], replace(events[2], at="2026-05-02"), *events[3:]],
    "type": lambda events: [*events[:2], replace(events[2], type="withdrawn"), *events[3:]],
    "purpose": lambda events: [*events[:2], replace(events[2], purpose_ids=("x",)), *events[3:]],
    "record": lambda events: [*events[:2], replace(events[2], record_id="R9"), *events[3:]],
    "hash": lambda events: [*events[:2], replace(events[2], hash=bytes(32)), *events[3:]],
    "left-out": lambda events: [*events[:2], *events[3:]],
    "first-left-out": lambda events: events[1:],
    "swapped": lambda events: [events[0], events[2], events[1], *events[3:]],
    "twice": lambda events: [*events[:3], *events[2:]],
    "rewritten": rewritten,
}


def test_sound_chain_has_no_fault() -> None:
    assert chain_faults(chain()) == []
    assert chain_faults([]) == []


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found(name: str) -> None:
    tampered = TAMPERINGS[name](chain())

    assert chain_faults(tampered)


def test_fault_says_where_and_how() -> None:
    [fault] = chain_faults(TAMPERINGS["type"](chain()))

    assert (fault.seq, fault.fault) == (3, "changed")


def test_chain_begins_at_one_after_thirty_two_zero_bytes() -> None:
    [first] = chain(1)

    assert (first.seq, first.prev) == (1, GENESIS)
    assert bytes(32) == GENESIS


def test_event_is_hashed_as_canonical_json_after_its_prefix() -> None:
    [first] = chain(1)
    text = (
        '{"actor":"subject","actor_ref":"S0","at":"2026-05-01T09:12:41.004Z","event_id":"E0",'
        '"purpose_ids":["share_with_owner"],"reason_code":"form-sent","record_id":"R0",'
        f'"record_sha256":"{"0" * 64}","seq":1,"type":"given"}}'
    )

    assert first.hash == hashlib.sha256(b"\x01" + bytes(32) + text.encode()).digest()


def test_canonical_json_sorts_and_does_not_escape() -> None:
    assert canonical({"b": [1, True, None], "a": "é\n"}) == b'{"a":"\xc3\xa9\\n","b":[1,true,null]}'


def test_event_and_commitment_cannot_be_taken_for_one_another() -> None:
    words = {"email": "ana@visitor.example"}

    assert event_hash(bytes(32), words).hex() != commitment(bytes(32), words)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_commitment_depends_on_its_salt(one: bytes, other: bytes) -> None:
    words = {"email": "ana@visitor.example"}

    assert (commitment(one, words) == commitment(other, words)) == (one == other)
