"""Open the ledger's file: the lock of the one writer, the checks, the migrations."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from encoder.errors import LedgerError
from encoder.ledger.schema import APPLICATION_ID, MIGRATIONS

_BUSY_SECONDS = 10.0


@contextmanager
def writer_lock(path: Path) -> Iterator[None]:
    """Be the only command that writes to this ledger, for as long as the block lasts.

    Raises:
        LedgerError: another command writes to it, or its folder cannot be written to.
    """
    lock = path.with_name(path.name + ".lock")
    try:
        handle = lock.open("a")
    except OSError as error:
        raise LedgerError(
            f"the ledger's folder {path.parent} cannot be written to: {error.strerror}",
            hint="make the folder, or name another file with --ledger",
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise LedgerError(
                f"another command is writing to the ledger {path}; no card was touched",
                hint="let the other run end, or name another file with --ledger",
            ) from error
        yield


@contextmanager
def connection(path: Path, *, writable: bool) -> Iterator[sqlite3.Connection]:
    """Open a ledger that has been checked; a writable one is made or brought up to date.

    Raises:
        LedgerError: it is missing, is no ledger, is damaged, or is of a newer version.
    """
    if not writable and not path.exists():
        raise LedgerError(f"there is no ledger at {path}", hint="name the file with --ledger")
    with mapped(path):
        opened = sqlite3.connect(
            path,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,  # the Ledger lets one thread in at a time
        )
    try:
        with mapped(path):
            _check(opened, path)
            if writable:
                _prepare(opened)
            elif _version(opened) < len(MIGRATIONS):
                raise LedgerError(f"{path} is no ledger yet: no run has written to it")
        yield opened
    finally:
        opened.close()


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


def _check(opened: sqlite3.Connection, path: Path) -> None:
    found = opened.execute("PRAGMA application_id").fetchone()[0]
    tables = opened.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables and found != APPLICATION_ID:
        raise LedgerError(f"{path} is another program's database, not a ledger")
    version = _version(opened)
    if version > len(MIGRATIONS):
        raise LedgerError(
            f"the ledger {path} has version {version}, this program knows {len(MIGRATIONS)};"
            " nothing was read",
            hint="use the newer wecard-encoder that wrote it",
        )
    verdict: str = opened.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise LedgerError(f"the ledger {path} is damaged: {verdict.splitlines()[-1]}")


def _prepare(opened: sqlite3.Connection) -> None:
    opened.execute("PRAGMA journal_mode = WAL")
    opened.execute("PRAGMA synchronous = FULL")
    opened.execute("PRAGMA foreign_keys = ON")
    with transaction(opened):
        for version, statements in enumerate(MIGRATIONS, start=1):
            if version > _version(opened):
                for statement in statements:
                    opened.execute(statement)
                opened.execute(f"PRAGMA user_version = {version}")
        opened.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _version(opened: sqlite3.Connection) -> int:
    version: int = opened.execute("PRAGMA user_version").fetchone()[0]
    return version
