"""Bring a database to this version's schema, or make a new one."""

import os
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from landing.errors import StorageError
from landing.storage.database import make_engine, mapped_errors
from landing.storage.lock import write_lock
from landing.storage.migrations import upgrade

_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600


@dataclass(frozen=True, slots=True)
class Migration:
    """From which schema to which; ``before`` is None for a database that was made just now."""

    before: str | None
    after: str


def migrate(url: str, lock_path: Path) -> Migration:
    """Bring the database to the head in one transaction; a site in service waits meanwhile.

    Raises:
        NotMigratedError: the schema is one that this version does not know.
        StorageError: the file cannot be made or written; it is as it was.
    """
    _make_file(Path(sa.make_url(url).database or ""))
    engine = make_engine(url, beginning="BEGIN IMMEDIATE", connections=1)
    try:
        with mapped_errors(), write_lock(lock_path), engine.connect() as db, db.begin():
            before, after = upgrade(db)
    finally:
        engine.dispose()
    return Migration(before, after)


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE_FILE))
    except OSError as error:
        raise StorageError(
            f"{path} cannot be made: {error.strerror}; nothing was migrated"
        ) from error
