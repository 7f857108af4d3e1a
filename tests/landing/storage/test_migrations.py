"""A database comes to this version's schema, from nothing or from before, or is left alone."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import landing.storage
from landing.errors import NotMigratedError, StorageError
from landing.storage.database import Database, open_database
from landing.storage.metadata import METADATA
from landing.storage.migrate import migrate
from landing.storage.migrations import head_revision, upgrade
from tests.landing.records import everything, lock_of, new_database, note_address, sqlite_url
from tests.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A place for a database of either kind, with nothing in it; SQLite's is in ``tmp_path``."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database(migrated=False) as url:
        note_address(tmp_path, url)
        yield url


def test_new_database_comes_to_the_head_and_stays_there(empty_url: str) -> None:
    first, second = migrate(empty_url, None), migrate(empty_url, None)

    assert (first.before, first.after) == (None, head_revision())
    assert (second.before, second.after) == (head_revision(), head_revision())


def test_migrations_make_the_tables_that_the_code_names(database_url: str) -> None:
    assert _differences(database_url) == []


def test_column_that_no_migration_makes_is_found(database_url: str) -> None:
    _execute(database_url, "ALTER TABLE cards DROP COLUMN station")

    assert len(_differences(database_url)) == 1


def test_two_that_migrate_at_once_make_one_schema(empty_url: str, tmp_path: Path) -> None:
    together, found = Barrier(2), list[str | None]()

    def bring_to_the_head() -> None:
        together.wait()
        found.append(migrate(empty_url, lock_of(tmp_path)).before)

    threads = [Thread(target=bring_to_the_head) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [None, head_revision()]


def test_folder_with_odd_signs_is_fine(tmp_path: Path) -> None:
    folder = tmp_path / "a 100% new folder" / "deep"

    with new_database(folder) as database, database.reading():
        pass

    assert (folder / "wecard.db").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_migration_that_is_rolled_back_leaves_the_database_as_it_was(
    empty_url: str, tmp_path: Path
) -> None:
    with Database(empty_url, None) as database:
        database.store.prepare()
        before = everything(tmp_path)

        with pytest.raises(KeyError):
            _upgrade_in_vain(database)

    assert everything(tmp_path) == before
    assert _tables(empty_url) == []


def test_database_that_is_not_there_is_neither_opened_nor_made(tmp_path: Path) -> None:
    with pytest.raises(NotMigratedError, match="no database") as caught:
        open_database(sqlite_url(tmp_path), lock_of(tmp_path))

    assert "wecard-landing migrate" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_empty_database_is_not_migrated(empty_url: str, tmp_path: Path) -> None:
    (tmp_path / "wecard.db").touch()

    with pytest.raises(NotMigratedError, match="has schema none"):
        open_database(empty_url, lock_of(tmp_path))


def test_database_of_a_newer_version_is_left_alone(database_url: str, tmp_path: Path) -> None:
    _execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    before = everything(tmp_path)

    with pytest.raises(NotMigratedError, match="9999"):
        open_database(database_url, lock_of(tmp_path))
    with pytest.raises(NotMigratedError, match="does not know") as caught:
        migrate(database_url, lock_of(tmp_path))

    assert "newer" in caught.value.hint
    assert everything(tmp_path) == before


def test_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StorageError, match=r"cannot be made: .*; nothing was migrated"):
        migrate(sqlite_url(tmp_path / "file"), lock_of(tmp_path / "file"))


def test_database_that_cannot_keep_every_text_is_not_migrated(postgres: PostgresServer) -> None:
    other = "TEMPLATE template0 ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C'"

    with (
        postgres.database(migrated=False, options=other) as url,
        pytest.raises(StorageError, match="LATIN1; nothing was migrated") as caught,
    ):
        migrate(url, None)

    assert "createdb --encoding=UTF8" in caught.value.hint


def _upgrade_in_vain(database: Database) -> None:
    with database.writing() as db:
        upgrade(db)
        raise KeyError


def _tables(url: str) -> list[str]:
    engine = sa.create_engine(url)
    found = sa.inspect(engine).get_table_names()
    engine.dispose()
    return found


def _differences(url: str) -> list[object]:
    for module in pkgutil.iter_modules(landing.storage.__path__):
        importlib.import_module(f"landing.storage.{module.name}")
    engine = sa.create_engine(url)
    with engine.connect() as db:
        found = compare_metadata(MigrationContext.configure(db), METADATA)
    engine.dispose()
    return list(found)


def _execute(url: str, statement: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as db:
        db.exec_driver_sql(statement)
    engine.dispose()
