"""Keyed hashes of activation codes: with the site's key it can be told whether one is right."""

import sqlalchemy as sa

from landing.storage.cards import CARDS
from landing.storage.metadata import METADATA

ACTIVATIONS = sa.Table(
    "activations",
    METADATA,
    sa.Column("token", sa.Text, sa.ForeignKey("cards.token"), primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False),  # HMAC-SHA-256
)


def insert_activation(db: sa.Connection, token: str, sha256: str) -> None:
    """Keep the hash of a card's code."""
    db.execute(sa.insert(ACTIVATIONS).values(token=token, sha256=sha256))


def find_activation(db: sa.Connection, token: str) -> str | None:
    """The hash of a card's code; None where the card has no code, or was claimed."""
    found: str | None = db.scalar(
        sa.select(ACTIVATIONS.c.sha256).where(ACTIVATIONS.c.token == token)
    )
    return found


def take_activation(db: sa.Connection, token: str, sha256: str) -> bool:
    """Use a card's code up, if it is this one; whoever is told True is the only one ever told."""
    taken = db.execute(
        sa.delete(ACTIVATIONS).where(ACTIVATIONS.c.token == token, ACTIVATIONS.c.sha256 == sha256)
    )
    return taken.rowcount == 1


def activations_of_job(db: sa.Connection, job: str) -> dict[str, str]:
    """The hashes of the codes of a job's cards, by token."""
    rows = db.execute(
        sa.select(ACTIVATIONS.c.token, ACTIVATIONS.c.sha256)
        .join(CARDS, CARDS.c.token == ACTIVATIONS.c.token)
        .where(CARDS.c.job == job)
    )
    return {row.token: row.sha256 for row in rows}


def delete_activations_of_job(db: sa.Connection, job: str) -> None:
    """Forget the codes of a job's cards."""
    tokens = sa.select(CARDS.c.token).where(CARDS.c.job == job)
    db.execute(sa.delete(ACTIVATIONS).where(ACTIVATIONS.c.token.in_(tokens)))
