"""People come in once, change when their line changes, and keep who they are."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from landing.errors import PeopleError
from landing.people.take_in import Intake, take_in_people
from landing.profile.model import Profile
from landing.profile.people import COLOUR, COLUMNS, OPTIONAL, SLUG, read_people
from landing.storage.database import Database
from landing.storage.profiles import PROFILES, all_profiles, update_profile
from tests.landing.people.files import GOOD, no_picture, people_file
from tests.landing.records import LATER, NOW, everything

MARC = {"reference": "marc", "given_name": "Marc", "phone": "05 61 00 00 00"}
_UIDS = (f"uid-{number}" for number in range(1000))


def _take_in(database: Database, *rows: dict[str, str], now: datetime = NOW) -> Intake:
    headings = [*COLUMNS, *(name for name in OPTIONAL if any(name in row for row in rows))]
    people = read_people(people_file(*rows, headings=headings), take_picture=no_picture)
    uids: Iterator[str] = _UIDS
    with database.writing() as db:
        return take_in_people(db, people, now=now, new_uid=lambda: next(uids))


def _profiles(database: Database) -> dict[str, Profile]:
    with database.reading() as db:
        return {profile.reference: profile for profile in all_profiles(db)}


def _zoe(database: Database) -> Profile:
    return _profiles(database)["zoe"]


def test_every_filled_field_is_visible_and_no_other(database: Database) -> None:
    _take_in(database, GOOD)

    assert _profiles(database)["zoe"].visible == {"mobile", "email"}


def test_field_that_was_hidden_stays_hidden_and_a_new_one_is_shown(database: Database) -> None:
    _take_in(database, GOOD)
    with database.writing() as db:
        update_profile(db, replace(_zoe(database), visible=frozenset({"email"})))

    _take_in(database, GOOD | {"function": "CTO"}, now=LATER)

    assert _zoe(database).visible == {"email", "function"}


def test_colour_is_kept_where_the_file_has_no_such_column(database: Database) -> None:
    _take_in(database, GOOD | {COLOUR: "#B5432B"})
    _take_in(database, GOOD | {"function": "CTO"}, now=LATER)

    assert _zoe(database).colour == "#b5432b"


def test_every_change_of_a_profile_gives_it_a_new_version(database: Database) -> None:
    versions = []
    for function in ("", "CTO", ""):
        _take_in(database, GOOD | {"function": function})
        with database.reading() as db:
            versions.append(db.scalar(sa.select(PROFILES.c.version)))

    assert len(set(versions)) == 3


def test_same_file_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    first = _take_in(database, GOOD, MARC)
    before = everything(tmp_path)

    second = _take_in(database, GOOD, MARC, now=LATER)

    assert (first.new, first.changed, first.unchanged) == (2, 0, 0)
    assert (second.new, second.changed, second.unchanged) == (0, 0, 2)
    assert everything(tmp_path) == before


def test_changed_line_changes_its_person_and_keeps_the_uid(database: Database) -> None:
    _take_in(database, GOOD, MARC)
    before = _profiles(database)

    done = _take_in(database, GOOD, MARC | {"phone": "", "function": "CTO"}, now=LATER)

    after = _profiles(database)
    assert (done.new, done.changed, done.unchanged) == (0, 1, 1)
    assert after["zoe"] == before["zoe"]
    assert after["marc"].uid == before["marc"].uid
    assert (after["marc"].phone, after["marc"].function) == ("", "CTO")
    assert (after["marc"].visible, after["marc"].updated_at) == (frozenset({"function"}), LATER)


def test_person_who_is_not_in_the_file_stays(database: Database) -> None:
    _take_in(database, GOOD)

    _take_in(database, MARC)

    assert set(_profiles(database)) == {"zoe", "marc"}


def test_file_without_the_slug_column_leaves_slugs_alone(database: Database) -> None:
    _take_in(database, GOOD | {SLUG: "zoe-l"})

    done = _take_in(database, GOOD)

    assert done.unchanged == 1
    assert _profiles(database)["zoe"].slug == "zoe-l"


def test_two_people_may_swap_their_slugs(database: Database) -> None:
    _take_in(database, GOOD | {SLUG: "aaa"}, MARC | {SLUG: "bbb"})

    _take_in(database, GOOD | {SLUG: "bbb"}, MARC | {SLUG: "aaa"})

    slugs = {reference: profile.slug for reference, profile in _profiles(database).items()}
    assert slugs == {"zoe": "bbb", "marc": "aaa"}


def test_slug_of_somebody_else_is_told_and_nothing_is_written(
    database: Database, tmp_path: Path
) -> None:
    _take_in(database, GOOD | {SLUG: "zoe-l"})
    before = everything(tmp_path)

    with pytest.raises(PeopleError) as caught:
        _take_in(database, {"reference": "new", "company": "New"}, MARC | {SLUG: "zoe-l"})

    assert caught.value.faults == ("line 3: slug: another person has it",)
    assert everything(tmp_path) == before
