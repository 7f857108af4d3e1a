"""How often somebody asked for cards that are not to be had, by a keyed hash of their network."""

import sqlalchemy as sa

from landing.storage.dialects import insert
from landing.storage.metadata import METADATA

MISSES = sa.Table(
    "misses",
    METADATA,
    sa.Column("window", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("prefix_hmac", sa.String(32), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)


def misses_in(db: sa.Connection, prefix_hmac: str, window: int) -> int:
    """How many misses a network has in a window of time."""
    found = db.scalar(
        sa.select(MISSES.c.count).where(
            MISSES.c.window == window, MISSES.c.prefix_hmac == prefix_hmac
        )
    )
    return found or 0


def add_miss(db: sa.Connection, prefix_hmac: str, window: int) -> None:
    """Count one miss, and forget those of windows before."""
    adding = insert(db, MISSES).values(prefix_hmac=prefix_hmac, window=window, count=1)
    db.execute(
        adding.on_conflict_do_update(
            index_elements=["window", "prefix_hmac"], set_={"count": MISSES.c.count + 1}
        )
    )
    db.execute(sa.delete(MISSES).where(MISSES.c.window < window))
