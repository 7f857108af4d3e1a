"""A booked card of a site's job waits from its booking on, until the site's answer is kept."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from encoder.ledger import Ledger, check_ledger
from encoder.ledger.outbox import Outbox, Settled, SiteJob
from landing.contract.documents import dump_reported_card
from tests.encoder.kit import BENCH, START, TOKEN
from tests.encoder.ledger.cast import OTHER_TOKEN, OTHER_UID, UID, WHOLE, book, card, record

ADDRESS = "https://card.example/api/v1/jobs/J-1"
NAME = "Zoé Lefèvre"
JOB = SiteJob(job="J-1", address=ADDRESS, document="{}")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with one booked card of the job and one that is begun."""
    path = tmp_path / "ledger.db"
    book(path, card(protection="password"), *WHOLE)
    return book(path, card(OTHER_UID, OTHER_TOKEN), "written")


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """The ledger, open, its job from a site."""
    with Ledger.open(path, writable=True) as opened:
        opened.outbox.keep_job(JOB, at=START)
        yield opened


def waiting(ledger: Ledger) -> list[str]:
    """The tokens that wait."""
    return [entry.card.token for entry in ledger.outbox.waiting("J-1", limit=10)]


def settle(outbox: Outbox, answer: str = "taken") -> None:
    """Keep one answer for all that waits."""
    entries = outbox.waiting("J-1", limit=10)
    outbox.settle([Settled(entry, answer, "why") for entry in entries], at=START)  # type: ignore[arg-type]


def test_only_booked_cards_wait_each_as_the_report_has_it(ledger: Ledger) -> None:
    (entry,) = ledger.outbox.waiting("J-1", limit=10)

    (reported,) = ledger.reported("J-1")
    assert dump_reported_card(entry.card) == dump_reported_card(reported)
    assert ledger.outbox.count_waiting("J-1") == 1


def test_cards_wait_in_the_order_they_were_booked(ledger: Ledger) -> None:
    record(ledger, OTHER_UID, "verified", "locked", "booked")

    first, second = ledger.outbox.waiting("J-1", limit=10)

    assert (first.card.token, second.card.token) == (TOKEN, OTHER_TOKEN)
    assert ledger.outbox.waiting("J-1", limit=1) == [first]
    assert ledger.outbox.waiting("J-1", after=first.booking, limit=10) == [second]


@pytest.mark.parametrize("answer", ["taken", "withdrawn", "refused"])
def test_answered_card_waits_no_more(ledger: Ledger, answer: str) -> None:
    settle(ledger.outbox, answer)

    assert waiting(ledger) == []
    told = [(entry.token, entry.answer) for entry in ledger.outbox.not_taken()]
    assert told == ([] if answer == "taken" else [(TOKEN, answer)])


def test_card_encoded_again_waits_again(ledger: Ledger) -> None:
    settle(ledger.outbox)
    record(ledger, UID, "unprotected", at=START + timedelta(minutes=1))
    between = waiting(ledger)
    ledger.begin(card(protection="password"), at=START + timedelta(minutes=2), by=BENCH)
    record(ledger, UID, *WHOLE, at=START + timedelta(minutes=2))

    assert between == []
    assert waiting(ledger) == [TOKEN]


def test_refused_card_is_offered_again_when_someone_says_so(ledger: Ledger) -> None:
    settle(ledger.outbox, "refused")

    assert ledger.outbox.offer_again() == 1
    assert waiting(ledger) == [TOKEN]


def test_job_is_kept_until_it_is_forgotten(ledger: Ledger, path: Path) -> None:
    kept = ledger.outbox.job_at(ADDRESS)
    ledger.outbox.forget_document("J-1")

    assert kept == JOB
    assert ledger.outbox.jobs() == [SiteJob(job="J-1", address=ADDRESS, document=None)]
    assert check_ledger(path) == []


def forget(path: Path, wipe: Callable[[Ledger], object]) -> bytes:
    """Keep a job with names, forget it in this way, and read what the closed file still holds.

    SQLite is told first not to overwrite what it deletes, as it does by default in most builds.
    """
    with Ledger.open(path, writable=True) as ledger:
        named = SiteJob(job="J-1", address=ADDRESS, document=NAME * 5000)
        ledger.outbox.keep_job(named, at=START)
        ledger._db.execute("PRAGMA secure_delete = OFF")
        wipe(ledger)
    return path.read_bytes()


def test_forgotten_names_stand_nowhere_in_the_file(path: Path) -> None:
    content = forget(path, lambda ledger: ledger.outbox.forget_document("J-1"))

    assert NAME.encode() not in content


def test_names_of_a_document_that_was_replaced_stand_nowhere_in_the_file(path: Path) -> None:
    anew = SiteJob(job="J-1", address=ADDRESS, document="{}")

    content = forget(path, lambda ledger: ledger.outbox.keep_job(anew, at=START))

    assert NAME.encode() not in content


def test_names_that_are_only_deleted_would_be_found(path: Path) -> None:
    content = forget(path, lambda ledger: ledger._db.execute("UPDATE site_jobs SET document = ''"))

    assert NAME.encode() in content


def test_card_of_another_job_does_not_wait(ledger: Ledger) -> None:
    assert ledger.outbox.waiting("J-2", limit=10) == []
