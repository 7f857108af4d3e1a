"""``wecard-landing card``: look at a card, stop it, bring it back, lead it elsewhere."""

from typing import Any

import click

from landing.cards.model import Card, CardMove, state_after_move
from landing.cli.common import (
    TokenType,
    answer,
    known_card,
    now,
    open_site_database,
    read_settings,
    verb_options,
)
from landing.cli.redirect import redirect
from landing.contract.documents import format_time
from landing.contract.token import format_token
from landing.contract.url import card_url
from landing.profile.model import Profile
from landing.storage.cards import set_card_state
from landing.storage.profiles import find_profile

_TOKEN = click.argument("token", type=TokenType())


@click.group(short_help="Look at a card, stop it, bring it back.")
def card() -> None:
    """Look at one card, stop it, bring it back or end it.

    \b
    Examples:
      wecard-landing card show 7H3K-9QX2-MZ4D-G
      wecard-landing card suspend 7H3K9QX2MZ4DG
    """


card.add_command(redirect)


@card.command(short_help="Tell all that is known of a card.")
@_TOKEN
@verb_options
def show(token: str, as_json: bool) -> None:
    """Tell all that is known of a card; TOKEN is read as people type it.

    \b
    Examples:
      wecard-landing card show 7H3K-9QX2-MZ4D-G
      wecard-landing card show 7H3K9QX2MZ4DG --json
    """
    settings = read_settings()
    with open_site_database(settings) as database, database.reading() as db:
        found = known_card(db, token)
        person = find_profile(db, found.profile_uid) if found.profile_uid else None
    document = _document(found, person, card_url(settings.site_url, token))
    lines = [f"{name:<17} {_told(value)}" for name, value in document.items()]
    answer(document, "\n".join(lines), as_json=as_json)


@card.command(short_help="Stop a card: its page is gone at the next tap.")
@_TOKEN
@verb_options
def suspend(token: str, as_json: bool) -> None:
    """Stop an active card, such as a lost one: its page is gone at the next tap.

    \b
    Examples:
      wecard-landing card suspend 7H3K-9QX2-MZ4D-G
      wecard-landing card suspend 7H3K9QX2MZ4DG --json
    """
    _move(token, "suspend", as_json=as_json)


@card.command(short_help="Bring a suspended card back.")
@_TOKEN
@verb_options
def resume(token: str, as_json: bool) -> None:
    """Bring a suspended card back.

    \b
    Examples:
      wecard-landing card resume 7H3K-9QX2-MZ4D-G
      wecard-landing card resume 7H3K9QX2MZ4DG --json
    """
    _move(token, "resume", as_json=as_json)


@card.command(short_help="End a card for ever.")
@_TOKEN
@verb_options
def retire(token: str, as_json: bool) -> None:
    """End a card for ever; there is no way back.

    \b
    Examples:
      wecard-landing card retire 7H3K-9QX2-MZ4D-G
      wecard-landing card retire 7H3K9QX2MZ4DG --json
    """
    _move(token, "retire", as_json=as_json)


def _move(token: str, move: CardMove, *, as_json: bool) -> None:
    with open_site_database(read_settings()) as database, database.writing() as db:
        before = known_card(db, token).state
        after = state_after_move(before, move)
        if after != before:
            set_card_state(db, token, after, now())
    changed = after != before
    told = f"{before} → {after}" if changed else f"{after} already; nothing was changed"
    document = {"token": token, "before": before, "state": after, "changed": changed}
    answer(document, f"{format_token(token)}: {told}", as_json=as_json)


def _document(found: Card, person: Profile | None, url: str) -> dict[str, Any]:
    made = found.encoding
    return {
        "token": found.token,
        "printed": format_token(found.token),
        "state": found.state,
        "redirect_url": found.redirect_url,
        "job": found.job,
        "position": found.position,
        "reference": person.reference if person else None,
        "name": person.display_name if person else None,
        "uid": made.uid if made else None,
        "chip": made.chip if made else None,
        "protection": made.protection if made else None,
        "genuine": made.genuine if made else None,
        "station": made.station if made else None,
        "operator": made.operator if made else None,
        "created_at": format_time(found.created_at),
        "state_changed_at": format_time(found.state_changed_at),
        "url": url,
    }


def _told(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else str(value)
