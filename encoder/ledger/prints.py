"""What was printed: a row ahead of each label's print and one behind it, never changed."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from encoder.ledger.cards import Bench
from landing.contract.documents import format_time

PrintOutcome = Literal["begun", "printed", "failed"]

_INSERT = """
    INSERT INTO prints (token, uid, printer, layout, outcome, detail, at, station, operator)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_SELECT = """
    SELECT token, prints.uid, printer, layout, outcome, detail, at, station, operator
    FROM prints JOIN cards USING (uid, token) WHERE job = ? ORDER BY prints.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """A label that was sent, came out, or did not; ``detail`` is what the printer said of it.

    A label whose last row is ``begun`` may or may not have come out.
    """

    token: str
    uid: str
    printer: str
    layout: str
    outcome: PrintOutcome
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedPrint:
    """A print as the ledger has it."""

    what: Print
    at: datetime
    by: Bench


def add_print(opened: sqlite3.Connection, what: Print, *, at: datetime, by: Bench) -> None:
    """Book a print; the caller has the transaction."""
    told = (what.token, what.uid, what.printer, what.layout, what.outcome, what.detail)
    opened.execute(_INSERT, (*told, format_time(at), by.station, by.operator))


def select_prints(opened: sqlite3.Connection, job: str) -> list[BookedPrint]:
    """All prints of a job's labels, in the order they were booked."""
    return [
        BookedPrint(
            what=Print(
                token=token,
                uid=uid,
                printer=printer,
                layout=layout,
                outcome=outcome,
                detail=detail,
            ),
            at=datetime.fromisoformat(at),
            by=Bench(station=station, operator=operator),
        )
        for token, uid, printer, layout, outcome, detail, at, station, operator in opened.execute(
            _SELECT, (job,)
        )
    ]
