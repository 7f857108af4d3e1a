"""Several at one ledger: two commands, many threads, readers beside a run, a read-only folder."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from threading import Thread

import pytest

from encoder.errors import LedgerError
from encoder.ledger import AlreadyBookedError, Ledger
from landing.contract.token import mint_token
from tests.encoder.kit import BENCH, START, TOKEN
from tests.encoder.ledger.cast import (
    OTHER_TOKEN,
    OTHER_UID,
    UID,
    WHOLE,
    book,
    card,
    contents,
    record,
    shown,
    version_1,
)

NOBODY = 65534

# Books a card, says so, and waits to be ended with its ledger open.
WRITING = """
import sys
from pathlib import Path
from encoder.ledger import Ledger
from tests.encoder.kit import BENCH, START
from tests.encoder.ledger.cast import OTHER_TOKEN, OTHER_UID, card

with Ledger.open(Path(sys.argv[1]), writable=True) as ledger:
    ledger.begin(card(OTHER_UID, OTHER_TOKEN), at=START, by=BENCH)
    print("booked", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with one card that is done."""
    return book(tmp_path / "ledger.db", card(), *WHOLE)


@contextmanager
def writer(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that has the ledger open, and booked the other card."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITING, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"booked\n"
        yield process
        process.kill()


def test_one_command_at_a_time_writes_and_others_may_read(path: Path) -> None:
    with Ledger.open(path, writable=True):
        with pytest.raises(LedgerError, match="another command"), Ledger.open(path, writable=True):
            pass
        with Ledger.open(path, writable=False) as reader:
            found = reader.cards()

    assert len(found) == 1


def test_second_command_is_told_who_writes(path: Path) -> None:
    with writer(path) as process, pytest.raises(LedgerError) as caught:
        Ledger.open(path, writable=True).__enter__()

    assert re.search(rf"\(process {process.pid}: -c .*OTHER_UID", str(caught.value), re.DOTALL)
    assert "no card was touched" in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("left", [b"", b"no number", b"4194305", b"\xff"])
def test_lock_that_names_nobody_is_told_without_a_name(path: Path, left: bytes) -> None:
    with Ledger.open(path, writable=True):
        path.with_name("ledger.db.lock").write_bytes(left)

        with pytest.raises(LedgerError, match="another command") as caught:
            Ledger.open(path, writable=True).__enter__()

    assert "-c" not in str(caught.value)


def test_ledger_can_be_written_again_after_its_writer_is_gone(path: Path) -> None:
    with writer(path):
        pass

    with Ledger.open(path, writable=True) as ledger:
        assert len(ledger.cards()) == 2


def test_reading_goes_on_beside_a_writer(path: Path) -> None:
    with Ledger.open(path, writable=True) as run, Ledger.open(path, writable=False) as reader:
        run.begin(card(OTHER_UID, OTHER_TOKEN), at=START, by=BENCH)

        assert [found.uid for found in reader.cards()] == [UID, OTHER_UID]


def test_ledger_opened_to_be_read_cannot_be_written(path: Path) -> None:
    before = contents(path)

    with (
        Ledger.open(path, writable=False) as ledger,
        pytest.raises(LedgerError, match="readonly"),
    ):
        ledger.begin(card(OTHER_UID, OTHER_TOKEN), at=START, by=BENCH)

    assert contents(path) == before


def test_threads_of_one_process_share_a_ledger(path: Path) -> None:
    def work(reader: int) -> None:
        for number in range(25):
            uid = f"04{reader:02X}{number:010X}"
            ledger.begin(card(uid, mint_token()), at=START, by=BENCH)
            record(ledger, uid, *WHOLE)
            ledger.present(shown(uid=uid), at=START, by=BENCH)

    with Ledger.open(path, writable=True) as ledger:
        threads = [Thread(target=work, args=(reader,)) for reader in range(1, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = ledger.cards()

    assert len(found) == 101
    assert all(booked.is_done for booked in found)
    assert len(contents(path)["presentations"]) == 100


@pytest.mark.parametrize("has_turns", [True, False])
def test_thread_waits_for_the_one_that_writes(has_turns: bool, path: Path) -> None:
    """Seeded fault: without turns, the second is thrown into the first one's transaction."""
    outcomes: list[str] = []

    def work() -> None:
        try:
            ledger.begin(card(OTHER_UID, OTHER_TOKEN), at=START, by=BENCH)
            outcomes.append("booked")
        except LedgerError as error:
            outcomes.append(str(error))

    with Ledger.open(path, writable=True) as ledger:
        if not has_turns:
            ledger._turn = nullcontext()  # type: ignore[assignment]
        second = Thread(target=work)
        with ledger._writing():
            second.start()
            second.join(timeout=0.3)
            meanwhile = list(outcomes)
        second.join()

    assert meanwhile == ([] if has_turns else outcomes)
    assert outcomes == ["booked"] if has_turns else "within a transaction" in outcomes[0]


def test_of_two_readers_with_one_token_one_is_refused(path: Path) -> None:
    outcomes: list[str | None] = []
    tokens = [mint_token() for _ in range(20)]

    def work(reader: int) -> None:
        for number, token in enumerate(tokens):
            try:
                ledger.begin(card(f"04{reader:02X}{number:010X}", token), at=START, by=BENCH)
            except AlreadyBookedError as error:
                outcomes.append(error.card.token)
            else:
                outcomes.append(None)

    with Ledger.open(path, writable=True) as ledger:
        threads = [Thread(target=work, args=(reader,)) for reader in (1, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(filter(None, outcomes)) == sorted(tokens)
    assert outcomes.count(None) == 20
    assert len(contents(path)["stages"]) == 5 + 20


def test_booking_looks_a_card_up_by_an_index(path: Path) -> None:
    """However many cards there are: no look-up reads a whole table."""
    statements: list[str] = []
    with Ledger.open(path, writable=True) as ledger:
        ledger._db.set_trace_callback(statements.append)
        ledger.card_with_uid(UID)
        ledger.card_with_token(TOKEN)
        ledger.begin(card(OTHER_UID, OTHER_TOKEN), at=START, by=BENCH)
        record(ledger, OTHER_UID, *WHOLE)
        ledger.present(shown(uid=OTHER_UID), at=START, by=BENCH)
        ledger.reported_since("J-1", 5)
        ledger._db.set_trace_callback(None)

        whole = [plan for text in statements for plan in plans_of(ledger._db, text)]
        seeded = plans_of(ledger._db, "SELECT * FROM stages WHERE stage = 'begun'")

    assert len(statements) > 20
    assert [plan for plan in whole if "SCAN" in plan] == []
    assert any("SCAN" in plan for plan in seeded)


def plans_of(opened: sqlite3.Connection, statement: str) -> list[str]:
    """How SQLite goes about a statement; nothing for one that has no plan."""
    if statement.split()[0] not in ("SELECT", "INSERT", "UPDATE"):
        return []
    return [row[3] for row in opened.execute(f"EXPLAIN QUERY PLAN {statement}")]


def test_reading_where_nothing_is_says_so(tmp_path: Path) -> None:
    path = tmp_path / "none.db"

    with pytest.raises(LedgerError, match="there is no ledger"), Ledger.open(path, writable=False):
        pass

    assert not path.exists()


def test_missing_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "ledger.db"

    with pytest.raises(LedgerError, match="nowhere"), Ledger.open(path, writable=True):
        pass


def test_failed_commit_leaves_the_ledger_usable(path: Path) -> None:
    with Ledger.open(path, writable=True) as ledger:
        (pages,) = ledger._db.execute("PRAGMA page_count").fetchone()
        ledger._db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(LedgerError, match="full"):
            begin_many(ledger)
        booked = len(ledger.cards())
        ledger._db.execute(f"PRAGMA max_page_count = {pages + 100}")
        ledger.begin(card(OTHER_UID, OTHER_TOKEN), at=START, by=BENCH)

        assert len(ledger.cards()) == booked + 1


def begin_many(ledger: Ledger) -> None:
    """Book more than the file has room for."""
    for number in range(1000):
        ledger.begin(card(f"04{number:012X}", mint_token()), at=START, by=BENCH)


@pytest.mark.parametrize(("stands_as", "mode"), [(None, 0o640), (0o644, 0o644), (0o600, 0o600)])
def test_new_ledger_is_for_its_owner_and_group_and_one_that_stands_as_it_was_set(
    tmp_path: Path, stands_as: int | None, mode: int
) -> None:
    path = tmp_path / "ledger.db"
    if stands_as is not None:
        path.touch()
        path.chmod(stands_as)
    before = os.umask(0o022)

    try:
        with Ledger.open(path, writable=True) as ledger:
            ledger.begin(card(UID, TOKEN), at=START, by=BENCH)
            files = [path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))]
            modes = {file.stat().st_mode & 0o777 for file in files}
    finally:
        os.umask(before)

    assert modes == {mode}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that everyone may look into."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Be someone who may not write in a folder, whoever runs the tests."""
    folder.chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o755)


