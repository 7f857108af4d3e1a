"""The outbox: jobs that a site gave, and the booked cards that it was not told of yet.

Nothing is put into it: a card of a site's job waits from its stage ``booked`` on, in the very
transaction that booked it, until the site's answer to that stage is kept.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from encoder.ledger.rows import as_reported, select_cards
from landing.contract.documents import ReportedCard, format_time

Answer = Literal["taken", "withdrawn", "refused"]
Access = Callable[[], AbstractContextManager[sqlite3.Connection]]

_KEEP = """
    INSERT INTO site_jobs (job, address, document, fetched_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (job) DO UPDATE SET
        address = excluded.address, document = excluded.document, fetched_at = excluded.fetched_at
"""
# CROSS JOIN keeps SQLite from starting at the cards: after the mark there are few stages.
_WAITING = """
    FROM stages CROSS JOIN cards ON cards.uid = stages.uid
    WHERE stages.id > ? AND stages.stage = 'booked' AND cards.job = ?
        AND stages.id = (SELECT max(id) FROM stages AS last WHERE last.uid = cards.uid)
        AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id = stages.id)
"""
_SELECT_WAITING = f"SELECT stages.id, stages.uid {_WAITING} ORDER BY stages.id LIMIT ?"
_COUNT_WAITING = f"SELECT count(*) {_WAITING}"
_STAGE_TIMES = """
    SELECT stage, max(at) FROM stages WHERE uid = ? AND id >=
        (SELECT max(id) FROM stages AS begun WHERE begun.uid = stages.uid AND begun.stage = 'begun')
    GROUP BY stage
"""
_SETTLE = "INSERT OR REPLACE INTO deliveries (id, uid, answer, message, at) VALUES (?, ?, ?, ?, ?)"
_LAST_STAGE = "SELECT max(id) FROM stages WHERE uid = ?"
_TRY = "INSERT OR IGNORE INTO tries (id, uid, at) VALUES (?, ?, ?)"
_NOT_TAKEN = """
    SELECT cards.job, token, deliveries.uid, answer, message FROM deliveries
    JOIN cards ON cards.uid = deliveries.uid WHERE answer <> 'taken' ORDER BY deliveries.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteJob:
    """A job and the address it came from; ``document`` is None once it is not needed any more."""

    job: str
    address: str
    document: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A card that its site was not told of; ``booking`` is the number of its stage ``booked``."""

    booking: int
    card: ReportedCard


@dataclass(frozen=True, slots=True)
class Settled:
    """What the site said to a card that waited."""

    waiting: Waiting
    answer: Answer
    message: str = ""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A card that the site refused, or whose token it had withdrawn."""

    job: str
    token: str
    uid: str
    answer: Answer
    message: str


class Outbox:
    """The outbox of an open ledger; every method raises LedgerError when the file fails."""

    def __init__(self, reading: Access, writing: Access) -> None:
        self._reading = reading
        self._writing = writing

    def keep_job(self, job: SiteJob, *, at: datetime) -> None:
        """Keep a job as the site gave it, so that a later run needs the site no more."""
        with self._writing() as db:
            db.execute("PRAGMA secure_delete = ON")  # an older document may be replaced
            db.execute(_KEEP, (job.job, job.address, job.document, format_time(at)))

    def job_at(self, address: str) -> SiteJob | None:
        """The job that was fetched from this address."""
        return next((job for job in self.jobs() if job.address == address), None)

    def jobs(self) -> list[SiteJob]:
        """All jobs that came from a site, by name."""
        with self._reading() as db:
            rows = db.execute("SELECT job, address, document FROM site_jobs ORDER BY job")
            return [
                SiteJob(job=job, address=address, document=document)
                for job, address, document in rows
            ]

    def forget_document(self, job: str) -> None:
        """Forget whose cards a job's are: names and activation codes stand in its document.

        Once the ledger is closed, they stand nowhere in its file either.
        """
        with self._writing() as db:
            db.execute("PRAGMA secure_delete = ON")
            db.execute("UPDATE site_jobs SET document = NULL WHERE job = ?", (job,))

    def waiting(self, job: str, *, after: int = 0, limit: int) -> list[Waiting]:
        """The first cards that wait, in the order they were booked, behind stage ``after``."""
        with self._reading() as db:
            rows = db.execute(_SELECT_WAITING, (after, job, limit)).fetchall()
            return [Waiting(booking, _reported(db, uid)) for booking, uid in rows]

    def count_waiting(self, job: str, *, after: int = 0) -> int:
        """How many cards of a job wait."""
        with self._reading() as db:
            return int(db.execute(_COUNT_WAITING, (after, job)).fetchone()[0])

    def try_all(self, batch: Sequence[Waiting], *, at: datetime) -> bool:
        """Keep that these cards are being told of, ahead of the first byte; tried is for ever.

        False when one of them was scrapped or encoded anew meanwhile: then none is to be told of.
        """
        with self._writing() as db:
            if not all(_is_last(db, entry) for entry in batch):
                return False
            rows = [(entry.booking, entry.card.uid, format_time(at)) for entry in batch]
            db.executemany(_TRY, rows)
        return True

    def settle(self, settled: Iterable[Settled], *, at: datetime) -> None:
        """Keep what the site said; a card that it answered to waits no more."""
        told = [
            (entry.waiting.booking, entry.waiting.card.uid, entry.answer, entry.message)
            for entry in settled
        ]
        with self._writing() as db:
            db.executemany(_SETTLE, [(*row, format_time(at)) for row in told])

    def not_taken(self) -> list[NotTaken]:
        """The cards that a site did not put into service, the oldest first."""
        with self._reading() as db:
            return [NotTaken(*row) for row in db.execute(_NOT_TAKEN)]

    def offer_again(self) -> int:
        """Have the refused cards wait again, after someone set right what was wrong: how many."""
        with self._writing() as db:
            return db.execute("DELETE FROM deliveries WHERE answer = 'refused'").rowcount


def _is_last(opened: sqlite3.Connection, entry: Waiting) -> bool:
    """Whether nothing happened to the card since it was booked."""
    last: int = opened.execute(_LAST_STAGE, (entry.card.uid,)).fetchone()[0]
    return last == entry.booking


def _reported(opened: sqlite3.Connection, uid: str) -> ReportedCard:
    (card,) = select_cards(opened, "WHERE cards.uid = ?", uid)
    return as_reported(opened, card, dict(opened.execute(_STAGE_TIMES, (uid,))))
