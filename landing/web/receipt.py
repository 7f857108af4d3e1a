"""The visitor's receipt: what was sent, to whom, for what, until when, and how to take it back."""

import json
import secrets
from datetime import date
from typing import Any

import phonenumbers
from flask import Blueprint, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadSignature, Signer
from phonenumbers import PhoneNumberFormat
from werkzeug.exceptions import HTTPException

from landing.consent.identifiers import parse_receipt, receipt_sha256
from landing.consent.parties import WEMET, Recipient
from landing.consent.purposes import PURPOSES
from landing.errors import StorageError
from landing.web.context import OpenCard, open_card, page, services, url
from landing.web.language import fall_back_on
from landing.web.weconnect_words import field_label
from landing.weconnect.withdraw import Receipt, find_receipt, withdraw_consent

TOKEN_FIELD = "withdraw_token"  # noqa: S105  # a field's name
_SALT = "receipt-withdraw/1"

blueprint = Blueprint("receipt", __name__)


@blueprint.get("/x/<name>")
def show(name: str) -> ResponseReturnValue:
    """Show the receipt; opening it changes nothing."""
    return _receipt_page(_found(name), name)


@blueprint.post("/x/<name>/withdraw")
def withdraw(name: str) -> ResponseReturnValue:
    """Take the consent back: two touches from the receipt's address, as few as giving it."""
    receipt = _found(name)
    if not _is_ours(request.form.get(TOKEN_FIELD, ""), receipt):
        problem = _("Your consent was not withdrawn: please press the button once more.")
        return _receipt_page(receipt, name, problem=problem, status=422)
    parts = services()
    try:
        withdraw_consent(parts.database, _key(name), now=parts.clock(), random=secrets.token_bytes)
    except StorageError:
        current_app.logger.exception("a withdrawal could not be stored; the visitor was told so")
        problem = _("Your consent could not be withdrawn yet. Please try again in a moment.")
        return _receipt_page(receipt, name, problem=problem, status=503)
    return redirect(url("receipt.show", name=name), 303)


def _key(name: str) -> str:
    key = parse_receipt(name)
    if key is None:
        abort(404)
    return key


def _found(name: str) -> Receipt:
    receipt = find_receipt(services().database, _key(name))
    if receipt is None:
        abort(404)
    _speak_as_shown(receipt)
    return receipt


def _speak_as_shown(receipt: Receipt) -> None:
    """Let the language of the form count where the visitor names none of ours."""
    fall_back_on(json.loads(receipt.record.document)["language"])


def _signer() -> Signer:
    return Signer(services().settings.secret_key, salt=_SALT)


def _is_ours(token: str, receipt: Receipt) -> bool:
    """Whether the button was drawn by us, on this receipt; it never grows old."""
    try:
        signed = _signer().unsign(token.encode())
    except BadSignature:
        return False
    return signed.decode() == receipt.submission.receipt_sha256


def _receipt_page(
    receipt: Receipt, name: str, *, problem: str = "", status: int = 200
) -> ResponseReturnValue:
    submission = receipt.submission
    record: dict[str, Any] = json.loads(receipt.record.document)
    recipient = Recipient(
        profile_uid=submission.profile_uid,
        name=submission.recipient_name,
        organization=submission.recipient_organization,
    )
    opened = _open_card(submission.card)
    _speak_as_shown(receipt)  # the card at hand named its owner's language
    return page(
        "receipt/receipt.html",
        status,
        receipt=receipt,
        name=name,
        problem=problem,
        recipient=recipient,
        sent=_sent_words(receipt),
        purposes=_purposes(record, recipient),
        valid_until=date.fromisoformat(record["valid_until"]),
        notice_url=f"/privacy/{record['notice']['sha256']}",
        notice_version=record["notice"]["version"],
        opened=opened,
        withdraw_token=_signer().sign(receipt_sha256(_key(name))).decode(),
        operator=WEMET,
    )


def _sent_words(receipt: Receipt) -> list[tuple[str, str]]:
    contact = receipt.submission.contact
    if contact is None:
        return []
    given = {field: getattr(contact, field) for field in contact.given}
    if contact.tel:
        number = phonenumbers.parse(contact.tel)
        given["tel"] = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return [(field_label(field), words) for field, words in given.items()]


def _purposes(record: dict[str, Any], recipient: Recipient) -> list[str]:
    """What was agreed to, in the words of the box, where they are still the same."""
    texts = {
        (purpose.id, purpose.text_sha256(spoken)): text
        for purpose in PURPOSES
        for spoken, text in purpose.texts.items()
    }
    return [
        texts.get((given["id"], given["text_sha256"]), given["id"]).format(
            recipient=recipient.named
        )
        for given in record["purposes"]
        if given["state"] == "given"
    ]


def _open_card(token: str) -> OpenCard | None:
    """The card that was answered, where it is still in use."""
    try:
        with services().database.reading() as db:
            return open_card(db, token)
    except HTTPException:
        return None
