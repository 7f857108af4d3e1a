"""What SQLite and PostgreSQL say in different words, for the modules of the tables."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def insert(db: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ``ON CONFLICT``."""
    return sqlite.insert(table) if _is_sqlite(db) else postgresql.insert(table)


def in_byte_order(db: sa.Connection, column: sa.Column[str]) -> sa.ColumnElement[str]:
    """Order by code points, as SQLite does; PostgreSQL would by the language of the database."""
    return column if _is_sqlite(db) else column.collate("C")


def _is_sqlite(db: sa.Connection) -> bool:
    return db.dialect.name == "sqlite"
