"""The consent record: what was asked, what was shown and what was agreed, and nobody's name.

Source: GDPR Art. 7(1); EDPB Guidelines 05/2020, 108; ISO/IEC TS 27560:2023 as tabulated in the
W3C DPV guide, whose profile the record names.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from landing.consent.canonical import canonical
from landing.consent.parties import WEMET, Recipient, controllers
from landing.consent.purposes import PURPOSES, RETENTION_MONTHS, RETENTION_RULE, Purpose
from landing.contract.documents import format_time

SCHEMA = "wc-consent/1"
PROFILE = "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"
FormChannel = Literal["chip", "qr", "link"]  # where a form was opened: a card, or no card at all
_METHODS: dict[FormChannel, str] = {"chip": "nfc_tap", "qr": "qr", "link": "link"}
_PII_TYPES = {
    "given_name": "name",
    "family_name": "name",
    "email": "email",
    "tel": "phone",
    "organization": "company",
    "organization_title": "function",
    "message": "message",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeShown:
    """Which notice the form linked to. ``url`` is absolute, ``sha256`` in hex."""

    id: str
    version: int
    url: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One visitor's yes, with all that surrounded it; times are aware.

    ``fields`` names what was filled in, never with what; ``subject_commit`` binds the record to
    the details. ``card`` is empty where the profile's own link was opened. The receipt's address
    stays out: it would open the receipt.
    """

    record_id: str
    subject_ref: str
    subject_commit: str
    card: str
    recipient: Recipient
    language: str
    channel: FormChannel
    notice: NoticeShown
    bundle_sha256: str
    ticked: frozenset[str]
    fields: tuple[str, ...]
    session_nonce: str
    shown_at: datetime
    given_at: datetime

    @property
    def valid_until(self) -> date:
        """The day on which the consent ends by itself."""
        return months_later(self.given_at.date(), RETENTION_MONTHS)

    @property
    def purpose_ids(self) -> list[str]:
        """The purposes agreed to, in the order of the form."""
        return [purpose.id for purpose in PURPOSES if purpose.id in self.ticked]


def write_record(agreement: Agreement) -> str:
    """Write the record as canonical JSON text."""
    return canonical(record_content(agreement)).decode()


def record_content(agreement: Agreement) -> dict[str, Any]:
    """The record's fields."""
    return {
        "schema": SCHEMA,
        "conformsTo": PROFILE,
        "record_id": agreement.record_id,
        "subject_ref": agreement.subject_ref,
        "subject_commit": agreement.subject_commit,
        "card_ref": agreement.card,
        "owner_ref": agreement.recipient.owner_ref,
        "org_ref": agreement.recipient.party_id if agreement.recipient.organization else None,
        "controller_mode": "joint",
        "controllers": controllers(agreement.recipient),
        "jurisdiction": "FR",
        "language": agreement.language,
        "notice": {
            "id": agreement.notice.id,
            "version": agreement.notice.version,
            "url": agreement.notice.url,
            "sha256": agreement.notice.sha256,
        },
        "form_bundle_sha256": agreement.bundle_sha256,
        "collection": {
            "method": _METHODS[agreement.channel],
            "control": "checkbox",
            "defaults": "all_off",
            "submitted": {purpose.id: purpose.id in agreement.ticked for purpose in PURPOSES},
        },
        "pii_types": _pii_types(agreement.fields),
        "purposes": [_purpose(purpose, agreement) for purpose in PURPOSES],
        "session_nonce": agreement.session_nonce,
        "shown_at": format_time(agreement.shown_at),
        "given_at": format_time(agreement.given_at),
        "verified": {"channel": "none", "at": None},
        "valid_until": agreement.valid_until.isoformat(),
        "withdrawal": {"methods": ["receipt", "email"], "contact": WEMET.contact},
        "storage_location": "FR",
        "authority": {
            "name": WEMET.authority,
            "address": WEMET.authority_address,
            "url": WEMET.authority_url,
        },
    }


def months_later(day: date, months: int) -> date:
    """The same day of the month some months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    _, last_day = monthrange(year, month + 1)
    return date(year, month + 1, min(day.day, last_day))


def _pii_types(fields: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(_PII_TYPES[name] for name in fields))


def _purpose(purpose: Purpose, agreement: Agreement) -> dict[str, Any]:
    recipient = agreement.recipient
    return {
        "id": purpose.id,
        "version": purpose.version,
        "text_sha256": purpose.text_sha256(agreement.language),
        "legal_basis": purpose.legal_basis,
        "necessary": purpose.necessary,
        "pii_types": _pii_types(agreement.fields),
        "recipients": list(dict.fromkeys([recipient.owner_ref, recipient.party_id])),
        "retention": {"rule": RETENTION_RULE, "until": agreement.valid_until.isoformat()},
        "state": "given" if purpose.id in agreement.ticked else "declined",
    }
