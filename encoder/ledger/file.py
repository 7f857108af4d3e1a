"""Open the ledger's file: the checks, the migrations, and what to do where it cannot be written."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from encoder.errors import LedgerError
from encoder.ledger.lock import no_writer
from encoder.ledger.schema import APPLICATION_ID, MIGRATIONS

_BUSY_SECONDS = 10.0
# WAL makes files beside the ledger even to read it. Source: SQLite, "Write-Ahead Logging", 5
_FOLDER_IS_READ_ONLY = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
_IN_MEMORY = ":memory:"
_MODE = 0o640  # a job under way is in it, with names and codes: its owner's, and a group's


@contextmanager
def connection(path: Path, *, writable: bool) -> Iterator[sqlite3.Connection]:
    """Open a ledger that has been checked; a writable one is made or brought up to date.

    One that is only read stays as it is on the disk: an older one is brought up to date in memory.

    Raises:
        LedgerError: it is missing, is no ledger, is damaged, or is of a newer version.
    """
    with mapped(path), closing(_writable(path) if writable else readable(path)) as opened:
        if not writable:
            check_whole(opened, path)
        yield opened


def readable(path: Path) -> sqlite3.Connection:
    """Open a ledger to be read, unchecked but for what it is; close it after.

    Raises:
        LedgerError: it is missing, is no ledger, or is of a newer version.
    """
    if not path.exists():
        raise LedgerError(f"there is no ledger at {path}", hint="name the file with --ledger")
    opened = _in_place_or_copied(path)
    try:
        version = _version(opened, path)
        if version == 0:
            raise LedgerError(f"{path} is no ledger yet: no run has written to it")
        if version < len(MIGRATIONS):
            opened = _brought_up_to_date(opened)
        opened.execute("PRAGMA query_only = ON")
    except BaseException:
        opened.close()
        raise
    return opened


@contextmanager
def mapped(path: Path) -> Iterator[None]:
    """Turn every SQLite error into a LedgerError."""
    try:
        yield
    except sqlite3.Error as error:
        raise LedgerError(f"the ledger {path} cannot be used: {error}") from error


@contextmanager
def transaction(opened: sqlite3.Connection) -> Iterator[None]:
    """Do all of the block, or nothing of it; when it ends, it is on the disk."""
    opened.execute("BEGIN IMMEDIATE")
    try:
        yield
        opened.execute("COMMIT")
    except BaseException:
        if opened.in_transaction:  # SQLite itself rolls back when the disk is full
            opened.execute("ROLLBACK")
        raise


def check_whole(opened: sqlite3.Connection, path: Path) -> None:
    """Raise LedgerError where the file's structure is broken."""
    verdict: str = opened.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise LedgerError(
            f"the ledger {path} is damaged: {verdict.splitlines()[-1]}; nothing was changed",
            hint="see what is wrong with: wecard-encoder ledger check; or bring back a backup",
        )


def migrate(opened: sqlite3.Connection) -> None:
    """Bring a ledger up to date, or leave it as it was."""
    opened.execute("PRAGMA foreign_keys = ON")
    with transaction(opened):
        (version,) = opened.execute("PRAGMA user_version").fetchone()
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                opened.execute(statement)
        opened.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        opened.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def copied(opened: sqlite3.Connection) -> sqlite3.Connection:
    """A copy in memory, of one moment, whoever writes meanwhile."""
    copy = in_memory()
    opened.backup(copy)
    return copy


def in_memory() -> sqlite3.Connection:
    """An empty database in memory."""
    return _connect(_IN_MEMORY)


def _connect(path: Path | str) -> sqlite3.Connection:
    return sqlite3.connect(
        path,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,  # the Ledger lets one thread in at a time
    )


def _writable(path: Path) -> sqlite3.Connection:
    if not path.exists():  # one that stands is not opened beside SQLite: closing ends its locks
        _make(path)
    opened = _connect(path)
    try:
        if _version(opened, path):
            check_whole(opened, path)
        opened.execute("PRAGMA journal_mode = WAL")
        opened.execute("PRAGMA synchronous = FULL")
        migrate(opened)
    except BaseException:
        opened.close()
        raise
    return opened


def _make(path: Path) -> None:
    """Make the empty file; SQLite gives the files beside it the same mode.

    Source: SQLite, os_unix.c, findCreateFileMode.
    """
    with suppress(OSError):  # SQLite tells what is wrong with the folder
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE))


def _in_place_or_copied(path: Path) -> sqlite3.Connection:
    opened = _connect(path)
    try:
        opened.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        opened.close()
        if error.sqlite_errorcode & 0xFF not in _FOLDER_IS_READ_ONLY:
            raise
        return _still_copy(path)
    except BaseException:
        opened.close()
        raise
    return opened


def _still_copy(path: Path) -> sqlite3.Connection:
    """A copy in memory of a ledger whose folder cannot be written to.

    Its journal of the last run, where one was left, is read with it.
    """
    with TemporaryDirectory(prefix="wecard-ledger-") as folder, no_writer(path):
        copy = Path(folder) / path.name
        try:
            for suffix in ("", "-wal"):
                source = path.with_name(path.name + suffix)
                if source.exists():
                    shutil.copyfile(source, copy.with_name(source.name))
        except OSError as error:
            raise LedgerError(f"the ledger {path} cannot be read: {error.strerror}") from error
        with closing(_connect(copy)) as opened:
            return copied(opened)


def _brought_up_to_date(opened: sqlite3.Connection) -> sqlite3.Connection:
    with closing(opened):
        copy = copied(opened)
    migrate(copy)
    return copy


def _version(opened: sqlite3.Connection, path: Path) -> int:
    """The version of a ledger; 0 when nothing was written to it yet."""
    (found,) = opened.execute("PRAGMA application_id").fetchone()
    (tables,) = opened.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables and found != APPLICATION_ID:
        raise LedgerError(f"{path} is another program's database, not a ledger")
    (version,) = opened.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise LedgerError(
            f"the ledger {path} has version {version}, this program knows {len(MIGRATIONS)};"
            " nothing was read",
            hint="use the newer wecard-encoder that wrote it",
        )
    return int(version)
