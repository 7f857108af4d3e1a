"""A job gets a number, and a card of its own for each profile."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from landing.contract.documents import Job, dump_job, parse_job
from landing.contract.token import mint_token
from landing.errors import DataError
from landing.jobs.order import order_job, wanted_profiles, withdraw_job
from landing.profile.model import Profile
from landing.storage.cards import find_card
from landing.storage.connection import Connection
from landing.storage.database import Database
from landing.storage.jobs import find_job
from landing.storage.profiles import insert_profile
from tests.landing.records import MARC, NOW, POLICY, SITE, ZOE

A, B = "7H3K9QX2MZ4DG", "ZZZZZZZZZZZZR"


def _order(
    db: Connection, *tokens: str, now: datetime = NOW, profiles: Sequence[Profile] = (ZOE, MARC)
) -> Job:
    minted = iter(tokens)
    return order_job(
        db,
        profiles,
        site=SITE,
        policy=POLICY,
        now=now,
        mint=(lambda: next(minted)) if tokens else mint_token,
    )


@pytest.fixture
def people(database: Database) -> Database:
    """A database with two profiles."""
    with database.writing() as db:
        insert_profile(db, ZOE)
        insert_profile(db, MARC)
    return database


def test_job_document_names_each_person_and_a_new_card(people: Database) -> None:
    with people.writing() as db:
        job = _order(db, A, B)

    assert parse_job(dump_job(job)) == job
    assert [(item.position, item.token, item.url) for item in job.items] == [
        (1, A, f"{SITE}/c/{A}"),
        (2, B, f"{SITE}/c/{B}"),
    ]
    assert (job.items[0].label.name, job.items[0].label.line) == (
        "Zoé Lefèvre",
        "Dupont Industries",
    )


def test_cards_are_ordered_for_their_people(people: Database) -> None:
    with people.writing() as db:
        job = _order(db)

    with people.reading() as db:
        cards = [find_card(db, item.token) for item in job.items]
        record = find_job(db, job.job)

    assert [card and (card.job, card.position, card.state, card.profile_uid) for card in cards] == [
        (job.job, 1, "ordered", ZOE.uid),
        (job.job, 2, "ordered", MARC.uid),
    ]
    assert record is not None
    assert record.policy == POLICY


def test_jobs_are_numbered_within_their_year_in_utc(people: Database) -> None:
    new_year = datetime(2027, 1, 1, tzinfo=UTC)

    with people.writing() as db:
        names = [_order(db).job, _order(db).job, _order(db, now=new_year).job]

    assert names == ["J-2026-0001", "J-2026-0002", "J-2027-0001"]


def test_token_that_exists_already_is_minted_again(people: Database) -> None:
    with people.writing() as db:
        _order(db, A, profiles=[ZOE])
        second = _order(db, A, A, B, profiles=[ZOE])

    assert second.items[0].token == B


def test_withdrawn_job_leaves_neither_job_nor_cards(people: Database) -> None:
    with people.writing() as db:
        job = _order(db, A, B)
        withdraw_job(db, job.job)

    with people.reading() as db:
        assert find_job(db, job.job) is None
        assert find_card(db, A) is None


def test_all_profiles_are_wanted_unless_some_are_named(people: Database) -> None:
    with people.reading() as db:
        assert wanted_profiles(db, None) == [MARC, ZOE]
        assert wanted_profiles(db, ["zoe"]) == [ZOE]


@pytest.mark.parametrize(
    ("references", "told"),
    [(["zoe", "nobody", "noone"], "nobody, noone"), (["zoe", "zoe"], "named twice")],
)
def test_wrong_reference_is_told(people: Database, references: list[str], told: str) -> None:
    with people.reading() as db, pytest.raises(DataError, match=told):
        wanted_profiles(db, references)


def test_job_for_nobody_is_refused(database: Database) -> None:
    with database.reading() as db, pytest.raises(DataError, match="no profile yet"):
        wanted_profiles(db, None)
