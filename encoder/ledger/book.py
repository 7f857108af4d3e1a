"""The ledger: which card has which token, and how far it got."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from encoder.errors import LedgerError
from encoder.ledger.file import connection, mapped, transaction, writer_lock
from landing.contract.documents import (
    STAGE_NAMES,
    Protection,
    ReportedCard,
    Stage,
    format_time,
)

LedgerStage = Literal["begun", "written", "verified", "locked", "booked", "scrapped"]

_SELECT = """
    SELECT uid, token, job, chip, protection, digest,
        (SELECT stage FROM stages WHERE stages.uid = cards.uid ORDER BY id DESC LIMIT 1),
        (SELECT at FROM stages WHERE stages.uid = cards.uid ORDER BY id DESC LIMIT 1),
        (SELECT operator FROM stages WHERE stages.uid = cards.uid ORDER BY id DESC LIMIT 1),
        (SELECT station FROM stages WHERE stages.uid = cards.uid ORDER BY id DESC LIMIT 1)
    FROM cards
"""
_STAGE_TIMES = """
    SELECT uid, stage, max(at) FROM cards JOIN stages USING (uid) WHERE job = ? GROUP BY uid, stage
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Who books, and where."""

    station: str
    operator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCard:
    """What is booked ahead of a card's first WRITE."""

    uid: str
    token: str
    job: str
    chip: str
    protection: Protection


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedCard:
    """A card as the ledger knows it; ``stage``, ``at`` and the names are the latest stage's."""

    uid: str
    token: str
    job: str
    chip: str
    protection: Protection
    digest: str | None
    stage: LedgerStage
    at: datetime
    operator: str
    station: str

    @property
    def is_done(self) -> bool:
        """Whether the card is finished."""
        return self.stage == "booked"

    @property
    def is_scrapped(self) -> bool:
        """Whether the card was given up; its UID stays booked."""
        return self.stage == "scrapped"


class Ledger:
    """An open ledger. Every method that writes is one transaction, on the disk when it returns.

    Every method raises LedgerError when the file fails.
    """

    def __init__(self, opened: sqlite3.Connection, path: Path) -> None:
        self._db = opened
        self._path = path

    @classmethod
    @contextmanager
    def open(cls, path: Path, *, writable: bool) -> Iterator["Ledger"]:
        """Open a ledger; one command at a time may have it writable.

        Raises:
            LedgerError: it cannot be used, or another command writes to it.
        """
        lock = writer_lock(path) if writable else nullcontext()
        with lock, connection(path, writable=writable) as opened:
            yield cls(opened, path)

    def card_with_uid(self, uid: str) -> BookedCard | None:
        """The card with this UID, if it was ever booked."""
        return next(iter(self._cards("WHERE uid = ?", uid)), None)

    def card_with_token(self, token: str) -> BookedCard | None:
        """The card that carries this token now; scrapped ones do not count."""
        return next(iter(self._cards("WHERE token = ? AND scrapped = 0", token)), None)

    def cards(self, job: str | None = None) -> list[BookedCard]:
        """All cards, or all of one job, in the order they were begun."""
        return self._cards("WHERE job = ?", job) if job is not None else self._cards("")

    def begin(self, card: NewCard, *, at: datetime, by: Bench) -> None:
        """Bind a token to a UID, ahead of the card's first WRITE."""
        values = (card.uid, card.token, card.job, card.chip, card.protection)
        with mapped(self._path), transaction(self._db):
            self._db.execute(
                "INSERT INTO cards (uid, token, job, chip, protection) VALUES (?, ?, ?, ?, ?)",
                values,
            )
            self._add_stage(card.uid, "begun", at, by)

    def record(
        self, uid: str, *stages: LedgerStage, at: datetime, by: Bench, digest: str | None = None
    ) -> None:
        """Book stages that a card has behind it; ``digest`` is what was read back."""
        with mapped(self._path), transaction(self._db):
            for stage in stages:
                self._add_stage(uid, stage, at, by)
            if digest is not None:
                self._db.execute("UPDATE cards SET digest = ? WHERE uid = ?", (digest, uid))

    def scrap(self, token: str, *, at: datetime, by: Bench) -> BookedCard:
        """Give a dead card's item back; the card's UID stays booked.

        Raises:
            LedgerError: no card carries the token, or the card is done.
        """
        card = self.card_with_token(token)
        if card is None:
            raise LedgerError(
                f"no card was begun with the token {token}; nothing was changed",
                hint="list the cards with: wecard-encoder ledger show",
            )
        if card.is_done:
            raise LedgerError(
                f"the card {card.uid} with the token {token} is done; nothing was changed",
                hint="retire the card at the site, and have a new one made in another job",
            )
        with mapped(self._path), transaction(self._db):
            self._db.execute("UPDATE cards SET scrapped = 1 WHERE uid = ?", (card.uid,))
            self._add_stage(card.uid, "scrapped", at, by)
        return card

    def reported(self, job: str) -> tuple[ReportedCard, ...]:
        """The job's done cards, for its report."""
        times = self._stage_times(job)
        return tuple(_reported(card, times[card.uid]) for card in self.cards(job) if card.is_done)

    def _stage_times(self, job: str) -> dict[str, dict[str, str]]:
        """By UID and stage: when each card of a job last reached it."""
        with mapped(self._path):
            rows = self._db.execute(_STAGE_TIMES, (job,)).fetchall()
        times: dict[str, dict[str, str]] = {}
        for uid, stage, at in rows:
            times.setdefault(uid, {})[stage] = at
        return times

    def _add_stage(self, uid: str, stage: LedgerStage, at: datetime, by: Bench) -> None:
        self._db.execute(
            "INSERT INTO stages (uid, stage, at, station, operator) VALUES (?, ?, ?, ?, ?)",
            (uid, stage, format_time(at), by.station, by.operator),
        )

    def _cards(self, condition: str, *values: str) -> list[BookedCard]:
        with mapped(self._path):
            rows = self._db.execute(f"{_SELECT} {condition} ORDER BY rowid", values).fetchall()
        return [_booked(row) for row in rows]


def _reported(card: BookedCard, times: Mapping[str, str]) -> ReportedCard:
    stages = [(name, times[name]) for name in STAGE_NAMES if name in times]
    return ReportedCard(
        token=card.token,
        uid=card.uid,
        chip=card.chip,
        protection=card.protection,
        genuine=None,
        digest=card.digest or "",
        operator=card.operator,
        stages=tuple(Stage(stage=name, at=datetime.fromisoformat(at)) for name, at in stages),
    )


def _booked(
    row: tuple[str, str, str, str, Protection, str | None, LedgerStage, str, str, str],
) -> BookedCard:
    uid, token, job, chip, protection, digest, stage, at, operator, station = row
    return BookedCard(
        uid=uid,
        token=token,
        job=job,
        chip=chip,
        protection=protection,
        digest=digest,
        stage=stage,
        at=datetime.fromisoformat(at),
        operator=operator,
        station=station,
    )
