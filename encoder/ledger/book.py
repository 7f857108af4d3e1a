"""The ledger: which card has which token, and how far it got."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from threading import RLock

from encoder.errors import LedgerError
from encoder.ledger.cards import (
    AlreadyBookedError,
    Bench,
    BookedCard,
    BookedStage,
    LedgerStage,
    NewCard,
    Presentation,
)
from encoder.ledger.file import connection, mapped, transaction
from encoder.ledger.lock import writer_lock
from encoder.ledger.merge import Merged, merge_into, read_whole
from encoder.ledger.outbox import Outbox
from encoder.ledger.prints import BookedPrint, Print, add_print, select_prints
from encoder.ledger.rows import last_stage, select_cards, select_reported, select_stages
from encoder.ledger.stats import Question, Statistics, statistics
from landing.contract.documents import ReportedCard, format_time

_INSERT_CARD = """
    INSERT INTO cards (chip, protection, url, mirror, key_id, version, genuine, uid, token, job)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_UPDATE_CARD = """
    UPDATE cards SET chip = ?, protection = ?, url = ?, mirror = ?, key_id = ?, version = ?,
        genuine = ?, digest = NULL, config = NULL
    WHERE uid = ?
"""
_INSERT_STAGE = "INSERT INTO stages (uid, stage, at, station, operator) VALUES (?, ?, ?, ?, ?)"
_INSERT_PRESENTATION = """
    INSERT INTO presentations (job, status, reason, token, uid, chip, reader, exchanges, writes,
        seconds, at, station, operator)
    VALUES (?, ?, ?, ?, (SELECT uid FROM cards WHERE uid = ?), ?, ?, ?, ?, ?, ?, ?, ?)
"""


