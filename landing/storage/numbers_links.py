"""The private addresses where owners read their numbers: one a profile, kept as a hash."""

import sqlalchemy as sa

from landing.storage.dialects import insert
from landing.storage.metadata import METADATA

NUMBERS_LINKS = sa.Table(
    "numbers_links",
    METADATA,
    sa.Column(
        "profile_uid", sa.Text, sa.ForeignKey("profiles.uid", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("key_sha256", sa.String(64), nullable=False, unique=True),
)


def set_numbers_link(db: sa.Connection, profile_uid: str, key_sha256: str) -> None:
    """Keep a profile's address; one that was given out before opens nothing any more."""
    adding = insert(db, NUMBERS_LINKS).values(profile_uid=profile_uid, key_sha256=key_sha256)
    db.execute(
        adding.on_conflict_do_update(
            index_elements=["profile_uid"], set_={"key_sha256": key_sha256}
        )
    )


def delete_numbers_link(db: sa.Connection, profile_uid: str) -> None:
    """Have a profile's address open nothing any more."""
    db.execute(sa.delete(NUMBERS_LINKS).where(NUMBERS_LINKS.c.profile_uid == profile_uid))


def profile_of_numbers_link(db: sa.Connection, key_sha256: str) -> str | None:
    """Tell whose numbers an address shows."""
    return db.scalar(
        sa.select(NUMBERS_LINKS.c.profile_uid).where(NUMBERS_LINKS.c.key_sha256 == key_sha256)
    )
