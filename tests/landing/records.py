"""Profiles, cards and reports for tests, and a look at everything that a database holds."""

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from landing.cards.model import Card, Encoding
from landing.contract.documents import Job, Policy, Report, ReportedCard, Stage
from landing.contract.token import mint_token
from landing.profile.model import Link, Profile
from landing.storage.database import Database, open_database
from landing.storage.migrate import migrate

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SITE = "https://card.example"
_ADDRESS = "database-address"
POLICY = Policy(chips=("NTAG213", "NTAG215"), protection="permanent")

ZOE = Profile(
    uid="9f1c7a52-0000-4000-8000-000000000001",
    reference="zoe",
    slug="zoe-lefevre",
    given_name="Zoé",
    family_name="Lefèvre",
    function="Responsable commerciale",
    company="Dupont Industries",
    mobile="+33612345678",
    phone="+33561000000;ext=12",
    fax="",
    email="zoe@dupont.example",
    street="28 rue de Caumont",
    postcode="31000",
    city="Toulouse",
    country="FR",
    website="https://dupont.example",
    links=(Link(label="LinkedIn", url="https://social.example/in/zoe"),),
    photo="0" * 32,
    logo="",
    colour="",
    language="fr",
    visible=frozenset({"function", "company", "mobile"}),
    updated_at=NOW,
)
MARC = replace(
    ZOE,
    uid="9f1c7a52-0000-4000-8000-000000000002",
    reference="marc",
    slug=None,
    given_name="Marc",
    family_name="N'Diaye",
)


def new_database(folder: Path) -> Database:
    """Make a database in ``folder`` and open it."""
    url, lock = sqlite_url(folder), lock_of(folder)
    migrate(url, lock)
    return open_database(url, lock)


def sqlite_url(folder: Path) -> str:
    """The address of the database in ``folder``."""
    return f"sqlite:///{folder / 'wecard.db'}"


def lock_of(folder: Path) -> Path:
    """The lock file of the database in ``folder``."""
    return folder / "wecard.db.lock"


def note_address(folder: Path, url: str) -> None:
    """Keep in ``folder`` the address of the PostgreSQL database that stands for it."""
    (folder / _ADDRESS).write_text(url, encoding="utf-8")


def a_card(**changes: Any) -> Card:
    """An ordered card of nobody and of no job."""
    card = Card(
        token=mint_token(),
        state="ordered",
        profile_uid=None,
        job=None,
        position=None,
        encoding=None,
        created_at=NOW,
        state_changed_at=NOW,
    )
    return replace(card, **changes)


def an_encoding(**changes: Any) -> Encoding:
    """What a station reports of a chip."""
    encoding = Encoding(
        uid="04A1B2C3D4E580",
        chip="NTAG213",
        protection="permanent",
        genuine=None,
        digest="ab" * 32,
        station="bench-1",
        operator="mona",
        stages=_stages(),
    )
    return replace(encoding, **changes)


def a_reported_card(token: str, number: int = 1, **changes: Any) -> ReportedCard:
    """A card as a station reports it; ``number`` makes its UID."""
    card = ReportedCard(
        token=token,
        uid=f"04A1B2C3D4{number:04X}",
        chip="NTAG213",
        protection="permanent",
        genuine=None,
        digest="ab" * 32,
        operator="mona",
        stages=_stages(),
    )
    return replace(card, **changes)


def report_of(job: Job) -> Report:
    """A report in which every card of the job is done."""
    cards = tuple(a_reported_card(item.token, item.position) for item in job.items)
    return Report(job=job.job, station="bench-1", cards=cards)


def everything(folder: Path) -> list[str]:
    """All rows of all tables, as SQL: what must not change when nothing may.

    How often a profile was changed is no part of it: that goes up, whatever comes of the change.
    """
    address = folder / _ADDRESS
    if address.exists():
        return _everything_in_postgresql(address.read_text(encoding="utf-8"))
    connection = sqlite3.connect(":memory:")
    try:
        with closing(sqlite3.connect(folder / "wecard.db")) as kept:
            kept.backup(connection)
        with suppress(sqlite3.OperationalError):  # of before there was such a column
            connection.execute("UPDATE profiles SET version = 0")
        return list(connection.iterdump())
    finally:
        connection.close()


def _everything_in_postgresql(url: str) -> list[str]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        return sorted(
            f"{table} {row}"
            for (table,) in tables
            for (row,) in connection.execute(
                f"SELECT (to_jsonb(t) - 'version')::text FROM {table} t"
            )
        )


def _stages() -> tuple[Stage, ...]:
    return (
        Stage(stage="written", at=NOW),
        Stage(stage="verified", at=NOW),
        Stage(stage="locked", at=NOW),
    )
