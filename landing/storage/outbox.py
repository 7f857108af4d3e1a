"""The outbox: what owners have to be told, written in the transaction that gives the reason.

Rows hold references only; whoever delivers them looks the details up, if they are still there.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from landing.storage.metadata import METADATA, UtcTime

MessageKind = Literal["contact-received", "consent-withdrawn"]
MessageState = Literal["pending", "held", "cancelled"]

OUTBOX = sa.Table(
    "outbox",
    METADATA,
    sa.Column("message_id", sa.String(26), primary_key=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("profile_uid", sa.String(36), nullable=False),
    sa.Column("subject_ref", sa.String(26), nullable=False, index=True),
    sa.Column("created_at", UtcTime, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """One thing to tell an owner; ``held`` until somebody has looked at a doubtful sending."""

    message_id: str
    kind: MessageKind
    state: MessageState
    profile_uid: str
    subject_ref: str
    created_at: datetime


def add_message(db: sa.Connection, message: OutboxMessage) -> None:
    """Put a message into the outbox."""
    db.execute(OUTBOX.insert().values(asdict(message)))


def cancel_messages(db: sa.Connection, subject_ref: str) -> None:
    """Call back what was not delivered yet about one sending."""
    db.execute(
        OUTBOX.update()
        .where(OUTBOX.c.subject_ref == subject_ref, OUTBOX.c.state.in_(["pending", "held"]))
        .values(state="cancelled")
    )
