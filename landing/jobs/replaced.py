"""Cards that were scrapped and made again: the token stays, and moves to another chip."""

from datetime import datetime

from landing.contract.documents import ReportedCard
from landing.contract.token import format_token
from landing.storage.cards import find_card_by_uid
from landing.storage.connection import Connection
from landing.storage.replaced import ReplacedChip, find_replaced_chip, insert_replaced_chip


def is_late(db: Connection, reported: ReportedCard) -> bool:
    """Whether another card has taken this one's place already, whatever is told of it now."""
    gone = find_replaced_chip(db, reported.uid)
    return gone is not None and gone.token == reported.token


def replaced_faults(db: Connection, reported: ReportedCard) -> list[str]:
    """What speaks against binding the chip, or against giving up those it replaces."""
    gone = find_replaced_chip(db, reported.uid)
    faults = [_gone_for_ever(gone)] if gone is not None else []
    for uid in reported.replaced:
        bearer = find_card_by_uid(db, uid) or find_replaced_chip(db, uid)
        if bearer is not None and bearer.token != reported.token:
            told = format_token(bearer.token)
            faults.append(f"the chip {uid}, which it replaces, belongs to {told}")
    return faults


def keep_replaced(db: Connection, reported: ReportedCard, *, job: str, now: datetime) -> None:
    """Keep the chips that a card replaces, so that none of them is bound again."""
    for uid in reported.replaced:
        if find_replaced_chip(db, uid) is None:
            chip = ReplacedChip(uid=uid, token=reported.token, job=job, replaced_at=now)
            insert_replaced_chip(db, chip)


def _gone_for_ever(gone: ReplacedChip) -> str:
    return (
        f"the chip {gone.uid} was that of {format_token(gone.token)}, was replaced, and is never"
        " bound again"
    )
