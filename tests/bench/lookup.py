"""The look-up of a tap in small and in very large tables, on SQLite and on PostgreSQL."""

import gc
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from landing.storage.lookup import TapLookup
from tests.bench.figures import Figure, Suite
from tests.landing.records import new_database, sqlite_url
from tests.postgres import PostgresServer, private_server

SIZES = (10_000, 1_000_000, 10_000_000)
ROUNDS, LOOK_UPS = 30, 2_000  # at each size
MOST = 1.5
CARDS_A_PROFILE = 10  # what fills the tables in minutes; the larger table is the cards
_BYTES_A_CARD = 400  # what the larger of the two tables may take on the disk, with room to spare
_STRIDE = 900_001  # between two tokens; 13 digits are enough for all
_SEED = 20261122
_METHOD = (
    f"Tokens of all cards, drawn at random, {CARDS_A_PROFILE} cards to a profile; through"
    f" TapLookup, one after another, in\n{ROUNDS} rounds of {LOOK_UPS:,} look-ups that go from size"
    " to size, after a warm-up of the same length. The tables are\nfilled in the order of the keys,"
    " so their indexes are as dense as they can be. PostgreSQL has its shipped settings,\nbut that"
    " it does not wait for the disk. On the disk: {disk}."
)
_PROFILES = """
INSERT INTO profiles (uid, reference, given_name, family_name, function, company, mobile, phone,
    fax, email, street, postcode, city, country, website, links, photo, logo, language, visible,
    updated_at)
SELECT {uid}, {reference}, 'Prénom', 'Nom', '', 'Société', '+33612345678', '', '',
    'prenom.nom@societe.example', '', '', 'Toulouse', 'FR', '', '[]', '', '', 'fr',
    '["company", "email", "mobile"]', '2026-11-22 14:00:00'
FROM {numbers}
"""
_CARDS = """
INSERT INTO cards (token, state, profile_uid, created_at, state_changed_at)
SELECT {token}, 'active', {owner}, '2026-11-22 14:00:00', '2026-11-22 14:00:00' FROM {numbers}
"""
_SQLITE_WORDS = {
    "uid": "printf('%08x-0000-4000-8000-000000000000', value)",
    "reference": "printf('%08d', value)",
    "owner": f"printf('%08x-0000-4000-8000-000000000000', value / {CARDS_A_PROFILE})",
    "token": f"printf('%013d', value * {_STRIDE})",
}
_POSTGRES_WORDS = {
    "uid": "lpad(to_hex(value), 8, '0') || '-0000-4000-8000-000000000000'",
    "reference": "lpad(value::text, 8, '0')",
    "owner": f"lpad(to_hex(value / {CARDS_A_PROFILE}), 8, '0') || '-0000-4000-8000-000000000000'",
    "token": f"lpad((value::bigint * {_STRIDE})::text, 13, '0')",
}
# What only slows the filling down: no look-up of a tap goes by it. The key is made anew at the end.
_NOT_ASKED = ("fk_cards_profile_uid", "uq_cards_uid", "uq_cards_job_position", "pk_cards")


@dataclass(kw_only=True)
class Table:
    """A database of so many cards, its look-up, and what each look-up took."""

    kind: str
    cards: int
    lookup: TapLookup
    disk_bytes: int
    nanoseconds: list[int] = field(default_factory=list)

    def look_up(self, source: random.Random, times: int) -> list[int]:
        """Look at cards drawn at random; answer how long each took."""
        tokens = [f"{source.randrange(self.cards) * _STRIDE:013d}" for _ in range(times)]
        find, clock, taken = self.lookup.find, time.perf_counter_ns, []
        for token in tokens:
            begun = clock()
            found = find(token)
            taken.append(clock() - begun)
            if found is None or found.version != 1:
                raise AssertionError(f"{token} of {self.cards} cards was not found")
        return taken

    def microseconds(self, percent: float) -> float:
        """What so many of the look-ups took at most."""
        ordered = sorted(self.nanoseconds)
        return ordered[int(len(ordered) * percent / 100)] / 1000


