"""One writer at a time, on the disk before it is told, and erased when erased."""

import fcntl
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from landing.errors import StorageError
from landing.storage.cards import CARDS, find_card, insert_card, set_card_state
from landing.storage.database import Database
from landing.storage.jobs import JOBS
from landing.storage.profiles import PROFILES, insert_profile
from tests.landing.records import NOW, ZOE, a_card

Writing = Callable[[], AbstractContextManager[sa.Connection]]

WRITER = """
import sys
from landing.storage.database import open_database
from landing.storage.jobs import JobRecord, insert_job, next_job_number
from tests.landing.records import NOW, POLICY

with open_database(sys.argv[1], None) as database:
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(int(sys.argv[2])):
        with database.writing() as db:
            number = next_job_number(db, 2026)
            insert_job(db, JobRecord(id=f"J-2026-{number:04}", year=2026, number=number,
                                     policy=POLICY, created_at=NOW))
"""


def test_two_processes_writing_at_once_lose_nothing(database: Database, database_url: str) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, database_url, "60"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]

    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    codes = []
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=120)
        codes.append(writer.returncode)

    assert codes == [0, 0]
    with database.reading() as db:
        assert list(db.execute(sa.select(JOBS.c.number).order_by(JOBS.c.number)).scalars()) == list(
            range(1, 121)
        )


def test_writer_holds_the_lock_file_and_the_database(
    sqlite_database: Database, tmp_path: Path
) -> None:
    assert _stays_out(sqlite_database.writing, tmp_path) == (True, True)


def test_writer_without_the_lock_file_is_found(sqlite_database: Database, tmp_path: Path) -> None:
    @contextmanager
    def unlocked() -> Iterator[sa.Connection]:
        with sqlite_database.store.writer.connect() as db, db.begin():
            yield db

    assert _stays_out(unlocked, tmp_path) == (False, True)


def test_writer_that_begins_late_is_found(sqlite_database: Database, tmp_path: Path) -> None:
    sa.event.listen(
        sqlite_database.store.writer,
        "begin",
        lambda db: db.exec_driver_sql("COMMIT").close(),
        insert=False,
    )

    assert _stays_out(sqlite_database.writing, tmp_path) == (True, False)


def test_failed_transaction_leaves_nothing_and_lets_the_next_in(database: Database) -> None:
    card = a_card()

    def fail() -> None:
        with database.writing() as db:
            insert_card(db, card)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.writing() as db:
        found = find_card(db, card.token)

    assert found is None


def test_reader_sees_one_state_and_never_writes(database: Database) -> None:
    card = a_card()
    with database.writing() as db:
        insert_card(db, card)

    with database.reading() as reader:
        before = find_card(reader, card.token)
        with database.writing() as db:
            set_card_state(db, card.token, "encoded", NOW)
        after = find_card(reader, card.token)

    assert before == after == card
    with pytest.raises(StorageError, match=r"read-?only"), database.reading() as db:
        insert_card(db, a_card())


@pytest.mark.parametrize("side", ["readers", "writer"])
@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # FULL
        ("secure_delete", 1),
        ("foreign_keys", 1),
        ("busy_timeout", 10_000),
    ],
)
def test_every_connection_keeps_the_promises(
    sqlite_database: Database, side: str, pragma: str, value: object
) -> None:
    engine: sa.Engine = getattr(sqlite_database.store, side)

    with engine.connect() as db:
        assert db.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


@pytest.mark.parametrize("secure", [True, False], ids=["as-it-is", "seeded-fault"])
def test_deleted_person_is_gone_from_the_file(
    sqlite_database: Database, tmp_path: Path, secure: bool
) -> None:
    with sqlite_database.writing() as db:
        insert_profile(db, ZOE)
    sqlite_database.empty_log()
    if not secure:
        with sqlite_database.store.writer.connect() as db:
            db.exec_driver_sql("PRAGMA secure_delete = OFF")

    with sqlite_database.writing() as db:
        db.execute(sa.delete(PROFILES))
    emptied = sqlite_database.empty_log()

    assert emptied
    assert _stands_in_the_files(tmp_path, ZOE.email) == (not secure)


def test_deleted_person_is_readable_until_the_log_is_emptied(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with sqlite_database.writing() as db:
        insert_profile(db, ZOE)
    with sqlite_database.writing() as db:
        db.execute(sa.delete(PROFILES))

    before = _stands_in_the_files(tmp_path, ZOE.email)
    sqlite_database.empty_log()

    assert before
    assert not _stands_in_the_files(tmp_path, ZOE.email)


def test_data_are_nobody_elses_to_read(tmp_path: Path, sqlite_database: Database) -> None:
    with sqlite_database.writing() as db:
        insert_card(db, a_card())

    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.glob("wecard.db*")}

    assert {"wecard.db", "wecard.db.lock", "wecard.db-wal"} <= modes.keys()
    assert set(modes.values()) == {0o600}


def test_lock_file_that_cannot_be_opened_is_told(tmp_path: Path, sqlite_database: Database) -> None:
    broken = Database(f"sqlite:///{tmp_path / 'wecard.db'}", tmp_path / "nowhere" / "lock")

    with pytest.raises(StorageError, match=r"lock file .*; nothing was written"), broken.writing():
        pass


def test_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "wecard.db"
    path.write_bytes(b"this is a letter, not a database " * 100)
    broken = Database(f"sqlite:///{path}", tmp_path / "wecard.db.lock")

    with pytest.raises(StorageError, match="not a database"), broken.reading() as db:
        db.execute(sa.select(CARDS))


def _stays_out(writing: Writing, folder: Path) -> tuple[bool, bool]:
    """Whether another writer is kept out by the lock file, and by the database."""
    with writing(), (folder / "wecard.db.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            kept_by_lock = False
        except BlockingIOError:
            kept_by_lock = True
        stranger = sqlite3.connect(folder / "wecard.db", timeout=0, isolation_level=None)
        try:
            stranger.execute("BEGIN IMMEDIATE")
            kept_by_database = False
        except sqlite3.OperationalError:
            kept_by_database = True
        finally:
            stranger.close()
    return kept_by_lock, kept_by_database


def _stands_in_the_files(folder: Path, text: str) -> bool:
    return any(text.encode() in path.read_bytes() for path in folder.glob("wecard.db*"))
