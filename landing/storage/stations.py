"""Workstations that may fetch jobs and hand in reports; of their tokens, the hash."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlalchemy as sa

from landing.storage.dialects import in_byte_order
from landing.storage.metadata import METADATA, UtcTime

STATIONS = sa.Table(
    "stations",
    METADATA,
    sa.Column("token_sha256", sa.String(64), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("last_seen_on", sa.Date),
    sa.Column("revoked_at", UtcTime),
)
sa.Index(
    "uq_stations_name_in_use",
    STATIONS.c.name,
    unique=True,
    sqlite_where=STATIONS.c.revoked_at.is_(None),
    postgresql_where=STATIONS.c.revoked_at.is_(None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A workstation; a name stands once among those that are not revoked."""

    token_sha256: str
    name: str
    created_at: datetime
    last_seen_on: date | None = None
    revoked_at: datetime | None = None


def insert_station(db: sa.Connection, station: Station) -> None:
    """Keep a new station."""
    db.execute(sa.insert(STATIONS).values(asdict(station)))


def find_station(db: sa.Connection, token_sha256: str) -> Station | None:
    """Find the station whose token has this hash, revoked or not."""
    rows = _select(db, STATIONS.c.token_sha256 == token_sha256)
    return rows[0] if rows else None


def find_station_by_name(db: sa.Connection, name: str) -> Station | None:
    """Find the station in use that has this name."""
    rows = _select(db, STATIONS.c.name == name, STATIONS.c.revoked_at.is_(None))
    return rows[0] if rows else None


def all_stations(db: sa.Connection) -> list[Station]:
    """List the stations, also those that were revoked, by name and age."""
    return _select(db)


def revoke_station(db: sa.Connection, token_sha256: str, at: datetime) -> None:
    """Let a token count no more, from now on and for good."""
    _update(db, token_sha256, revoked_at=at)


def note_station_seen(db: sa.Connection, token_sha256: str, on: date) -> None:
    """Keep the day on which a station asked for something last."""
    _update(db, token_sha256, last_seen_on=on)


def _update(db: sa.Connection, token_sha256: str, **values: object) -> None:
    db.execute(sa.update(STATIONS).where(STATIONS.c.token_sha256 == token_sha256).values(**values))


def _select(db: sa.Connection, *conditions: sa.ColumnElement[bool]) -> list[Station]:
    rows = db.execute(
        sa.select(STATIONS)
        .where(*conditions)
        .order_by(in_byte_order(db, STATIONS.c.name), STATIONS.c.created_at)
    )
    return [Station(**row) for row in rows.mappings()]
