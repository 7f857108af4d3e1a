"""What visitors gave: one row a sending, emptied when the visitor takes it back."""

import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from landing.consent.contact import Contact
from landing.storage.consent import CONSENT_RECORDS
from landing.storage.metadata import METADATA, UtcTime

SubmissionState = Literal["received", "quarantined", "withdrawn"]

SUBMISSIONS = sa.Table(
    "submissions",
    METADATA,
    sa.Column("subject_ref", sa.String(26), primary_key=True),
    sa.Column("record_id", sa.String(26), nullable=False, unique=True),
    sa.Column("receipt_sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("nonce", sa.String(32), nullable=False, unique=True),
    sa.Column("card", sa.String(13), nullable=False),
    sa.Column("profile_uid", sa.String(36), nullable=False, index=True),
    sa.Column("recipient_name", sa.Text, nullable=False),
    sa.Column("recipient_organization", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("given_name", sa.Text),
    sa.Column("family_name", sa.Text),
    sa.Column("email", sa.Text),
    sa.Column("tel", sa.Text),
    sa.Column("organization", sa.Text),
    sa.Column("organization_title", sa.Text),
    sa.Column("message", sa.Text),
    sa.Column("commit_salt", sa.LargeBinary(32)),
    sa.Column("given_at", UtcTime, nullable=False),
    sa.Column("withdrawn_at", UtcTime),
)
_PERSONAL = tuple(field.name for field in fields(Contact))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSubmission:
    """One sending as it stands; once withdrawn, ``contact`` and ``commit_salt`` are None."""

    subject_ref: str
    record_id: str
    receipt_sha256: str
    nonce: str
    card: str
    profile_uid: str
    recipient_name: str
    recipient_organization: str
    state: SubmissionState
    contact: Contact | None
    commit_salt: bytes | None
    given_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedContact:
    """A contact as an owner receives it, with what the visitor agreed to."""

    given_name: str
    family_name: str
    email: str
    tel: str
    organization: str
    organization_title: str
    message: str
    given_at: datetime
    purposes: tuple[str, ...]
    record_id: str


def add_submission(db: sa.Connection, submission: StoredSubmission) -> None:
    """Keep what a visitor gave."""
    row = {
        column.name: getattr(submission, column.name)
        for column in SUBMISSIONS.columns
        if column.name not in _PERSONAL
    }
    personal = submission.contact.as_dict() if submission.contact else {}
    db.execute(SUBMISSIONS.insert().values(row | personal))


def submission_by_nonce(db: sa.Connection, nonce: str) -> StoredSubmission | None:
    """Find what was sent with one showing of the form."""
    return _one(db, SUBMISSIONS.c.nonce == nonce)


def submission_by_receipt(db: sa.Connection, receipt_sha256: str) -> StoredSubmission | None:
    """Find what a receipt stands for."""
    return _one(db, SUBMISSIONS.c.receipt_sha256 == receipt_sha256)


def erase_submission(db: sa.Connection, subject_ref: str, *, withdrawn_at: datetime) -> None:
    """Empty every personal field of a sending, and the salt that bound its record to it."""
    emptied: dict[str, Any] = dict.fromkeys([*_PERSONAL, "commit_salt"])
    db.execute(
        SUBMISSIONS.update()
        .where(SUBMISSIONS.c.subject_ref == subject_ref)
        .values(state="withdrawn", withdrawn_at=withdrawn_at, **emptied)
    )


def export_contacts(
    db: sa.Connection, profile_uid: str, *, quarantined: bool = False
) -> list[ReceivedContact]:
    """List what one owner received, oldest first; or what is held back as doubtful.

    What a visitor has taken back is in neither.
    """
    state: SubmissionState = "quarantined" if quarantined else "received"
    rows = db.execute(
        sa.select(SUBMISSIONS, CONSENT_RECORDS.c.document)
        .join(CONSENT_RECORDS, CONSENT_RECORDS.c.record_id == SUBMISSIONS.c.record_id)
        .where(SUBMISSIONS.c.profile_uid == profile_uid, SUBMISSIONS.c.state == state)
        .order_by(SUBMISSIONS.c.given_at, SUBMISSIONS.c.subject_ref)
    )
    return [
        ReceivedContact(
            **{name: row[name] for name in _PERSONAL},
            given_at=row["given_at"],
            purposes=_purposes_given(row["document"]),
            record_id=row["record_id"],
        )
        for row in rows.mappings()
    ]


def _purposes_given(document: str) -> tuple[str, ...]:
    purposes = json.loads(document)["purposes"]
    return tuple(purpose["id"] for purpose in purposes if purpose["state"] == "given")


def _one(db: sa.Connection, condition: sa.ColumnElement[bool]) -> StoredSubmission | None:
    row = db.execute(sa.select(SUBMISSIONS).where(condition)).mappings().one_or_none()
    if row is None:
        return None
    personal = {name: row[name] for name in _PERSONAL}
    withdrawn = row["state"] == "withdrawn"
    return StoredSubmission(
        **{column: value for column, value in row.items() if column not in _PERSONAL},
        contact=None if withdrawn else Contact(**personal),
    )
