"""What was printed is booked for ever, and goes along when ledgers are joined."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from encoder.errors import LedgerError
from encoder.ledger import BookedPrint, Ledger, Print, PrintOutcome, check_ledger
from encoder.ledger.schema import MIGRATIONS
from tests.encoder.kit import BENCH, START, TOKEN
from tests.encoder.ledger.cast import OTHER_BENCH, OTHER_TOKEN, OTHER_UID, UID, WHOLE, book, card


def label(outcome: PrintOutcome, detail: str = "", uid: str = UID, token: str = TOKEN) -> Print:
    """A print of the first card's label, or of another one's."""
    return Print(
        token=token,
        uid=uid,
        printer="file:labels",
        layout="cr80-back",
        outcome=outcome,
        detail=detail,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with a done card."""
    return book(tmp_path / "ledger.db", card(), *WHOLE)


def test_prints_of_a_job_are_kept_in_order_with_time_and_bench(path: Path) -> None:
    book(path, card(OTHER_UID, OTHER_TOKEN, job="J-2"), *WHOLE)
    with Ledger.open(path, writable=True) as ledger:
        ledger.book_print(label("begun"), at=START, by=BENCH)
        ledger.book_print(label("failed", "no paper"), at=START + timedelta(seconds=1), by=BENCH)
        ledger.book_print(label("begun", uid=OTHER_UID, token=OTHER_TOKEN), at=START, by=BENCH)

        booked = ledger.prints("J-1")

    assert booked == [
        BookedPrint(what=label("begun"), at=START, by=BENCH),
        BookedPrint(what=label("failed", "no paper"), at=START + timedelta(seconds=1), by=BENCH),
    ]
    assert check_ledger(path) == []


def test_print_of_a_card_that_is_not_booked_is_refused(path: Path) -> None:
    with Ledger.open(path, writable=True) as ledger, pytest.raises(LedgerError):
        ledger.book_print(label("begun", uid=OTHER_UID), at=START, by=BENCH)


@pytest.mark.parametrize("change", ["DELETE FROM prints", "UPDATE prints SET outcome = 'printed'"])
def test_prints_are_append_only(path: Path, change: str) -> None:
    with Ledger.open(path, writable=True) as ledger:
        ledger.book_print(label("begun"), at=START, by=BENCH)

    with (
        closing(sqlite3.connect(path)) as opened,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        opened.execute(change)


def test_ledger_without_prints_is_brought_up_to_date(path: Path) -> None:
    with closing(sqlite3.connect(path)) as opened:
        for table in ("prints", "tries"):
            opened.execute(f"DROP TABLE {table}")
        opened.execute("PRAGMA user_version = 3")
        opened.execute("DROP INDEX scrapped_by_token")
        later = [statement for migration in MIGRATIONS[6:] for statement in migration]

    assert later == [], "undo the later migrations here, too"
    with Ledger.open(path, writable=True) as ledger:
        ledger.book_print(label("begun"), at=START, by=BENCH)
        assert len(ledger.prints("J-1")) == 1
        assert [card.uid for card in ledger.cards()] == [UID]


def test_prints_go_along_when_ledgers_are_joined_and_once_only(path: Path, tmp_path: Path) -> None:
    other = book(tmp_path / "other.db", card(), *WHOLE)
    with Ledger.open(other, writable=True) as ledger:
        ledger.book_print(label("begun"), label("printed"), at=START, by=OTHER_BENCH)

    with Ledger.open(path, writable=True) as ledger:
        first, again = ledger.merge(other), ledger.merge(other)

        assert (first.prints, again.prints) == (2, 0)
        assert [booked.what.outcome for booked in ledger.prints("J-1")] == ["begun", "printed"]
