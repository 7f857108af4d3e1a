"""A database comes to this version's schema, from nothing or from before, or is left alone."""

import importlib
import pkgutil
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import landing.storage
from landing.errors import NotMigratedError, StorageError
from landing.storage.database import make_engine, open_database
from landing.storage.metadata import METADATA
from landing.storage.migrate import migrate
from landing.storage.migrations import head_revision, upgrade
from tests.landing.records import everything, new_database


def test_new_database_comes_to_the_head_and_stays_there(tmp_path: Path) -> None:
    url, lock = _places(tmp_path)

    first, second = migrate(url, lock), migrate(url, lock)

    assert (first.before, first.after) == (None, head_revision())
    assert (second.before, second.after) == (head_revision(), head_revision())


def test_migrations_make_the_tables_that_the_code_names(tmp_path: Path) -> None:
    new_database(tmp_path).close()

    assert _differences(tmp_path) == []


def test_column_that_no_migration_makes_is_found(tmp_path: Path) -> None:
    new_database(tmp_path).close()
    _execute(tmp_path, "ALTER TABLE cards DROP COLUMN station")

    assert len(_differences(tmp_path)) == 1


def test_folder_with_odd_signs_is_fine(tmp_path: Path) -> None:
    folder = tmp_path / "a 100% new folder" / "deep"

    with new_database(folder) as database, database.reading():
        pass

    assert (folder / "wecard.db").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_migration_that_is_rolled_back_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    url, _ = _places(tmp_path)
    engine = make_engine(url, beginning="BEGIN IMMEDIATE", connections=1)

    with engine.connect() as db, db.begin() as transaction:
        upgrade(db)
        transaction.rollback()
    engine.dispose()

    assert everything(tmp_path) == ["BEGIN TRANSACTION;", "COMMIT;"]


def test_database_that_is_not_there_is_neither_opened_nor_made(tmp_path: Path) -> None:
    with pytest.raises(NotMigratedError, match="no database") as caught:
        open_database(*_places(tmp_path))

    assert "wecard-landing migrate" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_empty_database_is_not_migrated(tmp_path: Path) -> None:
    (tmp_path / "wecard.db").touch()

    with pytest.raises(NotMigratedError, match="has schema none"):
        open_database(*_places(tmp_path))


def test_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    new_database(tmp_path).close()
    _execute(tmp_path, "UPDATE alembic_version SET version_num = '9999'")
    before = everything(tmp_path)

    with pytest.raises(NotMigratedError, match="9999"):
        open_database(*_places(tmp_path))
    with pytest.raises(NotMigratedError, match="does not know") as caught:
        migrate(*_places(tmp_path))

    assert "newer" in caught.value.hint
    assert everything(tmp_path) == before


def test_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StorageError, match=r"cannot be made: .*; nothing was migrated"):
        migrate(*_places(tmp_path / "file"))


def _places(folder: Path) -> tuple[str, Path]:
    return f"sqlite:///{folder / 'wecard.db'}", folder / "wecard.db.lock"


def _differences(folder: Path) -> list[object]:
    for module in pkgutil.iter_modules(landing.storage.__path__):
        importlib.import_module(f"landing.storage.{module.name}")
    engine = sa.create_engine(f"sqlite:///{folder / 'wecard.db'}")
    with engine.connect() as db:
        found = compare_metadata(MigrationContext.configure(db), METADATA)
    engine.dispose()
    return list(found)


def _execute(folder: Path, statement: str) -> None:
    connection = sqlite3.connect(folder / "wecard.db", isolation_level=None)
    connection.execute(statement)
    connection.close()
