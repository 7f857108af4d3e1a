"""A visitor for the form's tests: opens pages as a browser without scripts does, and types."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from landing.app import create_app
from landing.settings import Settings
from landing.storage.cards import insert_card
from landing.storage.database import open_database
from landing.storage.migrate import migrate
from landing.storage.profiles import insert_profile
from tests.landing.web.cast import NOW, OWNERS, SITE_URL, ZOE_CARD, make_card, make_settings

CONNECT = f"/c/{ZOE_CARD}/connect"
TABLES = ("submissions", "consent_records", "consent_events", "outbox", "notices")
ANA = {
    "given_name": "Ana",
    "family_name": "Sørensen-Öztürk",
    "email": "ana@visitor.example",
    "tel": "06 39 98 12 34",
    "organization": "Nordlys ApS",
    "organization_title": "Indkøber",
    "message": "Merci pour l’échange.\nÀ bientôt",
}
YES = {"share_with_owner": "1"}


@dataclass
class MovingClock:
    """A clock that the test moves."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


class Page(HTMLParser):
    """What a browser makes of a page: the fields' values, the ticked boxes, the words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.ticked: set[str] = set()
        self.text = ""
        self._textarea = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element in."""
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        name = attributes.get("name", "")
        if tag == "input" and attributes.get("type") == "checkbox":
            self.ticked |= {name} if "checked" in attributes else set()
        elif tag == "input":
            self.values[name] = attributes.get("value", "")
        elif tag == "textarea":
            self._textarea = name
            self.values[name] = ""

    def handle_data(self, data: str) -> None:
        """Take words in; the line end right after <textarea> is not part of them."""
        self.text += data
        if self._textarea:
            self.values[self._textarea] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag == "textarea":
            self._textarea = ""

    def having(self, **wanted: str) -> list[dict[str, str]]:
        """The elements whose attributes have these values (``class_`` for class)."""
        asked = {name.rstrip("_"): value for name, value in wanted.items()}
        return [
            attributes
            for _, attributes in self.elements
            if all(attributes.get(name) == value for name, value in asked.items())
        ]


@dataclass
class Visit:
    """One site, one visitor, one clock; the visitor keeps no cookie."""

    settings: Settings
    clock: MovingClock = field(default_factory=MovingClock)
    language: str = "fr"

    def __post_init__(self) -> None:
        self.app = create_app(self.settings, clock=self.clock)

    @property
    def database_path(self) -> Path:
        """The file that an outsider would look into."""
        return self.settings.data_dir / "wecard.db"

    def get(self, path: str = CONNECT) -> TestResponse:
        """Open a page."""
        return self._client().get(path, base_url=SITE_URL, headers=self._headers())

    def post(self, path: str = CONNECT, **options: Any) -> TestResponse:
        """Post to a page."""
        return self._client().post(path, base_url=SITE_URL, headers=self._headers(), **options)

    def open_form(self, *, after: float = 30) -> str:
        """Open the form, take some seconds over it, and give its token."""
        token = Page(self.get().text).values["form_token"]
        self.clock.move(seconds=after)
        return token

    def send(self, words: Mapping[str, str] | None = None, **more: str) -> TestResponse:
        """Fill a fresh form in and send it."""
        filled = {**ANA, **YES, **(words or {}), **more}
        return self.post(data={"form_token": self.open_form(), **filled})

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read from the database as an outsider does."""
        with closing(sqlite3.connect(self.database_path)) as db:
            return list(db.execute(query))

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])

    def counts(self) -> dict[str, int]:
        """How many rows each table of the form has."""
        return {table: self.count(table) for table in TABLES}

    def run(self, statement: str) -> None:
        """Change the database behind the site's back."""
        with closing(sqlite3.connect(self.database_path)) as db, db:
            db.execute(statement)

    def _client(self) -> FlaskClient:
        return self.app.test_client(use_cookies=False)

    def _headers(self) -> dict[str, str]:
        return {"Accept-Language": self.language}


def make_database(folder: Path) -> Path:
    """Migrate a database and let the three owners in, each with an active card."""
    settings = make_settings(folder)
    migrate(settings.database_url, settings.lock_path)
    with open_database(settings.database_url, settings.lock_path) as store, store.writing() as db:
        for token, owner in OWNERS.items():
            insert_profile(db, owner)
            insert_card(db, make_card(token, "active", owner))
    return folder / "wecard.db"


def make_visit(folder: Path, database: Path, **changes: Any) -> Visit:
    """Let a visitor loose on a site with a fresh copy of the database."""
    with (
        closing(sqlite3.connect(database)) as original,
        closing(sqlite3.connect(folder / "wecard.db")) as copy,
    ):
        original.backup(copy)
    return Visit(make_settings(folder, **changes))
