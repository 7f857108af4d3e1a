"""Jobs in the database: their numbers and policies; their cards stand among the cards."""

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from landing.contract.documents import Policy
from landing.storage.dialects import in_byte_order
from landing.storage.metadata import METADATA, UtcTime

JOBS = sa.Table(
    "jobs",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("chips", sa.Text, nullable=False),
    sa.Column("protection", sa.Text, nullable=False),
    sa.Column("require_genuine", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("released_at", UtcTime),
    sa.Column("cancelled_at", UtcTime),
    sa.UniqueConstraint("year", "number"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A job as the site keeps it; ``released_at`` is None until its file is known to be out.

    ``cancelled_at`` is when its cards that were not encoded yet were withdrawn.
    """

    id: str
    year: int
    number: int
    policy: Policy
    created_at: datetime
    released_at: datetime | None = None
    cancelled_at: datetime | None = None


def next_job_number(db: sa.Connection, year: int) -> int:
    """The number after the year's last; call it where nobody else can write."""
    last = db.execute(sa.select(sa.func.max(JOBS.c.number)).where(JOBS.c.year == year)).scalar_one()
    return int(last or 0) + 1


def insert_job(db: sa.Connection, job: JobRecord) -> None:
    """Keep a new job."""
    db.execute(
        sa.insert(JOBS).values(
            id=job.id,
            year=job.year,
            number=job.number,
            chips=json.dumps(job.policy.chips),
            protection=job.policy.protection,
            require_genuine=job.policy.require_genuine,
            created_at=job.created_at,
            released_at=job.released_at,
            cancelled_at=job.cancelled_at,
        )
    )


def find_job(db: sa.Connection, job: str) -> JobRecord | None:
    """Find a job by its name, ``J-2026-0001``."""
    row = db.execute(sa.select(JOBS).where(JOBS.c.id == job)).mappings().one_or_none()
    return None if row is None else _job(row)


def unreleased_jobs(db: sa.Connection) -> list[JobRecord]:
    """List the jobs whose file may never have been written."""
    rows = db.execute(
        sa.select(JOBS).where(JOBS.c.released_at.is_(None)).order_by(in_byte_order(db, JOBS.c.id))
    )
    return [_job(row) for row in rows.mappings()]


def release_job(db: sa.Connection, job: str, at: datetime) -> None:
    """Note that a job's file is out."""
    db.execute(sa.update(JOBS).where(JOBS.c.id == job).values(released_at=at))


def cancel_job(db: sa.Connection, job: str, at: datetime) -> None:
    """Note that no further card is to be made of a job."""
    db.execute(sa.update(JOBS).where(JOBS.c.id == job).values(cancelled_at=at))


def delete_job(db: sa.Connection, job: str) -> None:
    """Forget a job that never left the site, once its cards are gone."""
    db.execute(sa.delete(JOBS).where(JOBS.c.id == job))


def _job(row: sa.RowMapping) -> JobRecord:
    return JobRecord(
        id=row["id"],
        year=row["year"],
        number=row["number"],
        policy=Policy(
            chips=tuple(json.loads(row["chips"])),
            protection=row["protection"],
            require_genuine=row["require_genuine"],
        ),
        created_at=row["created_at"],
        released_at=row["released_at"],
        cancelled_at=row["cancelled_at"],
    )
