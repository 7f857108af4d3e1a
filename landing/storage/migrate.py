"""Bring a database to this version's schema, or make a new one."""

from dataclasses import dataclass
from pathlib import Path

from landing.storage.database import Database
from landing.storage.migrations import upgrade


@dataclass(frozen=True, slots=True)
class Migration:
    """From which schema to which; ``before`` is None for a database that was made just now."""

    before: str | None
    after: str


def migrate(url: str, lock_path: Path | None) -> Migration:
    """Bring the database to the head in one transaction; a site in service waits meanwhile.

    Raises:
        NotMigratedError: the schema is one that this version does not know.
        SettingError: the driver for this kind of database is not installed.
        StorageError: the database cannot be made or written; it is as it was.
    """
    with Database(url, lock_path) as database:
        database.store.prepare()
        with database.writing() as db:
            before, after = upgrade(db)
    return Migration(before, after)
