"""A card that was scrapped and made again: the token moves to the new chip, and never back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

import landing.jobs.book
from landing.cards.model import Card, CardState
from landing.contract.documents import Job, Protection, Report, ReportedCard
from landing.contract.token import mint_token
from landing.errors import ContradictionError
from landing.jobs.book import Booking, book_report
from landing.jobs.order import order_job
from landing.storage.cards import find_card, set_card_state
from landing.storage.connection import Connection
from landing.storage.database import Database
from landing.storage.profiles import insert_profile
from landing.storage.replaced import ReplacedChip, find_replaced_chip
from tests.landing.records import LATER, MARC, NOW, POLICY, SITE, ZOE, everything, report_of

OLD, NEW, NEXT = "04A1B2C3D40001", "04A1B2C3D4FF01", "04A1B2C3D4FF02"
NEIGHBOUR = "04A1B2C3D40002"


def _ordered(database: Database, protection: Protection = "permanent") -> Job:
    with database.writing() as db:
        policy = replace(POLICY, protection=protection)
        return order_job(db, [ZOE, MARC], site=SITE, policy=policy, now=NOW, mint=mint_token)


@pytest.fixture
def job(database: Database) -> Job:
    """A job of two cards, none of them reported yet."""
    with database.writing() as db:
        insert_profile(db, ZOE)
        insert_profile(db, MARC)
    return _ordered(database)


def _first(job: Job, uid: str, *gone: str, protection: Protection = "permanent") -> Report:
    """A report of the job's first card, as done with this chip in the place of others."""
    whole = report_of(job)
    card = replace(
        whole.cards[0],
        uid=uid,
        protection=protection,
        digest=uid[-2:].lower() * 32,
        replaces=gone[0] if gone else None,
        replaced_before=gone[1:],
    )
    return replace(whole, cards=(card,))


def _book(database: Database, report: Report) -> Booking:
    with database.writing() as db:
        return book_report(db, report, now=LATER)


def _card(database: Database, job: Job) -> Card:
    with database.reading() as db:
        card = find_card(db, job.items[0].token)
    assert card is not None
    return card


def _bound(database: Database, job: Job) -> str:
    encoding = _card(database, job).encoding
    assert encoding is not None
    return encoding.uid


def _is_gone(database: Database, uid: str) -> bool:
    with database.reading() as db:
        return find_replaced_chip(db, uid) is not None


@pytest.mark.parametrize("protection", get_args(Protection))
def test_card_made_again_has_the_token(
    database: Database, job: Job, protection: Protection
) -> None:
    job = _ordered(database, protection)
    _book(database, _first(job, OLD, protection=protection))

    done = _book(database, _first(job, NEW, OLD, protection=protection))

    token = job.items[0].token
    kept = ReplacedChip(uid=OLD, token=token, job=job.job, replaced_at=LATER)
    assert (done.again, done.active, done.unchanged) == (1, 0, 0)
    assert _bound(database, job) == NEW
    with database.reading() as db:
        assert find_replaced_chip(db, OLD) == kept


@pytest.mark.parametrize("state", ["active", "suspended", "retired", "unclaimed"])
def test_card_made_again_stays_in_its_state(database: Database, job: Job, state: CardState) -> None:
    _book(database, _first(job, OLD))
    with database.writing() as db:
        set_card_state(db, job.items[0].token, state, LATER)

    done = _book(database, _first(job, NEW, OLD))

    assert (_card(database, job).state, _bound(database, job)) == (state, NEW)
    assert done.withdrawn == ((job.items[0].token,) if state == "retired" else ())


def test_card_made_again_ahead_of_every_report_is_the_first(database: Database, job: Job) -> None:
    done = _book(database, _first(job, NEW, OLD))

    assert (done.active, done.again) == (1, 0)
    assert (_card(database, job).state, _bound(database, job)) == ("active", NEW)
    assert _is_gone(database, OLD)