class Ledger:
    """An open ledger. Every method that writes is one transaction, on the disk when it returns.

    Threads of one process may share it: one at a time is let in. Every method raises LedgerError
    when the file fails.
    """

    def __init__(self, opened: sqlite3.Connection, path: Path) -> None:
        self._db = opened
        self._path = path
        self._turn = RLock()

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

    @property
    def outbox(self) -> Outbox:
        """What waits for the site that a job came from."""
        return Outbox(self._reading, self._writing)

    def card_with_uid(self, uid: str) -> BookedCard | None:
        """The card with this UID, if it was ever booked."""
        with self._reading() as db:
            return next(iter(select_cards(db, "WHERE cards.uid = ?", uid)), None)

    def card_with_token(self, token: str) -> BookedCard | None:
        """The card that carries this token now; scrapped ones do not count."""
        with self._reading() as db:
            return next(iter(select_cards(db, "WHERE token = ? AND scrapped = 0", token)), None)

    def cards(self, job: str | None = None) -> list[BookedCard]:
        """All cards, or all of one job, in the order they were begun."""
        with self._reading() as db:
            return (
                select_cards(db, "WHERE job = ?", job) if job is not None else select_cards(db, "")
            )

    def stages(self, uid: str) -> list[BookedStage]:
        """All that was booked of a card, the oldest first."""
        with self._reading() as db:
            return select_stages(db, uid)

    def begin(self, card: NewCard, *, at: datetime, by: Bench) -> None:
        """Bind a token to a UID, ahead of the card's first WRITE.

        A card whose password was taken off is begun again, with its own token only.

        Raises:
            AlreadyBookedError: the UID or the token is bound; nothing was changed.
        """
        values = (card.chip, card.protection, card.url, card.mirror, card.key_id, card.version)
        names = (card.uid, card.token, card.job)
        with self._writing() as db:
            try:
                db.execute(_INSERT_CARD, (*values, card.genuine, *names))
            except sqlite3.IntegrityError:
                if not self._is_anew(card):
                    raise
                db.execute(_UPDATE_CARD, (*values, card.genuine, card.uid))
            self._add_stage(card.uid, "begun", at, by)

    def record(
        self,
        uid: str,
        *stages: LedgerStage,
        at: datetime,
        by: Bench,
        digest: str | None = None,
        config: str | None = None,
    ) -> None:
        """Book stages that a card has behind it; ``digest`` and ``config`` are what was read back.

        ``config`` is CFG0 and CFG1 in hex.
        """
        with self._writing() as db:
            for stage in stages:
                self._add_stage(uid, stage, at, by)
            if digest is not None:
                db.execute("UPDATE cards SET digest = ? WHERE uid = ?", (digest, uid))
            if config is not None:
                db.execute("UPDATE cards SET config = ? WHERE uid = ?", (config, uid))

    def present(self, shown: Presentation, *, at: datetime, by: Bench) -> None:
        """Keep what happened when a card was laid down; of a stranger's card, not its UID."""
        values = (
            *(shown.job, shown.status, shown.reason, shown.token, shown.uid, shown.chip),
            *(shown.reader, shown.exchanges, shown.writes, shown.seconds),
            *(format_time(at), by.station, by.operator),
        )
        with self._writing() as db:
            db.execute(_INSERT_PRESENTATION, values)

    def book_print(self, *prints: Print, at: datetime, by: Bench) -> None:
        """Keep that labels are being printed, came out or did not."""
        with self._writing() as db:
            for what in prints:
                add_print(db, what, at=at, by=by)

    def prints(self, job: str) -> list[BookedPrint]:
        """All prints of a job's labels, in the order they were booked."""
        with self._reading() as db:
            return select_prints(db, job)

    def scrap(
        self, token: str, *, at: datetime, by: Bench, although_done: bool = False
    ) -> BookedCard:
        """Give a dead card's item back; the card's UID stays booked.

        A card that was done keeps its place at the site until the next one of its token is done:
        the report of that one tells what it replaces.

        Raises:
            LedgerError: no card carries the token, or the card is done and may not be.
        """
        with self._writing() as db:
            card = self.card_with_token(token)
            if card is None:
                raise LedgerError(
                    f"no card was begun with the token {token}; nothing was changed",
                    hint="list the cards with: wecard-encoder ledger show",
                )
            if card.is_done and not although_done:
                raise LedgerError(
                    f"the card {card.uid} with the token {token} is done; nothing was changed",
                    hint="where it is spoiled, redo it at the page of: wecard-encoder station",
                )
            db.execute("UPDATE cards SET scrapped = 1 WHERE uid = ?", (card.uid,))
            self._add_stage(card.uid, "scrapped", at, by)
        return card

    def reported(self, job: str) -> tuple[ReportedCard, ...]:
        """The job's done cards, for its report."""
        _, cards = self.reported_since(job, 0)
        return tuple(card for card in cards.values() if card is not None)

    def reported_since(self, job: str, mark: int) -> tuple[int, dict[int, ReportedCard | None]]:
        """What changed in a job's report after ``mark``, and the mark to ask with next.

        By its place in the order of the report: a card, or None where it is not done. The mark 0
        gives all.
        """
        with self._reading() as db:
            return last_stage(db), dict(select_reported(db, job, mark))

    def statistics(self, question: Question) -> Statistics:
        """What the ledger says of the work."""
        with self._reading() as db:
            return statistics(db, question)

    def merge(self, other: Path, *, dry_run: bool = False) -> Merged:
        """Bring in all of another ledger, or nothing when a card clashes; ``other`` is only read.

        Raises:
            LedgerError: the other ledger cannot be read, or makes no sense.
        """
        theirs = read_whole(other)
        with self._reading() if dry_run else self._writing() as db:
            return merge_into(db, theirs, dry_run=dry_run)

    def _is_anew(self, card: NewCard) -> bool:
        """Whether this is a card of ours to be encoded again.

        Raises:
            AlreadyBookedError: it is another one.
        """
        booked = self.card_with_uid(card.uid)
        if booked is None:
            bearer = self.card_with_token(card.token)
            if bearer is not None:
                raise AlreadyBookedError(bearer)
            return False
        if not booked.is_unprotected or (booked.token, booked.job) != (card.token, card.job):
            raise AlreadyBookedError(booked)
        return True

    def _add_stage(self, uid: str, stage: LedgerStage, at: datetime, by: Bench) -> None:
        self._db.execute(_INSERT_STAGE, (uid, stage, format_time(at), by.station, by.operator))

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._turn, mapped(self._path):
            yield self._db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as db, transaction(db):
            yield db
