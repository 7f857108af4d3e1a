"""The use case of the form: keep a visitor's details, the proof of their consent, and the news.

All of it is one transaction, before the visitor is told that anything was sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from landing.consent.canonical import commitment, document_sha256
from landing.consent.contact import Contact
from landing.consent.events import Occurrence
from landing.consent.identifiers import identifier, receipt_for, receipt_sha256
from landing.consent.parties import Recipient
from landing.consent.record import Agreement, FormChannel, NoticeShown, write_record
from landing.storage.consent import StoredRecord, add_record, append_event
from landing.storage.database import Database
from landing.storage.notices import ArchivedText, archive_text
from landing.storage.outbox import OutboxMessage, add_message
from landing.storage.submissions import (
    StoredSubmission,
    add_submission,
    submission_by_nonce,
)
from landing.weconnect.formtoken import Showing

SALT_LENGTH = 32

Randomness = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTexts:
    """What the visitor had before their eyes: the notice's page, and the form's own texts."""

    notice: NoticeShown
    notice_page: bytes
    form_bundle: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A form that passed the rules. ``doubtful``: it looks like a machine's, and is held back."""

    contact: Contact
    ticked: frozenset[str]
    doubtful: bool
    showing: Showing
    recipient: Recipient
    channel: FormChannel
    texts: ShownTexts


def share_contact(
    database: Database, sending: Sending, *, secret_key: str, now: datetime, random: Randomness
) -> str | None:
    """Keep a sending and give its receipt; the same form sent again gives the same receipt.

    None: this showing of the form was used already, for other details or for details since
    withdrawn; nothing was written.

    Raises:
        StorageError: the database could not be written; nothing was.
    """
    receipt = receipt_for(sending.showing.nonce, secret_key)
    agreement, salt = _agreement(sending, now, random)
    with database.writing() as db:
        earlier = submission_by_nonce(db, sending.showing.nonce)
        if earlier is not None:
            return receipt if _is_same(earlier, sending) else None
        submission = _submission(sending, agreement, receipt, salt)
        record = _record(agreement)
        add_submission(db, submission)
        add_record(db, record)
        append_event(db, _given(agreement, record, random))
        add_message(db, _message(submission, random))
        for text in _shown_texts(sending, now):
            archive_text(db, text)
    return receipt


def _agreement(sending: Sending, now: datetime, random: Randomness) -> tuple[Agreement, bytes]:
    salt = random(SALT_LENGTH)
    agreement = Agreement(
        record_id=identifier(random(16)),
        subject_ref=identifier(random(16)),
        subject_commit=commitment(salt, sending.contact.as_dict()),
        card=sending.showing.card,
        recipient=sending.recipient,
        language=sending.showing.language,
        channel=sending.channel,
        notice=sending.texts.notice,
        bundle_sha256=sending.showing.bundle,
        ticked=sending.ticked,
        fields=sending.contact.given,
        session_nonce=sending.showing.nonce,
        shown_at=sending.showing.shown_at,
        given_at=now,
    )
    return agreement, salt


def _is_same(earlier: StoredSubmission, sending: Sending) -> bool:
    return earlier.contact == sending.contact and earlier.card == sending.showing.card


def _submission(
    sending: Sending, agreement: Agreement, receipt: str, salt: bytes
) -> StoredSubmission:
    return StoredSubmission(
        subject_ref=agreement.subject_ref,
        record_id=agreement.record_id,
        receipt_sha256=receipt_sha256(receipt),
        nonce=agreement.session_nonce,
        card=agreement.card,
        profile_uid=sending.recipient.profile_uid,
        recipient_name=sending.recipient.name,
        recipient_organization=sending.recipient.organization,
        state="quarantined" if sending.doubtful else "received",
        contact=sending.contact,
        commit_salt=salt,
        given_at=agreement.given_at,
    )


def _record(agreement: Agreement) -> StoredRecord:
    document = write_record(agreement)
    return StoredRecord(
        record_id=agreement.record_id,
        subject_ref=agreement.subject_ref,
        document=document,
        sha256=document_sha256(document),
        given_at=agreement.given_at,
    )


def _given(agreement: Agreement, record: StoredRecord, random: Randomness) -> Occurrence:
    return Occurrence(
        event_id=identifier(random(16)),
        record_id=agreement.record_id,
        type="given",
        purpose_ids=agreement.purpose_ids,
        at=agreement.given_at,
        actor="subject",
        actor_ref=agreement.subject_ref,
        reason_code="form-sent",
        record_sha256=record.sha256,
    )


def _message(submission: StoredSubmission, random: Randomness) -> OutboxMessage:
    return OutboxMessage(
        message_id=identifier(random(16)),
        kind="contact-received",
        state="held" if submission.state == "quarantined" else "pending",
        profile_uid=submission.profile_uid,
        subject_ref=submission.subject_ref,
        created_at=submission.given_at,
    )


def _shown_texts(sending: Sending, now: datetime) -> list[ArchivedText]:
    showing, texts = sending.showing, sending.texts
    return [
        ArchivedText(
            sha256=showing.notice, kind="notice", content=texts.notice_page, first_used_at=now
        ),
        ArchivedText(
            sha256=showing.bundle, kind="form", content=texts.form_bundle, first_used_at=now
        ),
    ]
