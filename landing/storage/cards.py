"""Cards in the database."""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from landing.cards.model import CARD_STATES, Card, CardState, Encoding
from landing.contract.documents import Stage, format_time
from landing.storage.metadata import METADATA, UtcTime

CARDS = sa.Table(
    "cards",
    METADATA,
    sa.Column("token", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("profile_uid", sa.Text, sa.ForeignKey("profiles.uid"), index=True),
    sa.Column("job", sa.Text, sa.ForeignKey("jobs.id")),
    sa.Column("position", sa.Integer),
    sa.Column("uid", sa.Text, unique=True),
    sa.Column("chip", sa.Text),
    sa.Column("protection", sa.Text),
    sa.Column("genuine", sa.Boolean),
    sa.Column("digest", sa.Text),
    sa.Column("station", sa.Text),
    sa.Column("operator", sa.Text),
    sa.Column("stages", sa.Text),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("state_changed_at", UtcTime, nullable=False),
    sa.Column("redirect_url", sa.Text),
    sa.UniqueConstraint("job", "position"),
    sa.CheckConstraint(f"state IN ({', '.join(map(repr, CARD_STATES))})", name="state"),
)


def find_card(db: sa.Connection, token: str) -> Card | None:
    """Find a card by its token, in the token's plain form."""
    return _one(db, CARDS.c.token == token)


def find_card_by_uid(db: sa.Connection, uid: str) -> Card | None:
    """Find the card whose chip has this UID."""
    return _one(db, CARDS.c.uid == uid)


def cards_of_job(db: sa.Connection, job: str) -> list[Card]:
    """List a job's cards by position."""
    rows = db.execute(sa.select(CARDS).where(CARDS.c.job == job).order_by(CARDS.c.position))
    return [_card(row) for row in rows.mappings()]


def cards_of_profile(db: sa.Connection, profile_uid: str) -> list[Card]:
    """List a person's cards, the oldest first."""
    rows = db.execute(
        sa.select(CARDS)
        .where(CARDS.c.profile_uid == profile_uid)
        .order_by(CARDS.c.created_at, CARDS.c.token)
    )
    return [_card(row) for row in rows.mappings()]


def is_closed(db: sa.Connection, profile_uid: str) -> bool:
    """Tell whether a profile had cards, and every one of them was ended for ever."""
    states = set(db.scalars(sa.select(CARDS.c.state).where(CARDS.c.profile_uid == profile_uid)))
    return states == {"retired"}


def insert_card(db: sa.Connection, card: Card) -> None:
    """Keep a new card, not yet encoded."""
    db.execute(
        sa.insert(CARDS).values(
            token=card.token,
            state=card.state,
            profile_uid=card.profile_uid,
            job=card.job,
            position=card.position,
            created_at=card.created_at,
            state_changed_at=card.state_changed_at,
        )
    )


def set_card_state(db: sa.Connection, token: str, state: CardState, at: datetime) -> None:
    """Move a card to another state."""
    _update(db, token, {"state": state, "state_changed_at": at})


def give_card(
    db: sa.Connection, token: str, profile_uid: str, state: CardState, at: datetime
) -> bool:
    """Give an unclaimed card to a person and move it on; False where it is unclaimed no more."""
    given = db.execute(
        sa.update(CARDS)
        .where(CARDS.c.token == token, CARDS.c.state == "unclaimed", CARDS.c.profile_uid.is_(None))
        .values(profile_uid=profile_uid, state=state, state_changed_at=at)
    )
    return given.rowcount == 1


def set_card_redirect(db: sa.Connection, token: str, url: str | None) -> None:
    """Have a card lead to ``url`` from now on, or show its page again."""
    _update(db, token, {"redirect_url": url})


def bind_card(db: sa.Connection, token: str, encoding: Encoding) -> None:
    """Keep what a workstation reported of a card; its UID is the card's from now on."""
    stages = [{"stage": stage.stage, "at": format_time(stage.at)} for stage in encoding.stages]
    values = {name: getattr(encoding, name) for name in _ENCODING_COLUMNS}
    _update(db, token, values | {"stages": json.dumps(stages)})


def delete_cards_of_job(db: sa.Connection, job: str) -> None:
    """Forget a job's cards; only for a job that never left the site."""
    db.execute(sa.delete(CARDS).where(CARDS.c.job == job))


_ENCODING_COLUMNS = ("uid", "chip", "protection", "genuine", "digest", "station", "operator")


def _update(db: sa.Connection, token: str, values: dict[str, Any]) -> None:
    db.execute(sa.update(CARDS).where(CARDS.c.token == token).values(values))


def _one(db: sa.Connection, condition: sa.ColumnElement[bool]) -> Card | None:
    row = db.execute(sa.select(CARDS).where(condition)).mappings().one_or_none()
    return None if row is None else _card(row)


def _card(row: sa.RowMapping) -> Card:
    return Card(
        token=row["token"],
        state=row["state"],
        profile_uid=row["profile_uid"],
        job=row["job"],
        position=row["position"],
        encoding=_encoding(row),
        created_at=row["created_at"],
        state_changed_at=row["state_changed_at"],
        redirect_url=row["redirect_url"],
    )


def _encoding(row: sa.RowMapping) -> Encoding | None:
    if row["uid"] is None:
        return None
    stages = tuple(
        Stage(stage=entry["stage"], at=datetime.fromisoformat(entry["at"]))
        for entry in json.loads(row["stages"])
    )
    return Encoding(**{name: row[name] for name in _ENCODING_COLUMNS}, stages=stages)
