"""A report names the done cards that were scrapped ahead of the one that has their token now."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import encoder.ledger.rows
from encoder.ledger import Ledger, LedgerStage, check_ledger
from encoder.ledger.outbox import SiteJob
from landing.contract.documents import ReportedCard
from tests.encoder.kit import BENCH, START, TOKEN
from tests.encoder.ledger.cast import OTHER_TOKEN, OTHER_UID, THIRD_UID, UID, WHOLE, card, record

LATER = START + timedelta(hours=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger stands."""
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """An empty ledger that knows a site's job."""
    with Ledger.open(path, writable=True) as opened:
        opened.outbox.keep_job(SiteJob(job="J-1", address="a", document="{}"), at=START)
        yield opened


def make(ledger: Ledger, uid: str, *stages: LedgerStage, token: str = TOKEN) -> None:
    """Begin a card and book its stages."""
    ledger.begin(card(uid, token), at=START, by=BENCH)
    record(ledger, uid, *stages)


def scrap(ledger: Ledger) -> None:
    """Scrap the card that has the token now."""
    ledger.scrap(TOKEN, at=LATER, by=BENCH, although_done=True)


def told(ledger: Ledger) -> ReportedCard:
    """The one card of the report, which is the one that waits for the site."""
    (reported,) = ledger.reported("J-1")
    (waiting,) = ledger.outbox.waiting("J-1", limit=9)
    assert waiting.card == reported
    return reported


def redone_names(ledger: Ledger) -> tuple[str, str | None]:
    """Make a card again: the UID of the new one, and of the one it replaces."""
    make(ledger, UID, *WHOLE)
    scrap(ledger)
    make(ledger, OTHER_UID, *WHOLE)
    reported = told(ledger)
    return reported.uid, reported.replaces


def test_card_made_again_names_the_scrapped_one(ledger: Ledger, path: Path) -> None:
    assert redone_names(ledger) == (OTHER_UID, UID)
    assert check_ledger(path) == []


def test_report_without_the_scrapped_card_would_be_noticed(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = "SELECT uid FROM cards WHERE (token, job, uid) = (?, ?, ?) AND 0"
    monkeypatch.setattr(encoder.ledger.rows, "_REPLACED", none)

    assert redone_names(ledger) == (OTHER_UID, None)


def test_card_made_a_third_time_names_both_the_last_one_first(ledger: Ledger) -> None:
    for uid in (UID, OTHER_UID):
        make(ledger, uid, *WHOLE)
        scrap(ledger)
    make(ledger, THIRD_UID, *WHOLE)

    reported = told(ledger)

    assert (reported.replaces, reported.replaced_before) == (OTHER_UID, (UID,))


def test_scrapped_card_that_was_never_done_is_not_named(ledger: Ledger) -> None:
    make(ledger, UID, "written")
    scrap(ledger)
    make(ledger, OTHER_UID, *WHOLE)

    assert told(ledger).replaces is None


def test_card_scrapped_after_its_password_was_taken_off_is_named(ledger: Ledger) -> None:
    make(ledger, UID, *WHOLE, "unprotected")
    scrap(ledger)
    make(ledger, OTHER_UID, *WHOLE)

    assert told(ledger).replaces == UID


def test_card_of_another_token_names_nothing(ledger: Ledger) -> None:
    make(ledger, UID, *WHOLE)
    scrap(ledger)
    make(ledger, OTHER_UID, *WHOLE, token=OTHER_TOKEN)

    assert told(ledger).replaced == ()


def test_scrapped_cards_are_found_without_reading_all_cards(ledger: Ledger) -> None:
    plan = ledger._db.execute(
        f"EXPLAIN QUERY PLAN {encoder.ledger.rows._REPLACED}", (TOKEN, "J-1", UID)
    )

    assert "scrapped_by_token" in str(plan.fetchall())
