"""The schema's history, and the runner that brings a database to its head.

Alembic runs in this process, on our connection and in one transaction: there is no alembic.ini
and no env.py, so that it works from an installed package.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from landing.errors import NotMigratedError

_FOLDER = Path(__file__).parent


def head_revision() -> str:
    """The schema that this version works with."""
    head = _scripts().get_current_head()
    assert head is not None  # noqa: S101  (the first migration ships with the package)
    return head


def current_revision(db: sa.Connection) -> str | None:
    """The schema that the database has; None when it has none yet."""
    return MigrationContext.configure(db).get_current_revision()


def upgrade(db: sa.Connection) -> tuple[str | None, str]:
    """Bring the database to the head, in the caller's transaction; tell from where to where.

    Raises:
        NotMigratedError: the schema is one that this version does not know.
    """
    scripts, before, head = _scripts(), current_revision(db), head_revision()
    if before is not None:
        _refuse_unknown(scripts, before)
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    environment = EnvironmentContext(
        config,
        scripts,
        fn=lambda revision, _: scripts._upgrade_revs("head", revision),
    )
    with environment:
        environment.configure(connection=db, transactional_ddl=True)
        environment.run_migrations()
    return before, head


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_FOLDER))


def _refuse_unknown(scripts: ScriptDirectory, revision: str) -> None:
    try:
        scripts.get_revision(revision)
    except CommandError as error:
        raise NotMigratedError(
            f"the database has schema {revision}, which this version does not know;"
            " it was left alone",
            hint="install the version of wecard that made this database, or a newer one",
        ) from error