@pytest.mark.parametrize("known", [(), (OLD,), (OLD, NEW)])
def test_card_made_a_third_time_has_the_token_whatever_the_site_was_told(
    database: Database, job: Job, known: tuple[str, ...]
) -> None:
    for place, uid in enumerate(known):
        _book(database, _first(job, uid, *known[:place]))

    _book(database, _first(job, NEXT, NEW, OLD))

    assert _bound(database, job) == NEXT
    assert _is_gone(database, OLD)
    assert _is_gone(database, NEW)


Late = tuple[str, ...]
LATE: list[Late] = [(OLD,), (NEW, OLD), (NEXT, NEW, OLD)]


@pytest.mark.parametrize("late", LATE)
def test_late_or_repeated_report_changes_nothing(
    database: Database, job: Job, tmp_path: Path, late: Late
) -> None:
    for uids in LATE:
        _book(database, _first(job, *uids))
    before = everything(tmp_path)

    done = _book(database, _first(job, *late))

    assert done == Booking(job=job.job, active=0, unclaimed=0, unchanged=1)
    assert everything(tmp_path) == before


Faulty = Callable[[Job], Report]
REFUSED: dict[str, tuple[Faulty, str]] = {
    "another chip without a word": (lambda job: _first(job, NEXT), "it is bound to the chip"),
    "in the place of another": (lambda job: _first(job, NEXT, "04EEEEEEEEEE80"), "it is bound to"),
    "back to the old one": (lambda job: _first(job, OLD, NEW), "never bound again"),
    "in the place of a neighbour": (lambda job: _first(job, NEXT, NEW, NEIGHBOUR), "belongs to"),
    "against the policy": (
        lambda job: _first(job, NEXT, NEW, protection="none"),
        "the protection is none",
    ),
}


def _refused_without_a_trace(
    database: Database, folder: Path, report: Report, told: str = ""
) -> bool:
    before = everything(folder)
    try:
        _book(database, report)
    except ContradictionError as error:
        return told in str(error) and everything(folder) == before
    return False


@pytest.mark.parametrize("fault", REFUSED)
def test_contradiction_books_nothing(
    database: Database, job: Job, tmp_path: Path, fault: str
) -> None:
    made, told = REFUSED[fault]
    _book(database, report_of(job))
    _book(database, _first(job, NEW, OLD))

    assert _refused_without_a_trace(database, tmp_path, made(job), told)


def test_replaced_chip_is_bound_to_no_other_token(
    database: Database, job: Job, tmp_path: Path
) -> None:
    _book(database, _first(job, NEW, OLD))
    other = _first(_ordered(database), OLD)

    assert _refused_without_a_trace(database, tmp_path, other, "never bound again")


def test_chip_replaced_on_one_card_is_not_replaced_on_another(
    database: Database, job: Job, tmp_path: Path
) -> None:
    _book(database, _first(job, NEW, OLD))
    other = _first(_ordered(database), NEXT, OLD)

    assert _refused_without_a_trace(database, tmp_path, other, "belongs to")


def test_replacement_in_a_report_with_a_fault_is_not_booked(
    database: Database, job: Job, tmp_path: Path
) -> None:
    _book(database, report_of(job))
    moved = replace(report_of(job).cards[1], uid=NEXT)
    both = replace(report_of(job), cards=(*_first(job, NEW, OLD).cards, moved))

    assert _refused_without_a_trace(database, tmp_path, both)


def _forgets_what_was_replaced(_db: Connection, _reported: ReportedCard, **_rest: object) -> None:
    """The seeded fault: no chip is kept as replaced."""


def test_site_that_forgets_replaced_chips_would_be_noticed(
    database: Database, job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing.jobs.book, "keep_replaced", _forgets_what_was_replaced)
    _book(database, _first(job, NEW, OLD))
    other = _first(_ordered(database), OLD)

    assert not _refused_without_a_trace(database, tmp_path, other)


def test_site_that_takes_late_reports_for_new_would_be_noticed(
    database: Database, job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _book(database, _first(job, NEW, OLD))
    monkeypatch.setattr(landing.jobs.book, "is_late", lambda _db, _reported: False)

    assert _refused_without_a_trace(database, tmp_path, _first(job, OLD))
