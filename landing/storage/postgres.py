"""PostgreSQL: many web processes on many hosts, one database.

A reader sees one state of the data (REPEATABLE READ) and cannot write. Writers come one after
another, as on SQLite: each takes an advisory lock first and keeps it until its transaction ends.
The chain of consent events and the numbers of jobs are made from what stands there last, which
holds only while nobody else writes; and what is written is little. The lock comes before the
first look at the data, so READ COMMITTED shows the writer all that those before it committed.
"""

import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg.types.string import StrDumper
from sqlalchemy import exc

from landing.errors import BusyError, ConflictError, StorageError

READERS = 16  # connections at most; granian runs fewer threads than that
LOCK_SECONDS = 20.0
CONNECT_SECONDS = 10
WRITERS_LOCK = int.from_bytes(b"wecard", "big")  # one number a database, known to every process
_LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL, Appendix A
_DATA_EXCEPTION = "22"
_HINT = "see that PostgreSQL runs, and lets this name in; then run the command again"
_BUSY_HINT = (
    "try again in a moment; if it stays so, find who keeps the lock with:"
    " SELECT * FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory'"
)


class PostgresStore:
    """A database of a PostgreSQL server."""

    is_there = True  # whether it is, the first connection tells

    def __init__(self, url: str) -> None:
        self.name = _name(sa.make_url(url))
        self.readers = _make_engine(url, connections=READERS, isolation="REPEATABLE READ")
        self.writer = _make_engine(url, connections=1, isolation="READ COMMITTED")

        @sa.event.listens_for(self.readers, "connect")
        def find_no_nul(connection: psycopg.Connection[Any], _: object) -> None:
            connection.adapters.register_dumper(str, NoNulDumper)

    def prepare(self) -> None:
        """Refuse a database that cannot keep every text."""
        with self.reading() as db:
            encoding = db.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise StorageError(
                f"{self.name} has the encoding {encoding}; nothing was migrated",
                hint="make it anew with: createdb --encoding=UTF8 --template=template0 NAME",
            )

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Begin a transaction that sees one state of the data and cannot write."""
        with self._mapped_errors("nothing was written"), self.readers.connect() as db, db.begin():
            yield db

    @contextmanager
    def writing(self, *, at_once: bool = False) -> Iterator[sa.Connection]:
        """Begin a transaction, and wait in it until nobody else writes."""
        give_up = time.monotonic() + (0 if at_once else LOCK_SECONDS)
        with self._mapped_errors(), self.writer.connect() as db, db.begin():
            milliseconds = max(1, round((give_up - time.monotonic()) * 1000))
            db.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
            db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS_LOCK})")
            yield db

    def empty_log(self) -> bool:
        """Nothing to do: there is no log beside the data that a command of ours could empty.

        What was erased is a dead row until autovacuum clears it away, and stands in the server's
        write-ahead log for as long as that is kept; both are the server's to see to.
        """
        return True

    def close(self) -> None:
        """Give every connection back."""
        self.readers.dispose()
        self.writer.dispose()

    @contextmanager
    def _mapped_errors(self, after_a_loss: str = "") -> Iterator[None]:
        """Turn SQLAlchemy's errors into ours, without the data that caused them."""
        try:
            yield
        except exc.IntegrityError as error:
            raise ConflictError(f"{_said(error)}; nothing was written") from error
        except exc.SQLAlchemyError as error:
            if _is_busy(error):
                raise self._busy() from error
            outcome = "nothing was written"
            if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
                outcome = after_a_loss or "look whether it was written"  # the commit may be lost
            raise StorageError(
                f"{self.name} failed: {_said(error)}; {outcome}", hint=_HINT
            ) from error

    def _busy(self) -> BusyError:
        return BusyError(
            f"another command or request has been writing to {self.name} for {LOCK_SECONDS:g} s;"
            " nothing was written",
            hint=_BUSY_HINT,
        )


