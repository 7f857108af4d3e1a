"""How cards stand in the file: the queries, and their rows as cards."""

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from encoder.errors import LedgerError
from encoder.ledger.cards import BookedCard, BookedStage
from landing.contract.documents import STAGE_NAMES, ReportedCard, Stage

_COLUMNS = (
    *("uid", "token", "job", "chip", "protection", "url", "mirror", "key_id", "version"),
    *("genuine", "digest", "config", "stage", "at", "operator", "station"),
)
_SELECT = """
    SELECT cards.uid, token, job, chip, protection, url, mirror, key_id, version,
        genuine, digest, config, last.stage, last.at, last.operator, last.station
    FROM cards LEFT JOIN stages AS last
        ON last.id = (SELECT max(id) FROM stages WHERE stages.uid = cards.uid)
"""
_CHANGED = "cards.uid IN (SELECT uid FROM stages WHERE id > ?) AND +job = ?"  # + : not by job
_STAGE_TIMES = f"""
    SELECT cards.rowid, cards.uid, stage, max(at) FROM cards JOIN stages USING (uid)
    WHERE {_CHANGED} AND stages.id >=
        (SELECT max(id) FROM stages AS begun WHERE begun.uid = cards.uid AND begun.stage = 'begun')
    GROUP BY cards.uid, stage
"""  # noqa: S608 - only words of this file

_REPLACED = """
    SELECT uid FROM cards WHERE scrapped = 1 AND token = ? AND job = ? AND uid <> ?
        AND EXISTS (SELECT 1 FROM stages WHERE stages.uid = cards.uid AND stage = 'booked')
    ORDER BY (SELECT max(id) FROM stages WHERE stages.uid = cards.uid) DESC
"""


def select_cards(opened: sqlite3.Connection, condition: str, *values: object) -> list[BookedCard]:
    """The cards that a condition of ours picks, in the order they were begun.

    Raises:
        LedgerError: a card's row makes no sense.
    """
    rows = opened.execute(f"{_SELECT} {condition} ORDER BY cards.rowid", values)
    return [_booked(row) for row in rows]


def select_stages(opened: sqlite3.Connection, uid: str) -> list[BookedStage]:
    """A card's stages, in the order they were booked.

    Raises:
        LedgerError: a stage's time makes no sense.
    """
    query = "SELECT stage, at, station, operator FROM stages WHERE uid = ? ORDER BY id"
    try:
        return [
            BookedStage(stage, datetime.fromisoformat(at), station, operator)
            for stage, at, station, operator in opened.execute(query, (uid,))
        ]
    except ValueError as error:
        raise _broken(uid) from error


def last_stage(opened: sqlite3.Connection) -> int:
    """The number of the last stage that was booked, of whichever card."""
    row = opened.execute("SELECT coalesce(max(id), 0) FROM stages").fetchone()
    return int(row[0])


def select_reported(
    opened: sqlite3.Connection, job: str, since: int
) -> Iterator[tuple[int, ReportedCard | None]]:
    """The job's cards with a stage after number ``since``, in the order they were begun.

    Each comes with its place in that order; None stands for a card that is not done.
    """
    places: dict[str, int] = {}
    times: dict[str, dict[str, str]] = {}
    for place, uid, stage, at in opened.execute(_STAGE_TIMES, (since, job)):
        places[uid] = place
        times.setdefault(uid, {})[stage] = at
    for card in select_cards(opened, f"WHERE {_CHANGED}", since, job):
        told = as_reported(opened, card, times[card.uid]) if card.is_done else None
        yield places[card.uid], told


def as_reported(
    opened: sqlite3.Connection, card: BookedCard, times: Mapping[str, str]
) -> ReportedCard:
    """A done card as its report has it; ``times`` are those of its stages, as written."""
    rows = opened.execute(_REPLACED, (card.token, card.job, card.uid))
    replaced = [str(uid) for (uid,) in rows]
    stages = [(name, times[name]) for name in STAGE_NAMES if name in times]
    return ReportedCard(
        token=card.token,
        uid=card.uid,
        chip=card.chip,
        protection=card.protection,
        genuine=card.genuine,
        digest=card.digest or "",
        operator=card.operator,
        stages=tuple(Stage(stage=name, at=datetime.fromisoformat(at)) for name, at in stages),
        replaces=replaced[0] if replaced else None,
        replaced_before=tuple(replaced[1:]),
    )


def _booked(row: tuple[Any, ...]) -> BookedCard:
    values = dict(zip(_COLUMNS, row, strict=True))
    if values["stage"] is None:
        raise _broken(values["uid"])
    if values["genuine"] is not None:
        values["genuine"] = bool(values["genuine"])
    try:
        values["at"] = datetime.fromisoformat(values["at"])
    except ValueError as error:
        raise _broken(values["uid"]) from error
    return BookedCard(**values)


def _broken(uid: str) -> LedgerError:
    return LedgerError(
        f"the ledger's rows of the card {uid} make no sense; nothing was changed",
        hint="see what is wrong with: wecard-encoder ledger check",
    )
