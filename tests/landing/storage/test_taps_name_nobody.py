"""Counts say how often, by card, day and way: there is no column that a visitor could stand in."""

import pytest
import sqlalchemy as sa

from landing.storage.database import Database
from landing.storage.profiles import insert_profile
from landing.storage.taps import TAP_CHANNELS, TAPS, TapKey, add_taps
from tests.landing.records import LATER, NOW, ZOE

COLUMNS = {
    "profile_uid": "TEXT",
    "day": "DATE",
    "token": "TEXT",
    "channel": "VARCHAR(8)",
    "count": "INTEGER",
}


def strange_columns(db: sa.Connection) -> set[str]:
    """The columns of the real table that are not those that were promised, or of another type."""
    found = {column["name"]: str(column["type"]) for column in sa.inspect(db).get_columns("taps")}
    return {name for name, kind in found.items() if COLUMNS.get(name) != kind}


def test_table_has_these_columns_and_no_other(database: Database) -> None:
    with database.reading() as db:
        names = {column["name"] for column in sa.inspect(db).get_columns("taps")}

        assert names == set(COLUMNS) == {column.name for column in TAPS.columns}
        assert strange_columns(db) == set()


@pytest.mark.parametrize("column", ["address TEXT", "agent TEXT", "at TIMESTAMP", "who INTEGER"])
def test_column_for_a_visitor_would_be_noticed(database: Database, column: str) -> None:
    with database.writing() as db:
        db.execute(sa.text(f"ALTER TABLE taps ADD COLUMN {column}"))

        assert strange_columns(db) == {column.split()[0]}


def test_time_of_day_is_not_kept(database: Database) -> None:
    """A day is stored as ten characters, whatever the clock said."""
    with database.writing() as db:
        _with_zoe(db)
        add_taps(db, {TapKey(ZOE.uid, "", day.date(), "link"): 1 for day in (NOW, LATER)})
        kept = [str(day) for day in db.scalars(sa.text("SELECT day FROM taps ORDER BY day"))]

    assert kept == ["2026-11-22", "2026-11-23"]


def test_two_openings_of_a_day_are_one_row_with_a_number(database: Database) -> None:
    key = TapKey(ZOE.uid, "7H3K9QX2MZ4DG", NOW.date(), "chip")
    with database.writing() as db:
        _with_zoe(db)
        add_taps(db, {key: 1})
        add_taps(db, {key: 41})
        rows = [tuple(row) for row in db.execute(sa.select(TAPS))]

    assert rows == [(ZOE.uid, NOW.date(), "7H3K9QX2MZ4DG", "chip", 42)]


def test_channels_are_ways_to_open_and_acts_not_devices() -> None:
    assert set(TAP_CHANNELS) == {"chip", "qr", "link", "vcard", "form"}


def _with_zoe(db: sa.Connection) -> None:
    insert_profile(db, ZOE)
