"""What the verbs share: their options, the settings, the database, the clock, the output."""

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from landing.cards.model import Card
from landing.contract.token import format_token, parse_token
from landing.errors import DataError
from landing.settings import Settings, settings_from
from landing.storage.cards import find_card
from landing.storage.connection import Connection
from landing.storage.database import Database, open_database

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


def verb_options(function: FunctionT) -> FunctionT:
    """Add what every verb takes: ``--json`` and ``--debug``."""
    as_json = click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON document on standard output."
    )
    debug = click.option(
        "--debug", is_flag=True, expose_value=False, help="Print the traceback of an error."
    )
    return as_json(debug(function))


class TokenType(click.ParamType[str]):
    """A card token, as people type it."""

    name = "token"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the token; a typo is told."""
        return parse_token(str(value))


def read_settings() -> Settings:
    """Read the settings from the environment."""
    return settings_from(os.environ)


def open_site_database(settings: Settings) -> Database:
    """Open the database that the settings name."""
    return open_database(settings.database_url, settings.lock_path)


def known_card(db: Connection, token: str) -> Card:
    """Find a card by its token.

    Raises:
        DataError: there is none.
    """
    found = find_card(db, token)
    if found is None:
        raise DataError(
            f"no card has the token {format_token(token)}; nothing was changed",
            hint="compare the token with the card, character by character",
        )
    return found


def now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


def answer(document: Mapping[str, Any], text: str, *, as_json: bool) -> None:
    """Print a result: the document as JSON, or the text."""
    click.echo(json.dumps(document, ensure_ascii=False) if as_json else text)
