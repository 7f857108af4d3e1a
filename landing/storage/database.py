"""Open the database, and hand out connections for reading and for writing.

SQLite has one writer at a time, and writers that find it busy poll, which makes a long tail.
Every writer therefore waits in one lock file, where the kernel queues it, before it says
``BEGIN IMMEDIATE``. A connection for reading cannot write at all.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import sqlalchemy as sa
from sqlalchemy import exc

from landing.errors import ConflictError, NotMigratedError, StorageError
from landing.storage.lock import write_lock
from landing.storage.migrations import current_revision, head_revision

BUSY_SECONDS = 10  # for a stranger to the lock file, such as a backup
READERS = 16  # connections kept; granian runs fewer threads than that

Beginning = Literal["BEGIN", "BEGIN IMMEDIATE"]


class Database:
    """One database and its lock file; safe to share between threads, not over a fork."""

    def __init__(self, url: str, lock_path: Path) -> None:
        self._lock_path = lock_path
        self._readers = make_engine(url, beginning="BEGIN", connections=READERS)
        self._writer = make_engine(url, beginning="BEGIN IMMEDIATE", connections=1)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one state of the data and cannot write.

        Raises:
            StorageError: the database could not be read, or a write was tried.
        """
        with mapped_errors(), self._readers.connect() as db, db.begin():
            yield db

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give the one connection that may write; commits at the end, rolls back on an exception.

        Never take a second one inside: it would wait for the first in vain.

        Raises:
            BusyError: another writer did not end in time; nothing was written.
            ConflictError: a row that must be unique exists already; nothing was written.
            StorageError: the database could not be written; nothing was.
        """
        with mapped_errors(), write_lock(self._lock_path), self._writer.connect() as db, db.begin():
            yield db

    def empty_log(self) -> bool:
        """Empty the write-ahead log, where what was erased can still be read; call it after that.

        False: a reader was in the way for too long, and the log is as it was.
        Source: SQLite, PRAGMA wal_checkpoint(TRUNCATE).
        """
        with mapped_errors(), write_lock(self._lock_path):
            connection = self._writer.raw_connection()
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
        self._readers.dispose()
        self._writer.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_database(url: str, lock_path: Path) -> Database:
    """Open a database that is at this version's schema; close it, or use it as a context.

    Raises:
        NotMigratedError: there is no database, or its schema is an older or a newer one.
        StorageError: the file cannot be read.
    """
    path = Path(sa.make_url(url).database or "")
    if not path.is_file():
        raise NotMigratedError(f"there is no database at {path} yet")
    database = Database(url, lock_path)
    try:
        with database.reading() as db:
            found = current_revision(db)
    except BaseException:
        database.close()
        raise
    head = head_revision()
    if found != head:
        database.close()
        raise NotMigratedError(
            f"the database has schema {found or 'none'}, this version works with {head};"
            " nothing was read or written"
        )
    return database


def make_engine(url: str, *, beginning: Beginning, connections: int) -> sa.Engine:
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
def mapped_errors() -> Iterator[None]:
    """Turn SQLAlchemy's errors into ours, without the data that caused them."""
    try:
        yield
    except exc.IntegrityError as error:
        raise ConflictError(f"{_said(error)}; nothing was written") from error
    except exc.SQLAlchemyError as error:
        raise StorageError(f"the database failed: {_said(error)}; nothing was written") from error


def _said(error: exc.SQLAlchemyError) -> str:
    original: Any = getattr(error, "orig", None)
    return str(original) if original is not None else type(error).__name__
