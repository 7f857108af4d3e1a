"""The activation page: what a card without a person opens, and how it gets its owner.

Only who has the code of the parcel slip can claim a card; a blank one that was stolen in the
post is worth nothing.
"""

import uuid

from flask import Blueprint, Response, current_app, redirect, request
from flask.typing import ResponseReturnValue

from landing.activation.claim import Owner, claim_card, is_code_of
from landing.activation.form import Claim, read_claim
from landing.activation.formtoken import is_ours, seal
from landing.cards.model import Card
from landing.consent.parties import WEMET
from landing.contract.errors import TokenError
from landing.contract.token import parse_token
from landing.contract.url import Channel
from landing.errors import CardStateError, StorageError, WrongCodeError
from landing.storage.cards import find_card
from landing.storage.connection import Connection
from landing.web.activation_words import form_view
from landing.web.context import active_card_or_404, count_miss, language, page, services, url

TOKEN_FIELD = "form_token"  # noqa: S105  # a field's name

blueprint = Blueprint("activation", __name__)


def unclaimed_card(db: Connection, token: str) -> Card | None:
    """Find a card that waits for its owner; None for every other one, and for none at all."""
    try:
        card = find_card(db, parse_token(token))
    except TokenError:
        return None
    return card if card and card.state == "unclaimed" else None


def activation_page(
    card: Card,
    channel: Channel,
    claim: Claim | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> Response:
    """Show the form, blank or with what was typed; there is nobody's data on it."""
    parts = services()
    return page(
        "activation/form.html",
        status,
        form=form_view(claim, problem),
        action=url("activation.activate", channel=channel, token=card.token),
        operator=WEMET,
        form_token=seal(card.token, parts.clock(), parts.settings.secret_key),
    )


@blueprint.post("/<channel:channel>/<token>/activate")
def activate(channel: Channel, token: str) -> ResponseReturnValue:
    """Give a card to the one who has its code; whatever fails, their words stay."""
    claim = read_claim(dict(request.form.lists()))
    with services().database.reading() as db:
        card = unclaimed_card(db, token)
        if card is None:
            return _to_the_card(active_card_or_404(db, token).token, channel)
        if not _was_shown(card):
            return activation_page(card, channel, claim, problem="expired", status=422)
        if not is_code_of(db, card.token, claim.code, services().settings.secret_key):
            claim = claim.with_wrong_code()
    if "wrong-code" in claim.faults.values():
        return _refuse_wrong_code(card, channel, claim)
    if claim.faults:
        return activation_page(card, channel, claim, status=422)
    return _claimed(card, channel, claim)


def _refuse_wrong_code(card: Card, channel: Channel, claim: Claim) -> Response:
    """Answer whoever typed a code that is not this card's; who tries out codes is told to wait."""
    count_miss()
    return activation_page(card, channel, claim, status=422)


def _claimed(card: Card, channel: Channel, claim: Claim) -> ResponseReturnValue:
    parts = services()
    try:
        claim_card(
            parts.database,
            card.token,
            claim.code,
            Owner(details=claim.details, language=language()),
            secret_key=parts.settings.secret_key,
            now=parts.clock(),
            new_uid=lambda: str(uuid.uuid4()),
        )
    except StorageError:
        current_app.logger.exception("a card could not be claimed; its owner-to-be was told so")
        return activation_page(card, channel, claim, problem="not-stored", status=503)
    except (CardStateError, WrongCodeError):
        # The code was right a moment ago: somebody who has it, too, was faster, or the same
        # person pressed twice. The card shows who has it now.
        pass
    return _to_the_card(card.token, channel)


def _to_the_card(token: str, channel: Channel) -> ResponseReturnValue:
    return redirect(url("tap.show", channel=channel, token=token), 303)


def _was_shown(card: Card) -> bool:
    parts = services()
    token = request.form.get(TOKEN_FIELD, "")
    return is_ours(token, card.token, parts.settings.secret_key, now=parts.clock())