def uids_in(path: Path) -> list[str]:
    """What a reading verb finds."""
    with Ledger.open(path, writable=False) as ledger:
        return [found.uid for found in ledger.cards()]


def test_ledger_in_a_read_only_folder_can_be_read(folder: Path) -> None:
    path = book(folder / "ledger.db", card(), *WHOLE)
    before = sorted(folder.iterdir())

    with read_only(folder):
        found = uids_in(path)

    assert found == [UID]
    assert sorted(folder.iterdir()) == before


def test_plain_opening_in_a_read_only_folder_would_fail(folder: Path) -> None:
    path = book(folder / "ledger.db", card(), *WHOLE)

    with (
        read_only(folder),
        closing(sqlite3.connect(path)) as opened,
        pytest.raises(sqlite3.OperationalError),
    ):
        opened.execute("SELECT * FROM cards")


def test_ledger_of_version_1_in_a_read_only_folder_can_be_read(folder: Path) -> None:
    path = version_1(folder / "ledger.db")

    with read_only(folder):
        found = uids_in(path)

    assert len(found) == 3


@pytest.mark.parametrize("without", ["", "-shm"])
def test_cards_booked_ahead_of_a_crash_are_read_in_a_read_only_folder(
    folder: Path, without: str
) -> None:
    path = book(folder / "ledger.db", card())
    with writer(path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
    if without:
        path.with_name(path.name + without).unlink()

    with read_only(folder):
        found = uids_in(path)

    assert found == [UID, OTHER_UID]


def test_read_only_folder_is_read_beside_a_run(folder: Path) -> None:
    path = book(folder / "ledger.db", card())

    with writer(path), read_only(folder):
        found = uids_in(path)

    assert found == [UID, OTHER_UID]


def test_unreadable_ledger_is_told(folder: Path) -> None:
    path = book(folder / "ledger.db", card())
    path.chmod(0o000)

    with read_only(folder), pytest.raises(LedgerError, match="cannot be"):
        uids_in(path)