class PostgresQuickQuery:
    """One query for one row, prepared on each of its connections, which cannot write.

    A connection is nobody's while it is not asked on, so that a thread which ends leaves none.
    """

    def __init__(self, url: str, statement: str) -> None:
        self._words = driver_words(url)
        self._name = _name(sa.make_url(url))
        self._statement = statement.replace("?", "%s").encode()
        self._idle: list[psycopg.Cursor[tuple[Any, ...]]] = []
        weakref.finalize(self, _close_all, self._idle)

    def one(self, parameter: str) -> tuple[Any, ...] | None:
        """Fetch the row as it stands at this moment; a restart of the server is not noticed."""
        try:
            try:
                return self._ask(self._idle.pop(), parameter)
            except (IndexError, psycopg.OperationalError):
                self.close()  # where one connection was lost, so were the others
                return self._ask(self._open(), parameter)
        except psycopg.Error as error:
            raise StorageError(
                f"{self._name} failed: {told(error)}; nothing was written", hint=_HINT
            ) from error

    def close(self) -> None:
        """Close the connections that nobody asks on."""
        _close_all(self._idle)

    def _ask(
        self, cursor: psycopg.Cursor[tuple[Any, ...]], parameter: str
    ) -> tuple[Any, ...] | None:
        try:
            row = cursor.execute(self._statement, (parameter,), prepare=True).fetchone()
        except psycopg.Error:
            cursor.connection.close()
            raise
        self._idle.append(cursor)
        return row

    def _open(self) -> psycopg.Cursor[tuple[Any, ...]]:
        connection = psycopg.connect(**self._words, autocommit=True)
        connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        connection.adapters.register_dumper(str, NoNulDumper)
        return connection.cursor(binary=True)


def _close_all(cursors: list[psycopg.Cursor[tuple[Any, ...]]]) -> None:
    while cursors:
        cursors.pop().connection.close()


class NoNulDumper(StrDumper):
    """Lets a text with a NUL find nothing, as in SQLite; PostgreSQL keeps none and takes none.

    For readers only, who can write nothing: U+FFFF stands in no text, as it is no character.
    """

    def dump(self, obj: str) -> Any:
        """Write the text as it is, or as one that stands nowhere."""
        return super().dump(obj.replace("\0", "\uffff") if "\0" in obj else obj)


def driver_words(url: str) -> dict[str, Any]:
    """What psycopg takes to connect to the address."""
    parts = sa.make_url(url)
    words: dict[str, Any] = dict(parts.translate_connect_args(username="user", database="dbname"))
    return {"connect_timeout": CONNECT_SECONDS} | words | dict(parts.query)


def told(error: psycopg.Error) -> str:
    """What went wrong, without the values of the row, which PostgreSQL quotes in its details."""
    if (error.sqlstate or "").startswith(_DATA_EXCEPTION):
        return type(error).__name__  # its first line, too, may quote a value
    return error.diag.message_primary or str(error).partition("\n")[0]


def _make_engine(url: str, *, connections: int, isolation: str) -> sa.Engine:
    engine = sa.create_engine(
        url,
        hide_parameters=True,  # personal data never enter a message
        pool_size=connections,
        max_overflow=0,
        pool_timeout=LOCK_SECONDS,
        pool_pre_ping=True,
        execution_options={
            "isolation_level": isolation,
            "postgresql_readonly": isolation == "REPEATABLE READ",
        },
    )

    @sa.event.listens_for(engine, "do_connect")
    def connect(_: object, __: object, words: Any, arguments: dict[str, Any]) -> None:
        arguments.setdefault("connect_timeout", CONNECT_SECONDS)

    @sa.event.listens_for(engine, "handle_error")
    def drop_values(context: sa.engine.ExceptionContext) -> None:
        original = context.original_exception
        if isinstance(original, psycopg.Error):
            original.args = (told(original),)
            if context.sqlalchemy_exception is not None:
                context.sqlalchemy_exception.args = original.args

    return engine


def _is_busy(error: exc.SQLAlchemyError) -> bool:
    original = getattr(error, "orig", None)
    locked = isinstance(original, psycopg.Error) and original.sqlstate == _LOCK_NOT_AVAILABLE
    return locked or isinstance(error, exc.TimeoutError)


def _said(error: exc.SQLAlchemyError) -> str:
    original = getattr(error, "orig", None)
    return told(original) if isinstance(original, psycopg.Error) else type(error).__name__


def _name(url: sa.URL) -> str:
    """The database as messages name it: never with the password."""
    host = url.host or url.query.get("host") or "this machine"
    return f"the PostgreSQL database {url.database} at {host}"
