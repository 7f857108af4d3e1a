"""Consent records and the chain of consent events; rows are added, never changed."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from landing.consent.events import ConsentEvent, Occurrence, appended
from landing.storage.metadata import METADATA, UtcTime

CONSENT_RECORDS = sa.Table(
    "consent_records",
    METADATA,
    sa.Column("record_id", sa.String(26), primary_key=True),
    sa.Column("subject_ref", sa.String(26), nullable=False, unique=True),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("given_at", UtcTime, nullable=False),
)
CONSENT_EVENTS = sa.Table(
    "consent_events",
    METADATA,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("event_id", sa.String(26), nullable=False, unique=True),
    sa.Column(
        "record_id",
        sa.String(26),
        sa.ForeignKey(CONSENT_RECORDS.c.record_id),
        nullable=False,
        index=True,
    ),
    sa.Column("type", sa.String(16), nullable=False),
    sa.Column("purpose_ids", sa.Text, nullable=False),  # joined by a space
    sa.Column("at", sa.String(24), nullable=False),  # RFC 3339 text, as hashed
    sa.Column("actor", sa.String(16), nullable=False),
    sa.Column("actor_ref", sa.String(64), nullable=False),
    sa.Column("reason_code", sa.String(64), nullable=False),
    sa.Column("record_sha256", sa.String(64), nullable=False),
    sa.Column("prev", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("hash", sa.LargeBinary(32), nullable=False, unique=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A consent record: canonical JSON and its SHA-256 in hex."""

    record_id: str
    subject_ref: str
    document: str
    sha256: str
    given_at: datetime


def add_record(db: sa.Connection, record: StoredRecord) -> None:
    """Keep a consent record for good."""
    db.execute(CONSENT_RECORDS.insert().values(asdict(record)))


def find_record(db: sa.Connection, record_id: str) -> StoredRecord | None:
    """Find a consent record by its name."""
    row = db.execute(
        sa.select(CONSENT_RECORDS).where(CONSENT_RECORDS.c.record_id == record_id)
    ).one_or_none()
    return None if row is None else StoredRecord(**row._mapping)


def append_event(db: sa.Connection, occurrence: Occurrence) -> ConsentEvent:
    """Add an occurrence at the end of the chain; the caller holds the one write transaction."""
    newest = sa.select(CONSENT_EVENTS).order_by(CONSENT_EVENTS.c.seq.desc()).limit(1)
    last = db.execute(newest).one_or_none()
    event = appended(None if last is None else _event(last), occurrence)
    db.execute(
        CONSENT_EVENTS.insert().values(asdict(event) | {"purpose_ids": " ".join(event.purpose_ids)})
    )
    return event


def events_of(db: sa.Connection, record_id: str) -> list[ConsentEvent]:
    """All that happened to one record, oldest first."""
    rows = db.execute(
        sa.select(CONSENT_EVENTS)
        .where(CONSENT_EVENTS.c.record_id == record_id)
        .order_by(CONSENT_EVENTS.c.seq)
    )
    return [_event(row) for row in rows]


def all_events(db: sa.Connection) -> Iterator[ConsentEvent]:
    """The whole chain, from its beginning."""
    for row in db.execute(sa.select(CONSENT_EVENTS).order_by(CONSENT_EVENTS.c.seq)):
        yield _event(row)


def _event(row: sa.Row[tuple[object, ...]]) -> ConsentEvent:
    columns = dict(row._mapping)
    columns["purpose_ids"] = tuple(columns["purpose_ids"].split())
    return ConsentEvent(**columns)
