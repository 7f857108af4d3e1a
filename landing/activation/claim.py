"""Claim a card: a profile for its owner-to-be, the card active with it, its code used up."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from typing import Any

from landing.activation.form import Detail
from landing.cards.activation_code import hash_activation
from landing.cards.model import state_after_claim
from landing.contract.token import format_token
from landing.errors import CardStateError, WrongCodeError
from landing.profile.model import MASKABLE, Profile
from landing.storage.activations import find_activation, take_activation
from landing.storage.cards import find_card, give_card
from landing.storage.connection import Connection
from landing.storage.database import Database
from landing.storage.profiles import find_profile_by_reference, insert_profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The owner-to-be, as the form told them: details that passed its rules, and a language."""

    details: Mapping[Detail, str]
    language: str


def is_code_of(db: Connection, token: str, code: str, secret_key: str) -> bool:
    """Whether a code, in its plain form, is the one of a card that waits for its owner."""
    kept = find_activation(db, token)
    return kept is not None and hmac.compare_digest(kept, hash_activation(secret_key, token, code))


def claim_card(
    database: Database,
    token: str,
    code: str,
    owner: Owner,
    *,
    secret_key: str,
    now: datetime,
    new_uid: Callable[[], str],
) -> Profile:
    """Make an unclaimed card its owner's, in one transaction; of two at once, one does it.

    Raises:
        CardStateError: the card is unclaimed no more, or never was; nothing was changed.
        WrongCodeError: the code is not the one of this card; nothing was changed.
        StorageError: the database could not be written; nothing was changed.
    """
    with database.writing() as db:
        card = find_card(db, token)
        if card is None:
            raise CardStateError("there is no such card; nothing was changed")
        state = state_after_claim(card.state)
        if not take_activation(db, token, hash_activation(secret_key, token, code)):
            raise WrongCodeError("the code is not the one of this card; nothing was changed")
        profile = _profile(owner, _free_reference(db, token), uid=new_uid(), now=now)
        insert_profile(db, profile)
        if not give_card(db, token, profile.uid, state, now):
            raise CardStateError("the card was taken away meanwhile; nothing was changed")
    return profile


def _free_reference(db: Connection, token: str) -> str:
    """A reference that names the card; a people file may have used it for somebody already."""
    first = f"card-{format_token(token)}"
    names = chain([first], (f"{first}-{number}" for number in count(2)))
    return next(name for name in names if find_profile_by_reference(db, name) is None)


def _profile(owner: Owner, reference: str, *, uid: str, now: datetime) -> Profile:
    """The owner's profile, every filled field visible."""
    values: dict[str, Any] = dict.fromkeys(("given_name", "family_name", *MASKABLE), "")
    values |= {"links": ()} | dict(owner.details)
    return Profile(
        uid=uid,
        reference=reference,
        slug=None,
        colour="",
        language=owner.language,
        visible=frozenset(name for name in MASKABLE if values[name]),
        updated_at=now,
        **values,
    )
