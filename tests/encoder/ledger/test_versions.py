"""A ledger of the first version is brought up to date, whole or not at all."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from encoder.errors import LedgerError
from encoder.ledger import Ledger, check_ledger
from encoder.ledger.schema import MIGRATIONS
from tests.encoder.kit import BENCH, START, TOKEN
from tests.encoder.ledger.cast import (
    DIGEST,
    OTHER_TOKEN,
    OTHER_UID,
    THIRD_UID,
    UID,
    VERSION_1_CARDS,
    VERSION_1_STAGES,
    record,
    shown,
    version_1,
)

STEPS = (
    sum(len(statements) for statements in MIGRATIONS[1:]) + 2
)  # and the two that say which version it is now

# Opens a ledger to be written to, and dies ahead of the n-th statement of the new version.
KILLED = """
import os, signal, sqlite3, sys
from pathlib import Path
from encoder.ledger import Ledger
from encoder.ledger.schema import MIGRATIONS

connect, wanted, seen = sqlite3.connect, int(sys.argv[2]), 0

def dying(statement):
    global seen
    seen += seen > 0 or statement.strip() == MIGRATIONS[1][0]
    if seen == wanted:
        os.kill(os.getpid(), signal.SIGKILL)

def watched(*words, **more):
    opened = connect(*words, **more)
    opened.set_trace_callback(dying)
    return opened

sqlite3.connect = watched
with Ledger.open(Path(sys.argv[1]), writable=True):
    print("opened")
"""


IN_PIECES = """
from contextlib import nullcontext
import encoder.ledger.file
encoder.ledger.file.transaction = lambda opened: nullcontext()
"""


def killed(path: Path, step: int, *, in_one_transaction: bool = True) -> None:
    """Bring a ledger up to date in a process that dies ahead of one of the statements."""
    script = KILLED if in_one_transaction else IN_PIECES + KILLED
    words = [sys.executable, "-c", script, str(path), str(step)]

    ended = subprocess.run(words, capture_output=True, check=False)

    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, b"")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger of the first version."""
    return version_1(tmp_path / "ledger.db")


def version_of(path: Path) -> int:
    """The version that a file says it has."""
    with closing(sqlite3.connect(path)) as opened:
        return int(opened.execute("PRAGMA user_version").fetchone()[0])


def rows_of_version_1(path: Path) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The rows that the first version wrote."""
    with closing(sqlite3.connect(path)) as opened:
        cards = opened.execute(
            "SELECT uid, token, job, chip, protection, digest, scrapped FROM cards ORDER BY rowid"
        ).fetchall()
        return cards, opened.execute("SELECT uid, stage FROM stages ORDER BY id").fetchall()


def test_ledger_of_version_1_keeps_every_row(path: Path) -> None:
    with Ledger.open(path, writable=True) as ledger:
        cards = {card.uid: card for card in ledger.cards()}
        (reported,) = ledger.reported("J-1")

    assert version_of(path) == len(MIGRATIONS) > 1
    assert rows_of_version_1(path) == (list(VERSION_1_CARDS), list(VERSION_1_STAGES))
    assert [card.stage for card in cards.values()] == ["booked", "scrapped", "written"]
    assert (cards[UID].url, cards[UID].mirror, cards[UID].genuine) == (None, "none", None)
    assert (reported.token, reported.digest) == (TOKEN, DIGEST)
    assert check_ledger(path) == []


def test_ledger_of_version_1_goes_on_as_one_of_the_new(path: Path) -> None:
    with Ledger.open(path, writable=True) as ledger:
        record(ledger, THIRD_UID, "verified", "locked", "booked", "unprotected")
        ledger.present(shown(uid=THIRD_UID, token=OTHER_TOKEN), at=START, by=BENCH)
        live = ledger.card_with_token(OTHER_TOKEN)

    assert live is not None
    assert (live.uid, live.stage) == (THIRD_UID, "unprotected")


@pytest.mark.parametrize("change", ["DELETE FROM stages", "UPDATE stages SET at = 'never'"])
def test_stages_are_still_append_only_in_the_new_version(path: Path, change: str) -> None:
    with Ledger.open(path, writable=True):
        pass

    with (
        closing(sqlite3.connect(path)) as opened,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        opened.execute(change)


def test_ledger_of_version_1_is_read_and_left_as_it_is(path: Path) -> None:
    before = path.read_bytes()

    with Ledger.open(path, writable=False) as ledger:
        dead = ledger.card_with_uid(OTHER_UID)
        with pytest.raises(LedgerError, match="readonly"):
            record(ledger, THIRD_UID, "verified")

    assert dead is not None
    assert dead.is_scrapped
    assert path.read_bytes() == before
    assert version_of(path) == 1


def test_new_ledger_has_the_tables_of_one_brought_up_to_date(path: Path, tmp_path: Path) -> None:
    with Ledger.open(path, writable=True), Ledger.open(tmp_path / "new.db", writable=True):
        pass

    assert schema_of(path) == schema_of(tmp_path / "new.db")


def schema_of(path: Path) -> set[str]:
    """Tables, indexes and triggers, whatever their spacing."""
    with closing(sqlite3.connect(path)) as opened:
        rows = opened.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
        return {" ".join(sql.split()) for (sql,) in rows}


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_update_killed_at_any_statement_leaves_version_1_whole(path: Path, step: int) -> None:
    before = schema_of(path)

    killed(path, step)

    assert schema_of(path) == before
    assert version_of(path) == 1
    assert rows_of_version_1(path) == (list(VERSION_1_CARDS), list(VERSION_1_STAGES))
    with Ledger.open(path, writable=True) as ledger:
        assert len(ledger.cards()) == 3


def test_update_in_several_transactions_would_be_caught(path: Path) -> None:
    before = schema_of(path)

    killed(path, 12, in_one_transaction=False)

    assert schema_of(path) != before


def test_update_that_fails_leaves_version_1_whole(path: Path) -> None:
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("CREATE TABLE presentations (theirs)")

    for writable in (True, False):
        with pytest.raises(LedgerError, match="presentations"):
            Ledger.open(path, writable=writable).__enter__()

    assert version_of(path) == 1
    assert rows_of_version_1(path) == (list(VERSION_1_CARDS), list(VERSION_1_STAGES))
