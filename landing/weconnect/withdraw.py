"""The use case of the receipt: take a consent back, erase the details, tell the owner."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from landing.consent.events import ConsentEvent, Occurrence
from landing.consent.identifiers import identifier, receipt_sha256
from landing.errors import StorageError
from landing.storage.consent import StoredRecord, append_event, events_of, find_record
from landing.storage.database import Database
from landing.storage.outbox import OutboxMessage, add_message, cancel_messages
from landing.storage.submissions import (
    StoredSubmission,
    erase_submission,
    submission_by_receipt,
)
from landing.weconnect.share import Randomness


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What one receipt shows: the sending, its record, and all that happened to it."""

    submission: StoredSubmission
    record: StoredRecord
    events: tuple[ConsentEvent, ...]

    @property
    def is_withdrawn(self) -> bool:
        """Whether the visitor took their consent back."""
        return self.submission.state == "withdrawn"


def find_receipt(database: Database, receipt: str) -> Receipt | None:
    """Find what a receipt's name stands for.

    Raises:
        StorageError: the database could not be read.
    """
    with database.reading() as db:
        submission = submission_by_receipt(db, receipt_sha256(receipt))
        record = find_record(db, submission.record_id) if submission else None
        if submission is None or record is None:
            return None
        events = tuple(events_of(db, submission.record_id))
    return Receipt(submission=submission, record=record, events=events)


def withdraw_consent(
    database: Database, receipt: str, *, now: datetime, random: Randomness
) -> bool:
    """Take back all that a visitor agreed to, and erase what they gave; False when unknown.

    Once withdrawn, doing it again changes nothing.
    Source: GDPR Art. 7(3), 17(1)(b) and 19.

    Raises:
        StorageError: the database could not be written; nothing was.
    """
    with database.writing() as db:
        submission = submission_by_receipt(db, receipt_sha256(receipt))
        record = find_record(db, submission.record_id) if submission else None
        if submission is None or record is None:
            return False
        if submission.state == "withdrawn":
            return True
        given = events_of(db, submission.record_id)[0]
        append_event(db, _withdrawn(submission, record, given, now, random))
        erase_submission(db, submission.subject_ref, withdrawn_at=now)
        cancel_messages(db, submission.subject_ref)
        add_message(db, _message(submission, now, random))
    with suppress(StorageError):  # withdrawn it is; the next checkpoint empties the log instead
        database.empty_log()
    return True


def _withdrawn(
    submission: StoredSubmission,
    record: StoredRecord,
    given: ConsentEvent,
    now: datetime,
    random: Randomness,
) -> Occurrence:
    return Occurrence(
        event_id=identifier(random(16)),
        record_id=submission.record_id,
        type="withdrawn",
        purpose_ids=given.purpose_ids,
        at=now,
        actor="subject",
        actor_ref=submission.subject_ref,
        reason_code="receipt",
        record_sha256=record.sha256,
    )


def _message(submission: StoredSubmission, now: datetime, random: Randomness) -> OutboxMessage:
    """Tell the owner; where they never heard of the sending, the message is held with it."""
    return OutboxMessage(
        message_id=identifier(random(16)),
        kind="consent-withdrawn",
        state="held" if submission.state == "quarantined" else "pending",
        profile_uid=submission.profile_uid,
        subject_ref=submission.subject_ref,
        created_at=now,
    )
