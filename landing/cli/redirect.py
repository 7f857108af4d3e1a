"""``wecard-landing card redirect``: have a card lead to an address of its owner's choice."""

import click

from landing.cards.model import refuse_redirect
from landing.cli.common import (
    TokenType,
    answer,
    known_card,
    open_site_database,
    read_settings,
    verb_options,
)
from landing.contract.errors import CardUrlError
from landing.contract.token import format_token
from landing.contract.url import parse_card_url
from landing.errors import DataError
from landing.profile.links import LinkError, safe_link
from landing.storage.cards import set_card_redirect


@click.command(short_help="Have a card lead to another address, or not.")
@click.argument("token", type=TokenType())
@click.argument("url", required=False)
@click.option("--off", is_flag=True, help="Show the card's own page again.")
@verb_options
def redirect(token: str, url: str | None, off: bool, as_json: bool) -> None:
    """Have a card lead to URL from the next tap on, or with --off to its own page again.

    The contact file and the form go on working. A card that is suspended leads nowhere.

    \b
    Examples:
      wecard-landing card redirect 7H3K-9QX2-MZ4D-G https://www.example.org/team
      wecard-landing card redirect 7H3K9QX2MZ4DG --off
    """
    if (url is None) != off:
        raise click.UsageError("name either the address to lead to, or --off")
    settings = read_settings()
    wanted = None if url is None else _read(url, settings.site_url)
    with open_site_database(settings) as database, database.writing() as db:
        found = known_card(db, token)
        if wanted is not None:
            refuse_redirect(found)
        changed = found.redirect_url != wanted
        if changed:
            set_card_redirect(db, token, wanted)
    told = f"leads to {wanted}" if wanted else "shows its own page"
    document = {"token": token, "redirect_url": wanted, "changed": changed}
    text = f"{format_token(token)}: {told}{'' if changed else ' already; nothing was changed'}"
    answer(document, text, as_json=as_json)


def _read(text: str, site_url: str) -> str:
    """Read a web address that is not one of our cards: two of them would lead round and round."""
    try:
        address = safe_link(text)
    except LinkError as error:
        raise DataError(f"{error}; nothing was changed", hint=error.hint) from error
    if not address.startswith(("https://", "http://")):
        raise DataError(
            "a card leads to a web address only; nothing was changed", hint=LinkError.hint
        )
    if _is_a_card(address, site_url):
        raise DataError(
            "the address is that of a card of this site; nothing was changed",
            hint="name the address behind that card, or its owner's own link, /p/SLUG",
        )
    return address


def _is_a_card(address: str, site_url: str) -> bool:
    try:
        return parse_card_url(address.partition("?")[0].partition("#")[0]).site == site_url
    except CardUrlError:
        return False
