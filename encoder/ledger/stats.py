"""What a ledger says of the work: counts, pace, and what a card costs."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Literal

GroupName = Literal["day", "operator", "station", "job", "chip"]

LONGEST_GAP_SECONDS = 300.0  # a longer one is a break, not work
_PRESENTED = """
    SELECT job, chip, at, station, operator, status, reason, exchanges, seconds
    FROM presentations ORDER BY station, at, id
"""
_ENDED = """
    SELECT job, chip, at, station, operator, stage FROM stages JOIN cards USING (uid)
    WHERE stage IN ('booked', 'scrapped') ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle and the slow end of a figure."""

    median: float
    p95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The work of one group.

    ``done`` counts cards booked, ``resumed`` those of them that took more than one presentation.
    ``refused`` and ``failed`` count presentations by reason. The costs are those of cards that
    were done in one presentation.
    """

    done: int
    resumed: int
    already_done: int
    scrapped: int
    refused: dict[str, int]
    failed: dict[str, int]
    working_seconds: float
    cards_per_hour: float | None
    exchanges: Spread | None
    seconds: Spread | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which part of the work is asked for; ``since`` is the first day, in UTC."""

    job: str | None = None
    since: datetime | None = None
    by: GroupName | None = None


@dataclass(frozen=True, slots=True)
class Statistics:
    """The figures of all that was asked for, and of each group of it."""

    total: Figures
    groups: dict[str, Figures]


@dataclass(frozen=True, slots=True)
class _Happening:
    """A presentation, or the stage that ended a card."""

    job: str
    chip: str | None
    at: datetime
    station: str
    operator: str
    what: str  # a presentation's status, or a stage
    reason: str | None = None
    exchanges: int = 0
    seconds: float = 0.0
    worked: float = 0.0  # the time it took from the one before it


_GROUPS: dict[GroupName, Callable[[_Happening], str]] = {
    "day": lambda happening: happening.at.date().isoformat(),
    "operator": lambda happening: happening.operator,
    "station": lambda happening: happening.station,
    "job": lambda happening: happening.job,
    "chip": lambda happening: happening.chip or "unknown",
}


def statistics(opened: sqlite3.Connection, question: Question) -> Statistics:
    """Answer a question from an open ledger."""
    asked = [
        happening
        for happening in chain(_presentations(opened), _ends(opened))
        if question.job in (None, happening.job)
        and (question.since is None or happening.at >= question.since)
    ]
    return Statistics(_figures(asked), _grouped(asked, question.by))


def _grouped(asked: Iterable[_Happening], by: GroupName | None) -> dict[str, Figures]:
    if by is None:
        return {}
    groups: dict[str, list[_Happening]] = {}
    for happening in asked:
        groups.setdefault(_GROUPS[by](happening), []).append(happening)
    return {name: _figures(groups[name]) for name in sorted(groups)}


def _presentations(opened: sqlite3.Connection) -> Iterator[_Happening]:
    """All presentations with the time worked for each: the gap at its station, breaks cut."""
    before: tuple[str, datetime] | None = None
    for job, chip, at, station, operator, status, reason, exchanges, seconds in _rows(
        opened, _PRESENTED
    ):
        worked = min(seconds, LONGEST_GAP_SECONDS)
        if before is not None and before[0] == station:
            worked = min((at - before[1]).total_seconds(), LONGEST_GAP_SECONDS)
        before = station, at
        yield _Happening(
            job, chip, at, station, operator, status, reason, exchanges, seconds, worked
        )


def _ends(opened: sqlite3.Connection) -> Iterator[_Happening]:
    for row in _rows(opened, _ENDED):
        yield _Happening(*row)


def _rows(opened: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    for job, chip, at, *rest in opened.execute(query):
        yield (job, chip, datetime.fromisoformat(at), *rest)


def _figures(happenings: Iterable[_Happening]) -> Figures:
    found = list(happenings)
    counts = Counter(happening.what for happening in found)
    working_seconds = sum(happening.worked for happening in found)
    finished = counts["done"] + counts["resumed"]
    at_once = [happening for happening in found if happening.what == "done"]
    return Figures(
        done=counts["booked"],
        resumed=counts["resumed"],
        already_done=counts["already-done"],
        scrapped=counts["scrapped"],
        refused=_by_reason(found, "refused"),
        failed=_by_reason(found, "failed"),
        working_seconds=round(working_seconds, 3),
        cards_per_hour=round(finished * 3600 / working_seconds, 1) if working_seconds else None,
        exchanges=_spread([happening.exchanges for happening in at_once]),
        seconds=_spread([happening.seconds for happening in at_once]),
    )


def _by_reason(found: Iterable[_Happening], status: str) -> dict[str, int]:
    reasons = Counter(
        happening.reason or "unknown" for happening in found if happening.what == status
    )
    return dict(sorted(reasons.items()))


def _spread(values: list[int] | list[float]) -> Spread | None:
    """Median and 95th percentile, each a value that was seen: the nearest rank."""
    if not values:
        return None
    ordered = sorted(values)
    median, p95 = (ordered[-(-len(ordered) * share // 100) - 1] for share in (50, 95))
    return Spread(median, p95)
