"""Cancel a job: what is on a chip stays booked, every other token is withdrawn for good."""

from dataclasses import dataclass
from datetime import datetime

from landing.errors import DataError
from landing.storage.cards import cards_of_job, set_card_state
from landing.storage.connection import Connection
from landing.storage.jobs import cancel_job, find_job


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """How many tokens were withdrawn now, how many cards stay booked."""

    job: str
    withdrawn: int
    booked: int


def withdraw_open_cards(db: Connection, name: str, *, now: datetime) -> Cancellation:
    """Cancel a job in the caller's transaction; again, it changes nothing.

    Raises:
        DataError: there is no such job.
    """
    record = find_job(db, name)
    if record is None:
        raise DataError(
            f"there is no job {name[:80]}; nothing was changed",
            hint="a job's name reads J-2026-0001, as job new told it",
        )
    cards = cards_of_job(db, name)
    open_cards = [card for card in cards if card.encoding is None and card.state != "retired"]
    for card in open_cards:
        set_card_state(db, card.token, "retired", now)
    if record.cancelled_at is None:
        cancel_job(db, name, now)
    return Cancellation(
        job=record.id,
        withdrawn=len(open_cards),
        booked=sum(card.encoding is not None for card in cards),
    )
