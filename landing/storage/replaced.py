"""Chips whose place on a card another one has taken; none of them is ever bound again."""

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from landing.storage.metadata import METADATA, UtcTime

REPLACED_CHIPS = sa.Table(
    "replaced_chips",
    METADATA,
    sa.Column("uid", sa.Text, primary_key=True),
    sa.Column("token", sa.Text, sa.ForeignKey("cards.token"), nullable=False),
    sa.Column("job", sa.Text, sa.ForeignKey("jobs.id"), nullable=False),
    sa.Column("replaced_at", UtcTime, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacedChip:
    """The chip of a card that was scrapped, and the token that another card has now."""

    uid: str
    token: str
    job: str
    replaced_at: datetime


def find_replaced_chip(db: sa.Connection, uid: str) -> ReplacedChip | None:
    """Find a replaced chip by its UID."""
    query = sa.select(REPLACED_CHIPS).where(REPLACED_CHIPS.c.uid == uid)
    row = db.execute(query).mappings().one_or_none()
    return None if row is None else ReplacedChip(**row)


def insert_replaced_chip(db: sa.Connection, chip: ReplacedChip) -> None:
    """Keep a chip as replaced."""
    db.execute(sa.insert(REPLACED_CHIPS).values(asdict(chip)))
