"""Open the database, and hand out connections for reading and for writing.

What SQLite and PostgreSQL do differently stands in ``sqlite.py`` and ``postgres.py``.
"""

from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Protocol, Self

import sqlalchemy as sa

from landing.errors import NotMigratedError, SettingError
from landing.storage.migrations import current_revision, head_revision
from landing.storage.sqlite import SqliteQuickQuery, SqliteStore

_SQLITE = "sqlite:"


class Store(Protocol):
    """What differs from one kind of database to the other; ``name`` is for messages."""

    name: str
    readers: sa.Engine
    writer: sa.Engine

    @property
    def is_there(self) -> bool:
        """Whether there is something to open."""

    def prepare(self) -> None:
        """See that there is something to migrate."""

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """Begin a transaction that cannot write."""

    def writing(self, *, at_once: bool = False) -> AbstractContextManager[sa.Connection]:
        """Begin the one transaction that writes."""

    def empty_log(self) -> bool:
        """Have what was erased leave the log."""

    def close(self) -> None:
        """Give every connection back."""


class QuickQuery(Protocol):
    """One query for one row, on as many of the driver's own connections as ask at a time."""

    def one(self, parameter: str) -> tuple[Any, ...] | None:
        """Fetch the row as it stands at this moment."""

    def close(self) -> None:
        """Close the connections that nobody asks on."""


class Database:
    """One database; safe to share between threads, not over a fork."""

    def __init__(self, url: str, lock_path: Path | None) -> None:
        self.store = store_at(url, lock_path)

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """Give a connection that sees one state of the data and cannot write.

        Raises:
            StorageError: the database could not be read, or a write was tried.
        """
        return self.store.reading()

    def writing(self, *, at_once: bool = False) -> AbstractContextManager[sa.Connection]:
        """Give the one connection that may write; commits at the end, rolls back on an exception.

        Never take a second one inside: it would wait for the first in vain. ``at_once`` is for
        what is not worth waiting for.

        Raises:
            BusyError: another writer did not end in time; nothing was written.
            ConflictError: a row that must be unique exists already; nothing was written.
            StorageError: the database could not be written; nothing was, unless it is said.
        """
        return self.store.writing(at_once=at_once)

    def empty_log(self) -> bool:
        """Empty the write-ahead log, where what was erased can still be read; call it after that.

        False: a reader was in the way for too long, and the log is as it was.
        """
        return self.store.empty_log()

    def close(self) -> None:
        """Give every connection back."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_database(url: str, lock_path: Path | None) -> Database:
    """Open a database that is at this version's schema; close it, or use it as a context.

    Raises:
        NotMigratedError: there is no database, or its schema is an older or a newer one.
        SettingError: the driver for this kind of database is not installed.
        StorageError: the database cannot be read.
    """
    database = Database(url, lock_path)
    try:
        _refuse_other_schema(database.store)
    except BaseException:
        database.close()
        raise
    return database


def store_at(url: str, lock_path: Path | None) -> Store:
    """Choose by the address; SQLite's writers wait in ``lock_path``, or beside the database.

    Raises:
        SettingError: the driver for this kind of database is not installed.
    """
    if url.startswith(_SQLITE):
        return SqliteStore(url, lock_path)
    store: Store = _postgres().PostgresStore(url)
    return store


def quick_query_at(url: str, statement: str) -> QuickQuery:
    """Choose by the address, too; ``statement`` has one ``?`` and finds one row at most.

    Raises:
        SettingError: the driver for this kind of database is not installed.
    """
    if url.startswith(_SQLITE):
        return SqliteQuickQuery(url, statement)
    query: QuickQuery = _postgres().PostgresQuickQuery(url, statement)
    return query


def _postgres() -> ModuleType:
    """Import what PostgreSQL needs, which is not installed everywhere."""
    try:
        return import_module("landing.storage.postgres")
    except ImportError as error:
        raise SettingError(
            "WECARD_DATABASE_URL",
            "names a PostgreSQL database, and psycopg is not installed",
            "install it with: pip install 'wecard[postgres]'",
        ) from error


def _refuse_other_schema(store: Store) -> None:
    if not store.is_there:
        raise NotMigratedError(f"there is no{store.name.removeprefix('the')} yet")
    with store.reading() as db:
        found = current_revision(db)
    head = head_revision()
    if found != head:
        raise NotMigratedError(
            f"{store.name} has schema {found or 'none'}, this version works with {head};"
            " nothing was read or written"
        )
