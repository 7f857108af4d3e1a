"""A report is booked whole or not at all, as often as it comes."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from landing.contract.documents import Job, Policy, Report
from landing.contract.token import mint_token
from landing.errors import DataError
from landing.jobs.book import Booking, book_report
from landing.jobs.order import order_job
from landing.storage.cards import find_card, insert_card, set_card_state
from landing.storage.database import Database
from landing.storage.profiles import insert_profile
from tests.landing.records import (
    LATER,
    MARC,
    NOW,
    POLICY,
    SITE,
    ZOE,
    a_card,
    a_reported_card,
    everything,
    report_of,
)

Booker = Callable[[Database, Report], object]


def _book(database: Database, report: Report) -> Booking:
    with database.writing() as db:
        return book_report(db, report, now=LATER)


def _book_card_by_card(database: Database, report: Report) -> None:
    """The seeded fault: a transaction for each card."""
    for card in report.cards:
        _book(database, replace(report, cards=(card,)))


def _ordered(database: Database, policy: Policy = POLICY) -> Job:
    with database.writing() as db:
        return order_job(db, [ZOE, MARC], site=SITE, policy=policy, now=NOW, mint=mint_token)


@pytest.fixture
def job(database: Database) -> Job:
    """A job of two cards."""
    with database.writing() as db:
        insert_profile(db, ZOE)
        insert_profile(db, MARC)
    return _ordered(database)


def test_reported_cards_are_active_and_bound(database: Database, job: Job) -> None:
    report = report_of(job)

    done = _book(database, report)

    with database.reading() as db:
        cards = [find_card(db, item.token) for item in job.items]
    assert done == Booking(job=job.job, active=2, unclaimed=0, unchanged=0)
    for card, reported in zip(cards, report.cards, strict=True):
        assert card is not None
        assert card.encoding is not None
        assert (card.state, card.state_changed_at) == ("active", LATER)
        assert (card.encoding.uid, card.encoding.station) == (reported.uid, "bench-1")
        assert card.encoding.stages == reported.stages


def test_same_report_again_changes_nothing(database: Database, job: Job, tmp_path: Path) -> None:
    report = report_of(job)
    _book(database, report)
    before = everything(tmp_path)

    done = _book(database, report)

    assert done == Booking(job=job.job, active=0, unclaimed=0, unchanged=2)
    assert everything(tmp_path) == before


def test_report_that_has_grown_books_what_is_new(database: Database, job: Job) -> None:
    report = report_of(job)
    _book(database, replace(report, cards=report.cards[:1]))

    done = _book(database, report)

    assert done == Booking(job=job.job, active=1, unclaimed=0, unchanged=1)


def test_card_without_a_person_waits_to_be_claimed(database: Database, job: Job) -> None:
    card = a_card(job=job.job, position=3)
    with database.writing() as db:
        insert_card(db, card)
    report = Report(job=job.job, station="s", cards=(a_reported_card(card.token),))

    done = _book(database, report)

    with database.reading() as db:
        found = find_card(db, card.token)
    assert done.unclaimed == 1
    assert found is not None
    assert found.state == "unclaimed"


@pytest.mark.parametrize("state", ["suspended", "retired"])
def test_stopped_card_that_is_reported_again_stays_stopped(
    database: Database, job: Job, state: str
) -> None:
    report = report_of(job)
    _book(database, report)
    token = job.items[0].token
    with database.writing() as db:
        set_card_state(db, token, "suspended" if state == "suspended" else "retired", NOW)

    _book(database, report)

    with database.reading() as db:
        card = find_card(db, token)
    assert card is not None
    assert card.state == state


def test_retired_order_keeps_the_uid_it_was_made_with(database: Database, job: Job) -> None:
    token = job.items[0].token
    with database.writing() as db:
        set_card_state(db, token, "retired", NOW)

    _book(database, report_of(job))

    with database.reading() as db:
        card = find_card(db, token)
    assert card is not None
    assert card.encoding is not None
    assert card.state == "retired"


def _of_no_job(report: Report) -> Report:
    return replace(report, job="J-2026-0099")


def _with_last(report: Report, **changes: object) -> Report:
    last = replace(report.cards[-1], **changes)  # type: ignore[arg-type]
    return replace(report, cards=(*report.cards[:-1], last))


BROKEN: dict[str, tuple[Callable[[Report], Report], str]] = {
    "unknown job": (_of_no_job, "no job J-2026-0099"),
    "unknown token": (lambda r: _with_last(r, token="7H3K9QX2MZ4DG"), "not a token of"),
    "chip against the policy": (lambda r: _with_last(r, chip="NTAG216"), "the chip is NTAG216"),
    "chip nobody knows": (lambda r: _with_last(r, chip="MIFARE"), "the chip is MIFARE"),
    "protection against the policy": (
        lambda r: _with_last(r, protection="none"),
        "the protection is none",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_broken_report_books_nothing(
    database: Database, job: Job, tmp_path: Path, fault: str
) -> None:
    break_it, told = BROKEN[fault]

    assert _refused_without_a_trace(_book, database, tmp_path, break_it(report_of(job)), told)


def test_long_list_of_faults_is_cut_short(database: Database, job: Job, tmp_path: Path) -> None:
    strangers = tuple(a_reported_card(mint_token(), number) for number in range(25))
    report = replace(report_of(job), cards=strangers)

    assert _refused_without_a_trace(_book, database, tmp_path, report, "; and 5 more; nothing")


def test_report_booked_in_two_transactions_is_found(
    database: Database, job: Job, tmp_path: Path
) -> None:
    break_it, told = BROKEN["unknown token"]
    report = break_it(report_of(job))

    assert not _refused_without_a_trace(_book_card_by_card, database, tmp_path, report, told)


def test_token_of_another_job_is_refused(database: Database, job: Job, tmp_path: Path) -> None:
    other = _ordered(database)
    report = replace(report_of(other), job=job.job)

    assert _refused_without_a_trace(_book, database, tmp_path, report, "not a token of")


def test_uid_bound_to_another_token_is_refused(
    database: Database, job: Job, tmp_path: Path
) -> None:
    _book(database, report_of(job))
    report = report_of(_ordered(database))

    assert _refused_without_a_trace(_book, database, tmp_path, report, "is bound to")


def test_token_bound_to_another_uid_is_refused(
    database: Database, job: Job, tmp_path: Path
) -> None:
    report = report_of(job)
    _book(database, report)
    moved = _with_last(report, uid="04FFFFFFFFFF80")

    assert _refused_without_a_trace(_book, database, tmp_path, moved, "it is bound to the chip")


def test_card_with_another_content_than_booked_is_refused(
    database: Database, job: Job, tmp_path: Path
) -> None:
    report = report_of(job)
    _book(database, report)
    rewritten = _with_last(report, digest="cd" * 32)

    assert _refused_without_a_trace(_book, database, tmp_path, rewritten, "another content")


@pytest.mark.parametrize(("genuine", "taken"), [(True, True), (False, False), (None, False)])
def test_job_for_genuine_chips_takes_no_other(
    database: Database, job: Job, tmp_path: Path, genuine: bool | None, taken: bool
) -> None:
    strict = _ordered(database, replace(POLICY, require_genuine=True))
    report = _with_last(report_of(strict), genuine=genuine)
    report = replace(report, cards=report.cards[-1:])

    refused = _refused_without_a_trace(_book, database, tmp_path, report, "genuine")

    assert refused != taken


def _refused_without_a_trace(
    book: Booker, database: Database, folder: Path, report: Report, told: str
) -> bool:
    """Whether a report is refused with these words, and the database is as it was."""
    before = everything(folder)
    error = ""
    with suppress(DataError):
        try:
            book(database, report)
        except DataError as caught:
            error = str(caught)
    return told in error and "nothing was booked" in error and everything(folder) == before
