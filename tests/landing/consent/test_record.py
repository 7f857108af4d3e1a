"""The consent record, field by field."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landing.consent.canonical import canonical
from landing.consent.parties import Recipient
from landing.consent.purposes import PURPOSES
from landing.consent.record import Agreement, NoticeShown, months_later, write_record

AGREEMENT = Agreement(
    record_id="A" * 26,
    subject_ref="B" * 26,
    subject_commit="c" * 64,
    card="7H3K9QX2MZ4DG",
    recipient=Recipient(profile_uid="u1", name="Zoé Lefèvre", organization="Dupont Industries"),
    language="fr",
    channel="chip",
    notice=NoticeShown(id="weconnect", version=1, url="https://card.example/privacy/d", sha256="d"),
    bundle_sha256="e" * 64,
    ticked=frozenset({"share_with_owner"}),
    fields=("given_name", "family_name", "email", "message"),
    session_nonce="f" * 32,
    shown_at=datetime(2026, 5, 1, 9, 12, 3, 120_000, tzinfo=UTC),
    given_at=datetime(2026, 5, 1, 9, 12, 41, 4000, tzinfo=UTC),
)
FIELDS = {
    "schema": "wc-consent/1",
    "conformsTo": "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr",
    "record_id": "A" * 26,
    "subject_ref": "B" * 26,
    "subject_commit": "c" * 64,
    "card_ref": "7H3K9QX2MZ4DG",
    "owner_ref": "owner:u1",
    "org_ref": "org:u1",
    "controller_mode": "joint",
    "jurisdiction": "FR",
    "language": "fr",
    "form_bundle_sha256": "e" * 64,
    "session_nonce": "f" * 32,
    "shown_at": "2026-05-01T09:12:03.120Z",
    "given_at": "2026-05-01T09:12:41.004Z",
    "valid_until": "2028-05-01",
    "storage_location": "FR",
    "pii_types": ["name", "email", "message"],
}


def content(**changes: Any) -> dict[str, Any]:
    """The record of the agreement, with changes."""
    record: dict[str, Any] = json.loads(write_record(replace(AGREEMENT, **changes)))
    return record


@pytest.mark.parametrize("name", FIELDS)
def test_field_is_in_the_record(name: str) -> None:
    assert content()[name] == FIELDS[name]


def test_notice_is_named_with_its_version_address_and_hash() -> None:
    assert content()["notice"] == {
        "id": "weconnect",
        "version": 1,
        "url": "https://card.example/privacy/d",
        "sha256": "d",
    }


def test_collection_says_that_boxes_were_blank_and_which_were_ticked() -> None:
    assert content()["collection"] == {
        "method": "nfc_tap",
        "control": "checkbox",
        "defaults": "all_off",
        "submitted": {"share_with_owner": True},
    }


@pytest.mark.parametrize(
    ("channel", "card", "method"),
    [("chip", "7H3K9QX2MZ4DG", "nfc_tap"), ("qr", "7H3K9QX2MZ4DG", "qr"), ("link", "", "link")],
)
def test_record_says_where_the_form_was_opened(channel: str, card: str, method: str) -> None:
    record = content(channel=channel, card=card)

    assert (record["collection"]["method"], record["card_ref"]) == (method, card)


def test_purpose_has_its_words_hash_basis_recipients_and_end() -> None:
    [purpose] = content()["purposes"]

    assert purpose == {
        "id": "share_with_owner",
        "version": 1,
        "text_sha256": hashlib.sha256(PURPOSES[0].texts["fr"].encode()).hexdigest(),
        "legal_basis": "6-1-a",
        "necessary": True,
        "pii_types": ["name", "email", "message"],
        "recipients": ["owner:u1", "org:u1"],
        "retention": {"rule": "R3", "until": "2028-05-01"},
        "state": "given",
    }


def test_operator_and_organisation_are_named_as_controllers() -> None:
    wemet, owner = content()["controllers"]

    assert (wemet["name"], wemet["contact"], wemet["dpo"]) == (
        "WEMET",
        "contact@wemet.fr",
        "production@wemet.fr",
    )
    assert (owner["party_id"], owner["name"]) == ("org:u1", "Dupont Industries")


def test_private_owner_is_a_controller_without_a_name() -> None:
    record = content(recipient=Recipient(profile_uid="u1", name="Zoé Lefèvre", organization=""))

    assert record["controllers"][1]["party_id"] == "owner:u1"
    assert record["org_ref"] is None
    assert "Zoé" not in json.dumps(record, ensure_ascii=False)


def test_record_is_canonical_json() -> None:
    text = write_record(AGREEMENT)

    assert canonical(json.loads(text)).decode() == text


def test_purpose_that_was_not_ticked_is_declined() -> None:
    record = content(ticked=frozenset())

    assert record["purposes"][0]["state"] == "declined"
    assert record["collection"]["submitted"] == {"share_with_owner": False}


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2026, 11, 22), date(2028, 11, 22)),
        (date(2024, 2, 29), date(2026, 2, 28)),
        (date(2026, 12, 31), date(2028, 12, 31)),
    ],
)
def test_consent_ends_after_24_months(day: date, end: date) -> None:
    assert months_later(day, 24) == end


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_months_later_is_that_month_and_never_a_later_day(day: date, months: int) -> None:
    end = months_later(day, months)

    assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == months
    assert day.day - 3 <= end.day <= day.day
