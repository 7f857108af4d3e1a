"""SQLite: one file, one writer at a time.

Writers that find the database busy poll, which makes a long tail. Every writer therefore waits in
one lock file, where the kernel queues it, before it says ``BEGIN IMMEDIATE``. A connection for
reading cannot write at all.
"""

import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import exc

from landing.errors import ConflictError, StorageError
from landing.storage.lock import write_lock

BUSY_SECONDS = 10  # for a stranger to the lock file, such as a backup
READERS = 16  # connections kept; granian runs fewer threads than that
# The file's pages are looked at where the kernel keeps them, once for all processes, and not
# copied: with a million cards a look-up takes a quarter less. 2 GiB is what SQLite is built for.
_MAPPED_BYTES = 2**31
_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600

Beginning = Literal["BEGIN", "BEGIN IMMEDIATE"]


class SqliteStore:
    """A database file and the lock file where its writers wait."""

    def __init__(self, url: str, lock_path: Path | None) -> None:
        self._path = Path(sa.make_url(url).database or "")
        self._lock_path = lock_path or Path(f"{self._path}.lock")
        self.readers = _make_engine(url, beginning="BEGIN", connections=READERS)
        self.writer = _make_engine(url, beginning="BEGIN IMMEDIATE", connections=1)
        self.name = f"the database at {self._path}"

    @property
    def is_there(self) -> bool:
        """Whether there is a file at all; opening it would make one."""
        return self._path.is_file()

    def prepare(self) -> None:
        """Make the file and its folder, for their owner alone."""
        try:
            self._path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, _PRIVATE_FILE))
        except OSError as error:
            raise StorageError(
                f"{self._path} cannot be made: {error.strerror}; nothing was migrated"
            ) from error

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Begin a transaction that cannot write."""
        with _mapped_errors(), self.readers.connect() as db, db.begin():
            yield db

    @contextmanager
    def writing(self, *, at_once: bool = False) -> Iterator[sa.Connection]:
        """Wait in the lock file, and begin the one transaction that writes."""
        lock = write_lock(self._lock_path, at_once=at_once)
        with _mapped_errors(), lock, self.writer.connect() as db, db.begin():
            yield db

    def empty_log(self) -> bool:
        """Empty the write-ahead log. Source: SQLite, PRAGMA wal_checkpoint(TRUNCATE)."""
        with _mapped_errors(), write_lock(self._lock_path):
            connection = self.writer.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                row = cursor.fetchone()  # busy, pages in the log, pages moved
                cursor.close()
            finally:
                connection.close()
        return row is not None and row[0] == 0

    def close(self) -> None:
        """Give every connection back."""
        self.readers.dispose()
        self.writer.dispose()


class SqliteQuickQuery:
    """One query for one row; its connections cannot write.

    A connection is nobody's while it is not asked on, so that a thread which ends leaves none.
    A row that is the only one ends its own transaction: the log can be emptied behind it.
    """

    def __init__(self, url: str, statement: str) -> None:
        self._address = f"{Path(sa.make_url(url).database or '').as_uri()}?mode=ro"
        self._statement = statement
        self._idle: list[sqlite3.Cursor] = []
        weakref.finalize(self, _close_all, self._idle)

    def one(self, parameter: str) -> tuple[Any, ...] | None:
        """Fetch the row as it stands at this moment."""
        try:
            cursor = self._idle.pop()
        except IndexError:
            cursor = self._open()
        try:
            row: tuple[Any, ...] | None = cursor.execute(self._statement, (parameter,)).fetchone()
        except sqlite3.Error as error:
            cursor.connection.close()
            raise _failure(error) from error
        self._idle.append(cursor)
        return row

    def close(self) -> None:
        """Close the connections that nobody asks on."""
        _close_all(self._idle)

    def _open(self) -> sqlite3.Cursor:
        try:
            connection = sqlite3.connect(
                self._address,
                uri=True,
                isolation_level=None,
                timeout=BUSY_SECONDS,
                check_same_thread=False,  # one thread at a time asks on it, any of them
            )
            connection.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
            return connection.cursor()
        except sqlite3.Error as error:
            raise _failure(error) from error


def _close_all(cursors: list[sqlite3.Cursor]) -> None:
    while cursors:
        cursors.pop().connection.close()


def _make_engine(url: str, *, beginning: Beginning, connections: int) -> sa.Engine:
    """Make an engine whose transactions begin as told; ``BEGIN`` alone cannot write."""
    engine = sa.create_engine(
        url,
        hide_parameters=True,  # personal data never enter a message
        pool_size=connections,
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
    )

    @sa.event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, _: object) -> None:
        for pragma in _pragmas(read_only=beginning == "BEGIN"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(beginning)

    return engine


def _pragmas(*, read_only: bool) -> list[str]:
    # secure_delete overwrites what was erased; synchronous=FULL keeps what was told "sent".
    pragmas = ["journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"]
    return [*pragmas, "foreign_keys = ON", f"query_only = {'ON' if read_only else 'OFF'}"]


@contextmanager
def _mapped_errors() -> Iterator[None]:
    """Turn SQLAlchemy's errors into ours, without the data that caused them."""
    try:
        yield
    except exc.IntegrityError as error:
        raise ConflictError(f"{_said(error)}; nothing was written") from error
    except exc.SQLAlchemyError as error:
        raise _failure(_said(error)) from error


def _failure(said: object) -> StorageError:
    return StorageError(f"the database failed: {said}; nothing was written")


def _said(error: exc.SQLAlchemyError) -> str:
    original: Any = getattr(error, "orig", None)
    return str(original) if original is not None else type(error).__name__
