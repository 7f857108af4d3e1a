"""What is kept comes back as it was."""

from dataclasses import replace
from datetime import datetime

import pytest

from landing.cards.model import Card
from landing.errors import ConflictError, StorageError
from landing.storage.cards import (
    bind_card,
    find_card,
    find_card_by_uid,
    insert_card,
    set_card_state,
)
from landing.storage.database import Database
from landing.storage.jobs import (
    JobRecord,
    find_job,
    insert_job,
    next_job_number,
    release_job,
    unreleased_jobs,
)
from landing.storage.profiles import (
    all_profiles,
    find_profile,
    find_profile_by_reference,
    find_profile_by_slug,
    insert_profile,
    update_profile,
)
from tests.landing.records import LATER, MARC, NOW, POLICY, ZOE, a_card, an_encoding

JOB = JobRecord(id="J-2026-0001", year=2026, number=1, policy=POLICY, created_at=NOW)


def test_profile_comes_back_by_uid_reference_and_slug(database: Database) -> None:
    with database.writing() as db:
        insert_profile(db, ZOE)

    with database.reading() as db:
        found = [
            find_profile(db, ZOE.uid),
            find_profile_by_reference(db, "zoe"),
            find_profile_by_slug(db, "zoe-lefevre"),
        ]

    assert found == [ZOE, ZOE, ZOE]


def test_unknown_profile_is_none(database: Database) -> None:
    with database.reading() as db:
        assert find_profile(db, ZOE.uid) is None


def test_changed_profile_replaces_the_one_with_its_uid_only(database: Database) -> None:
    with database.writing() as db:
        insert_profile(db, ZOE)
        insert_profile(db, MARC)
    changed = replace(ZOE, links=(), visible=frozenset(), updated_at=LATER)

    with database.writing() as db:
        update_profile(db, changed)

    with database.reading() as db:
        assert all_profiles(db) == [MARC, changed]


def test_card_comes_back_with_what_was_reported(database: Database) -> None:
    card, encoding = a_card(), an_encoding()
    with database.writing() as db:
        insert_card(db, card)
        bind_card(db, card.token, encoding)
        set_card_state(db, card.token, "unclaimed", LATER)

    with database.reading() as db:
        found = find_card(db, card.token)
        same = find_card_by_uid(db, encoding.uid)

    assert found == same
    assert found == replace(card, encoding=encoding, state="unclaimed", state_changed_at=LATER)


def test_job_numbers_begin_anew_each_year(database: Database) -> None:
    with database.writing() as db:
        insert_job(db, JOB)

        assert next_job_number(db, 2026) == 2
        assert next_job_number(db, 2027) == 1


def test_job_is_unreleased_until_its_file_is_out(database: Database) -> None:
    with database.writing() as db:
        insert_job(db, JOB)
        before = unreleased_jobs(db)
        release_job(db, JOB.id, LATER)

    with database.reading() as db:
        assert before == [JOB]
        assert unreleased_jobs(db) == []
        assert find_job(db, JOB.id) == replace(JOB, released_at=LATER)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({"token": "7H3K9QX2MZ4DG"}, {"token": "7H3K9QX2MZ4DG"}, id="token"),
        pytest.param({}, {"state": "burnt"}, id="state"),
        pytest.param({}, {"profile_uid": "nobody"}, id="profile"),
        pytest.param({}, {"job": "J-2026-0009"}, id="job"),
    ],
)
def test_row_against_the_rules_takes_the_whole_transaction_back(
    database: Database, first: dict[str, str], second: dict[str, str]
) -> None:
    card = a_card(**first)

    with pytest.raises(ConflictError):
        _insert(database, card, a_card(**second))

    with database.reading() as db:
        assert find_card(db, card.token) is None


def test_chip_cannot_be_bound_to_two_cards(database: Database) -> None:
    cards = [a_card(), a_card()]
    _insert(database, *cards)
    with database.writing() as db:
        bind_card(db, cards[0].token, an_encoding())

    with pytest.raises(ConflictError, match=r"cards[._]uid"), database.writing() as db:
        bind_card(db, cards[1].token, an_encoding())


def test_naive_time_is_refused(database: Database) -> None:
    card = a_card(created_at=datetime(2026, 1, 1))  # noqa: DTZ001  (the fault under test)

    with pytest.raises(StorageError), database.writing() as db:
        insert_card(db, card)


def test_message_of_an_error_never_carries_the_data(database: Database) -> None:
    with database.writing() as db:
        insert_profile(db, ZOE)

    with pytest.raises(ConflictError) as caught, database.writing() as db:
        insert_profile(db, ZOE)

    told = f"{caught.value}{caught.value.__cause__}"
    assert "Lefèvre" not in told
    assert "zoe@" not in told


def _insert(database: Database, *cards: Card) -> None:
    with database.writing() as db:
        for card in cards:
            insert_card(db, card)
