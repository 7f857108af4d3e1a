"""What the site's tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from landing.storage.database import Database, open_database
from tests.landing.records import lock_of, new_database, note_address, sqlite_url
from tests.postgres import PostgresServer, private_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for all tests."""
    with private_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """A new PostgreSQL database, at this version's schema."""
    with postgres.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database of either kind, at this version's schema; SQLite's is in ``tmp_path``."""
    if request.param == "sqlite":
        new_database(tmp_path).close()
        return sqlite_url(tmp_path)
    url: str = request.getfixturevalue("postgres_url")
    note_address(tmp_path, url)
    return url


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    """A new database of either kind, open."""
    with open_database(database_url, lock_of(tmp_path)) as opened:
        yield opened


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    """A new SQLite database in ``tmp_path``, open."""
    with new_database(tmp_path) as opened:
        yield opened


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[Database]:
    """A new PostgreSQL database, open."""
    with open_database(postgres_url, None) as opened:
        yield opened