def measure() -> Suite:
    """Fill the tables, look cards up, and clean up; very large tables only where there is room."""
    folder = Path(tempfile.mkdtemp(prefix="wecard-lookup-"))
    sizes = [size for size in SIZES if size * _BYTES_A_CARD < shutil.disk_usage(folder).free]
    figures: list[Figure] = []
    disk = []
    try:
        for kind, filled in (("SQLite", _sqlite_tables), ("PostgreSQL", _postgres_tables)):
            with filled(folder, sizes) as tables:
                _go_round(tables)
            figures += _figures(tables)
            disk += [f"{kind} {table.cards:,} cards {_size(table)}" for table in tables]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    disk += [
        f"no room for {size:,} cards, which were skipped" for size in SIZES if size not in sizes
    ]
    return Suite(
        title="Look-up of a tap",
        method=_METHOD.format(disk="; ".join(disk)),
        figures=tuple(figures),
    )


def _go_round(tables: list[Table]) -> None:
    source = random.Random(_SEED)
    for table in tables:
        table.look_up(source, ROUNDS * LOOK_UPS)
    gc.disable()
    try:
        for _ in range(ROUNDS):
            for table in tables:
                table.nanoseconds += table.look_up(source, LOOK_UPS)
    finally:
        gc.enable()


def _figures(tables: list[Table]) -> Iterator[Figure]:
    smallest = tables[0]
    for table in tables:
        for percent, against in ((50, "p50 at"), (99, "at most 1.5 × p99 at")):
            yield Figure(
                what=f"{table.kind}, {table.cards:,} cards, p{percent}",
                ours=table.microseconds(percent),
                against=f"{against} {smallest.cards:,}",
                theirs=smallest.microseconds(percent) * (MOST if percent == 99 else 1),
                unit="µs",
            )


@contextmanager
def _sqlite_tables(folder: Path, sizes: list[int]) -> Iterator[list[Table]]:
    with ExitStack() as stack:
        tables = []
        for size in sizes:
            path = folder / str(size)
            new_database(path).close()
            _fill_sqlite(path / "wecard.db", size)
            lookup = stack.enter_context(TapLookup(sqlite_url(path)))
            disk = (path / "wecard.db").stat().st_size
            tables.append(Table(kind="SQLite", cards=size, lookup=lookup, disk_bytes=disk))
        yield tables
    for size in sizes:
        shutil.rmtree(folder / str(size))


def _fill_sqlite(path: Path, size: int) -> None:
    numbers = (
        "(WITH RECURSIVE n(value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n LIMIT {})"
        " SELECT value FROM n)"
    )
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -200000"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("DROP INDEX ix_cards_profile_uid")  # no look-up of a tap goes by it
        for statement, rows in ((_PROFILES, size // CARDS_A_PROFILE), (_CARDS, size)):
            db.execute(statement.format(**_SQLITE_WORDS, numbers=numbers.format(rows)))
        db.execute("PRAGMA journal_mode = WAL")


@contextmanager
def _postgres_tables(folder: Path, sizes: list[int]) -> Iterator[list[Table]]:
    with (
        private_server(max_wal_size="8GB", maintenance_work_mem="512MB") as server,
        ExitStack() as stack,
    ):
        tables = []
        for size in sizes:
            url = stack.enter_context(server.database())
            name = url.partition("@/")[2].partition("?")[0]
            _fill_postgres(server, name, size)
            lookup = stack.enter_context(TapLookup(url))
            ((disk,),) = server.execute(f"SELECT pg_database_size('{name}')")
            tables.append(Table(kind="PostgreSQL", cards=size, lookup=lookup, disk_bytes=disk))
        yield tables


def _fill_postgres(server: PostgresServer, name: str, size: int) -> None:
    numbers = "generate_series(0, {}) AS n(value)"
    profiles, cards = (numbers.format(rows - 1) for rows in (size // CARDS_A_PROFILE, size))
    for statement in (
        *(f"ALTER TABLE cards DROP CONSTRAINT {name} CASCADE" for name in _NOT_ASKED),
        "DROP INDEX ix_cards_profile_uid",
        _PROFILES.format(**_POSTGRES_WORDS, numbers=profiles),
        _CARDS.format(**_POSTGRES_WORDS, numbers=cards),
        "ALTER TABLE cards ADD CONSTRAINT pk_cards PRIMARY KEY (token)",
        "VACUUM (FREEZE, ANALYZE) profiles",
        "VACUUM (FREEZE, ANALYZE) cards",
    ):
        server.execute(statement, name)


def _size(table: Table) -> str:
    return f"{table.disk_bytes / 1e6:,.0f} MB"
