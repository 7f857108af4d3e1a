"""Look through a ledger for what cannot be; nothing is changed."""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from encoder.chips.mirror import MIRRORS
from encoder.errors import Failure, Refusal
from encoder.ledger.cards import PresentationStatus
from encoder.ledger.file import in_memory, mapped, migrate, readable
from encoder.ledger.history import Entry, history_faults, time_fault
from encoder.ledger.history import Fault as HistoryFault
from landing.contract.documents import PROTECTIONS
from landing.contract.errors import TokenError
from landing.contract.token import parse_token

Fault = (
    HistoryFault
    | Literal[
        "damaged", "other-tables", "lost-row", "no-digest", "bad-digest", "bad-name",
        "two-live-cards", "scrap-mismatch",
    ]
)  # fmt: skip

_LOOK_AT_IT = "lay the card down for: wecard-encoder inspect; hand it out only if it is right"
_RESTORE = "bring back a backup, then bring in what was done since with: ledger merge"
HINTS: dict[Fault, str] = {
    "damaged": _RESTORE,
    "other-tables": _RESTORE + "; find out what changed the file",
    "lost-row": _RESTORE,
    "no-begun": _LOOK_AT_IT,
    "not-proven": _LOOK_AT_IT,
    "impossible-order": _LOOK_AT_IT,
    "time-backwards": "set the station's clock right; the card itself needs nothing",
    "unknown-word": "use the wecard-encoder that wrote it; else " + _RESTORE,
    "no-digest": _LOOK_AT_IT,
    "bad-digest": _LOOK_AT_IT,
    "bad-name": _RESTORE,
    "two-live-cards": "find both cards, destroy the one that is not to live; then " + _RESTORE,
    "scrap-mismatch": _RESTORE,
}

_UID = re.compile(r"[0-9A-F]{14}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_STATUSES = get_args(PresentationStatus)
_REASONS = (None, *get_args(Refusal), *get_args(Failure))
_MAX_DAMAGE_LINES = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that cannot be; ``uid`` and ``token`` are None where it is not about one card."""

    fault: Fault
    message: str
    uid: str | None = None
    token: str | None = None

    @property
    def hint(self) -> str:
        """What to do."""
        return HINTS[self.fault]


@dataclass(frozen=True, slots=True)
class _Card:
    uid: str
    token: str
    protection: str
    mirror: str
    digest: str | None
    scrapped: int


def check_ledger(path: Path) -> list[Finding]:
    """Everything that is wrong with a ledger.

    Raises:
        LedgerError: it is missing, is no ledger, or so damaged that it cannot be read.
    """
    findings: list[Finding] = []
    with mapped(path), closing(readable(path)) as opened:
        try:
            for look in (_damage, _tables, _lost_rows, _cards, _presentations):
                findings.extend(look(opened))
        except sqlite3.DatabaseError:
            if not findings:  # else the damage that stops us is named already
                raise
    return findings


def _damage(opened: sqlite3.Connection) -> Iterator[Finding]:
    for (line,) in opened.execute(f"PRAGMA integrity_check({_MAX_DAMAGE_LINES})"):
        if line != "ok":
            yield Finding("damaged", f"SQLite says: {line}")


def _tables(opened: sqlite3.Connection) -> Iterator[Finding]:
    """What the file's tables, indexes and triggers are, against what a new ledger has."""
    with closing(in_memory()) as fresh:
        migrate(fresh)
        wanted = _schema(fresh)
    found = _schema(opened)
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            word = "missing" if name not in found else "changed, or not a ledger's"
            yield Finding("other-tables", f"{name} is {word}")


def _schema(opened: sqlite3.Connection) -> dict[str, str]:
    rows = opened.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return {name: " ".join(sql.split()) for name, sql in rows}


def _lost_rows(opened: sqlite3.Connection) -> Iterator[Finding]:
    for table, row, _, _ in opened.execute("PRAGMA foreign_key_check").fetchall():
        (uid,) = opened.execute(
            f"SELECT uid FROM {table} WHERE id = ?",  # noqa: S608 - a table of ours
            (row,),
        ).fetchone()
        yield Finding("lost-row", f"a row of {table} is of a card that is not booked", uid)


def _cards(opened: sqlite3.Connection) -> Iterator[Finding]:
    histories: dict[str, list[Entry]] = {}
    for uid, stage, at in opened.execute("SELECT uid, stage, at FROM stages ORDER BY id"):
        histories.setdefault(uid, []).append((stage, at))
    rows = opened.execute("SELECT uid, token, protection, mirror, digest, scrapped FROM cards")
    cards = [_Card(*row) for row in rows]
    for card in cards:
        history = histories.get(card.uid, [])
        for fault, message in (*history_faults(history, card.protection), *_faults(card, history)):
            yield Finding(fault, message, card.uid, card.token)
    yield from _two_live(cards)


def _faults(card: _Card, history: list[Entry]) -> Iterator[tuple[Fault, str]]:
    last = history[-1][0] if history else None
    if last == "booked" and card.digest is None:
        yield "no-digest", "it is booked and has no digest of what was read back"
    if card.digest is not None and not _SHA256.fullmatch(card.digest):
        yield "bad-digest", "its digest is no SHA-256 in hex"
    if bool(card.scrapped) != (last == "scrapped"):
        yield "scrap-mismatch", "its row and its stages differ on whether it was scrapped"
    if not _UID.fullmatch(card.uid):
        yield "bad-name", "its UID is not 14 upper-case hex digits"
    if not _is_token(card.token):
        yield "bad-name", f"{card.token!r} is no token"
    for word, known in ((card.protection, PROTECTIONS), (card.mirror, MIRRORS)):
        if word not in known:
            yield "unknown-word", f"{word!r} is neither a protection nor a mirror"


def _is_token(text: str) -> bool:
    try:
        return parse_token(text) == text
    except TokenError:
        return False


def _two_live(cards: Iterable[_Card]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for card in cards:
        if not card.scrapped and first.setdefault(card.token, card.uid) != card.uid:
            message = f"the card {first[card.token]} carries its token too, and neither is scrapped"
            yield Finding("two-live-cards", message, card.uid, card.token)


def _presentations(opened: sqlite3.Connection) -> Iterator[Finding]:
    rows = opened.execute("SELECT id, uid, token, status, reason, at FROM presentations")
    for number, uid, token, status, reason, at in rows:
        where = f"presentation {number} has"
        if status not in _STATUSES:
            yield Finding("unknown-word", f"{where} the status {status!r}", uid, token)
        if reason not in _REASONS:
            yield Finding("unknown-word", f"{where} the reason {reason!r}", uid, token)
        if time_fault(at) is not None:
            yield Finding("unknown-word", f"{where} {time_fault(at)}", uid, token)
