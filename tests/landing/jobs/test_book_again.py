"""A card that was encoded again is booked anew; what cannot be changed stays."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import landing.jobs.book
from landing.cards.model import Card, Encoding
from landing.contract.documents import Job, Protection, Report, ReportedCard
from landing.contract.token import mint_token
from landing.errors import ContradictionError
from landing.jobs.book import Booking, book_report
from landing.jobs.order import order_job
from landing.storage.cards import find_card
from landing.storage.database import Database
from landing.storage.profiles import insert_profile
from tests.landing.records import LATER, NOW, POLICY, SITE, ZOE, everything, report_of


def _ordered(database: Database, protection: Protection) -> Job:
    with database.writing() as db:
        insert_profile(db, ZOE)
        policy = replace(POLICY, protection=protection)
        return order_job(db, [ZOE], site=SITE, policy=policy, now=NOW, mint=mint_token)


def _report(job: Job, protection: Protection, *, hours: int = 0, digest: str = "ab") -> Report:
    """The job's report; the card's stages are so many hours after the first time."""
    report = report_of(job)
    (card,) = report.cards
    stages = tuple(replace(stage, at=stage.at + timedelta(hours=hours)) for stage in card.stages)
    card = replace(card, protection=protection, stages=stages, digest=digest * 32)
    return replace(report, cards=(card,))


def _book(database: Database, report: Report) -> Booking:
    with database.writing() as db:
        return book_report(db, report, now=LATER)


def _card(database: Database, job: Job) -> Card:
    with database.reading() as db:
        card = find_card(db, job.items[0].token)
    assert card is not None
    return card


@pytest.mark.parametrize("protection", ["password", "none"])
def test_card_encoded_again_has_its_new_content_booked(
    database: Database, protection: Protection
) -> None:
    job = _ordered(database, protection)
    _book(database, _report(job, protection))
    again = _report(job, protection, hours=1, digest="cd")

    done = _book(database, again)

    card = _card(database, job)
    assert card.encoding is not None
    assert (done.again, done.unchanged) == (1, 0)
    assert (card.state, card.encoding.digest) == ("active", "cd" * 32)
    assert card.encoding.stages == again.cards[0].stages


@pytest.mark.parametrize("digest", ["ab", "cd"])
def test_older_report_that_comes_late_changes_nothing(
    database: Database, tmp_path: Path, digest: str
) -> None:
    job = _ordered(database, "password")
    _book(database, _report(job, "password", hours=1, digest=digest))
    before = everything(tmp_path)

    done = _book(database, _report(job, "password"))

    assert (done.again, done.unchanged) == (0, 1)
    assert everything(tmp_path) == before


def _refused(database: Database, first: Report, second: Report) -> bool:
    _book(database, first)
    try:
        _book(database, second)
    except ContradictionError:
        return True
    return False


def test_permanent_card_with_another_content_is_refused(database: Database) -> None:
    job = _ordered(database, "permanent")
    again = _report(job, "permanent", hours=1, digest="cd")

    assert _refused(database, _report(job, "permanent"), again)


def test_rework_of_permanent_cards_would_be_noticed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def anything(_booked: Encoding, _reported: ReportedCard) -> bool:
        return True

    monkeypatch.setattr(landing.jobs.book, "_was_reworked", anything)
    job = _ordered(database, "permanent")
    again = _report(job, "permanent", hours=1, digest="cd")

    assert not _refused(database, _report(job, "permanent"), again)


@pytest.mark.parametrize("change", [{"uid": "04FFFFFFFFFF80"}, {"chip": "NTAG215"}])
def test_another_chip_is_no_card_encoded_again(database: Database, change: dict[str, str]) -> None:
    job = _ordered(database, "password")
    again = _report(job, "password", hours=1, digest="cd")
    moved = replace(again, cards=(replace(again.cards[0], **change),))  # type: ignore[arg-type]

    assert _refused(database, _report(job, "password"), moved)


def test_other_content_at_the_same_time_is_refused(database: Database) -> None:
    job = _ordered(database, "password")

    assert _refused(database, _report(job, "password"), _report(job, "password", digest="cd"))


_YEARS = 50 * 365 * 24


@pytest.mark.parametrize("protection", ["password", "none", "permanent"])
def test_card_of_the_future_is_refused_without_a_trace(
    database: Database, tmp_path: Path, protection: Protection
) -> None:
    job = _ordered(database, protection)
    before = everything(tmp_path)

    with pytest.raises(ContradictionError, match=r"a clock is wrong; nothing was booked"):
        _book(database, _report(job, protection, hours=_YEARS))

    assert everything(tmp_path) == before


@pytest.mark.parametrize(("seconds", "taken"), [(0, True), (1, False)])
def test_clock_may_be_a_day_ahead_and_no_more(
    database: Database, seconds: int, taken: bool
) -> None:
    job = _ordered(database, "password")
    report = report_of(job)
    stage = replace(report.cards[0].stages[0], at=LATER + timedelta(days=1, seconds=seconds))
    card = replace(report.cards[0], protection="password", stages=(stage,))

    try:
        active = _book(database, replace(report, cards=(card,))).active
    except ContradictionError:
        active = 0

    assert active == int(taken)


@pytest.mark.parametrize("is_told", [True, False])
def test_card_encoded_again_is_not_hidden_by_a_report_of_the_future(
    database: Database, monkeypatch: pytest.MonkeyPatch, is_told: bool
) -> None:
    """Seeded fault: without the limit, the true encoding counts as an older one for ever."""
    if not is_told:
        monkeypatch.setattr(landing.jobs.book, "_MOST_AHEAD", timedelta(days=100 * 365))
    job = _ordered(database, "password")
    _book(database, _report(job, "password"))
    with suppress(ContradictionError):
        _book(database, _report(job, "password", hours=_YEARS, digest="ee"))

    done = _book(database, _report(job, "password", hours=1, digest="cd"))

    assert done.again == int(is_told)
