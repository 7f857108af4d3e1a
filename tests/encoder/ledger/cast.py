"""What the ledger's tests share: cards, whole histories, files of version 1, and damage."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from encoder.ledger import Bench, Ledger, LedgerStage, NewCard, Presentation
from tests.encoder.kit import BENCH, START, TOKEN, URL

OTHER_TOKEN, THIRD_TOKEN = "0000000000012", "ZZZZZZZZZZZZR"
UID, OTHER_UID, THIRD_UID = "04A1B2C3D4E580", "04A1B2C3D4E581", "04A1B2C3D4E582"
DIGEST = "ab" * 32
CONFIG = "040000FF00050000"
WHOLE: tuple[LedgerStage, ...] = ("written", "verified", "locked", "booked")
OTHER_BENCH = Bench(station="bench-2", operator="zoe")


def card(uid: str = UID, token: str = TOKEN, job: str = "J-1", **rest: Any) -> NewCard:
    """A card to book."""
    facts: dict[str, Any] = {"chip": "NTAG213", "protection": "permanent", "url": URL} | rest
    return NewCard(uid=uid, token=token, job=job, **facts)


def shown(status: str = "done", **rest: Any) -> Presentation:
    """A presentation of the first card, or of another one."""
    facts: dict[str, Any] = {
        "job": "J-1",
        "status": status,
        "reason": None,
        "token": TOKEN,
        "uid": UID,
        "chip": "NTAG213",
        "reader": "usb",
        "exchanges": 25,
        "writes": 14,
        "seconds": 0.09,
    }
    return Presentation(**(facts | rest))


def book(
    path: Path,
    new: NewCard,
    *stages: LedgerStage,
    at: datetime = START,
    by: Bench = BENCH,
    presented: Iterable[Presentation] = (),
) -> Path:
    """Begin a card, book its stages a second apart, and keep its presentations."""
    with Ledger.open(path, writable=True) as ledger:
        ledger.begin(new, at=at, by=by)
        record(ledger, new.uid, *stages, at=at, by=by)
        for presentation in presented:
            ledger.present(presentation, at=at, by=by)
    return path


def record(
    ledger: Ledger, uid: str, *stages: LedgerStage, at: datetime = START, by: Bench = BENCH
) -> None:
    """Book stages a second apart, the digest with the read-back and the locks with their own."""
    for number, stage in enumerate(stages, start=1):
        ledger.record(
            uid,
            stage,
            at=at + timedelta(seconds=number),
            by=by,
            digest=DIGEST if stage == "verified" else None,
            config=CONFIG if stage == "locked" else None,
        )


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of a ledger, by table."""
    tables = ("cards", "stages", "presentations")
    with closing(sqlite3.connect(path)) as opened:
        return {
            table: opened.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()
            for table in tables
        }


def damage(path: Path, *statements: str) -> None:
    """Change a ledger behind its back: what guards it is taken away first and put back after."""
    with closing(sqlite3.connect(path, isolation_level=None)) as opened:
        opened.execute("PRAGMA ignore_check_constraints = ON")
        guards = opened.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        triggers: Sequence[tuple[str, str]] = guards.fetchall()
        for name, _ in triggers:
            opened.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            opened.execute(statement)
        for _, sql in triggers:
            opened.execute(sql)


# A ledger of the first version, as its program wrote one: a done card, a scrapped one and the
# live card that took over its token, and one that was torn away.
VERSION_1 = """
    PRAGMA journal_mode = WAL;
    CREATE TABLE cards (
        uid TEXT PRIMARY KEY,
        token TEXT NOT NULL,
        job TEXT NOT NULL,
        chip TEXT NOT NULL,
        protection TEXT NOT NULL,
        digest TEXT,
        scrapped INTEGER NOT NULL DEFAULT 0 CHECK (scrapped IN (0, 1))
    ) STRICT;
    CREATE UNIQUE INDEX one_live_card_per_token ON cards (token) WHERE scrapped = 0;
    CREATE INDEX cards_by_job ON cards (job);
    CREATE TABLE stages (
        id INTEGER PRIMARY KEY,
        uid TEXT NOT NULL REFERENCES cards (uid),
        stage TEXT NOT NULL
            CHECK (stage IN ('begun', 'written', 'verified', 'locked', 'booked', 'scrapped')),
        at TEXT NOT NULL,
        station TEXT NOT NULL,
        operator TEXT NOT NULL
    ) STRICT;
    CREATE INDEX stages_by_uid ON stages (uid);
    CREATE TRIGGER stages_are_not_changed BEFORE UPDATE ON stages
        BEGIN SELECT RAISE(ABORT, 'stages are append-only'); END;
    CREATE TRIGGER stages_are_not_removed BEFORE DELETE ON stages
        BEGIN SELECT RAISE(ABORT, 'stages are append-only'); END;
    CREATE TRIGGER cards_are_not_removed BEFORE DELETE ON cards
        BEGIN SELECT RAISE(ABORT, 'a UID stays booked'); END;
    CREATE TRIGGER cards_keep_their_names BEFORE UPDATE OF uid, token, job ON cards
        BEGIN SELECT RAISE(ABORT, 'a card keeps its token'); END;
    PRAGMA user_version = 1;
    PRAGMA application_id = 1464028231;
"""
VERSION_1_CARDS = (
    (UID, TOKEN, "J-1", "NTAG213", "permanent", DIGEST, 0),
    (OTHER_UID, OTHER_TOKEN, "J-1", "NTAG215", "permanent", None, 1),
    (THIRD_UID, OTHER_TOKEN, "J-1", "NTAG215", "permanent", None, 0),
)
VERSION_1_STAGES = (
    *((UID, stage) for stage in ("begun", *WHOLE)),
    *((OTHER_UID, stage) for stage in ("begun", "written", "scrapped")),
    *((THIRD_UID, stage) for stage in ("begun", "written")),
)


def version_1(path: Path) -> Path:
    """A file as the first version of the program left it."""
    with closing(sqlite3.connect(path)) as opened:
        opened.executescript(VERSION_1)
        opened.executemany("INSERT INTO cards VALUES (?, ?, ?, ?, ?, ?, ?)", VERSION_1_CARDS)
        opened.executemany(
            "INSERT INTO stages (uid, stage, at, station, operator) VALUES (?, ?, ?, ?, ?)",
            [
                (uid, stage, f"2026-11-22T14:00:{second:02}.000Z", "bench-1", "mona")
                for second, (uid, stage) in enumerate(VERSION_1_STAGES)
            ],
        )
        opened.commit()
    return path
