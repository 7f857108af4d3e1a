"""Bring another station's ledger in: all of it, or nothing and every clash named."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from encoder.errors import LedgerError
from encoder.ledger.check import check_ledger
from encoder.ledger.file import mapped, readable
from encoder.ledger.merge_plan import (
    BEGUN_WITH,
    FOUND_OUT,
    CardRecord,
    Clash,
    Contents,
    MergePlan,
    Stages,
    plan_merge,
)

_FACTS = (*BEGUN_WITH, *FOUND_OUT)
_PRESENTED = (
    *("job", "status", "reason", "token", "uid", "chip", "reader", "exchanges", "writes"),
    *("seconds", "at", "station", "operator"),
)
_PRINTED = (
    *("token", "uid", "printer", "layout", "outcome", "detail"),
    *("at", "station", "operator"),
)
_SELECT_CARDS = f"SELECT uid, token, job, {', '.join(_FACTS)} FROM cards ORDER BY rowid"  # noqa: S608
_SELECT_STAGES = "SELECT uid, stage, at, station, operator FROM stages ORDER BY id"
_SELECT_PRESENTED = f"SELECT {', '.join(_PRESENTED)} FROM presentations ORDER BY id"  # noqa: S608
_SELECT_PRINTED = f"SELECT {', '.join(_PRINTED)} FROM prints ORDER BY id"  # noqa: S608
_INSERT_CARD = f"""
    INSERT INTO cards (uid, token, job, scrapped, {", ".join(_FACTS)})
    VALUES (?, ?, ?, ?{", ?" * len(_FACTS)})
"""  # noqa: S608 - only words of this file, as in the others
_UPDATE_CARD = f"""
    UPDATE cards SET scrapped = ?, {", ".join(f"{name} = ?" for name in _FACTS)} WHERE uid = ?
"""  # noqa: S608
_INSERT_STAGE = "INSERT INTO stages (uid, stage, at, station, operator) VALUES (?, ?, ?, ?, ?)"
_INSERT_PRESENTED = f"""
    INSERT INTO presentations ({", ".join(_PRESENTED)}) VALUES (?{", ?" * (len(_PRESENTED) - 1)})
"""  # noqa: S608
_INSERT_PRINTED = f"""
    INSERT INTO prints ({", ".join(_PRINTED)}) VALUES (?{", ?" * (len(_PRINTED) - 1)})
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge brought, or would bring; with a clash, nothing was written."""

    cards: int
    grown: int
    stages: int
    presentations: int
    clashes: tuple[Clash, ...]
    prints: int = 0


def read_whole(path: Path) -> Contents:
    """Everything in another ledger, which stays untouched; an older version is read too.

    Raises:
        LedgerError: it cannot be read, or what is in it cannot be.
    """
    wrong = [found for found in check_ledger(path) if found.fault != "time-backwards"]
    if wrong:
        raise LedgerError(
            f"there is something wrong with the ledger {path}: {wrong[0].message};"
            " nothing was written",
            hint=f"see all of it with: wecard-encoder ledger check --ledger {path}",
        )
    with mapped(path), closing(readable(path)) as opened:
        return contents_of(opened)


def contents_of(opened: sqlite3.Connection) -> Contents:
    """Everything in an open ledger."""
    stages: dict[str, list[tuple[str, str, str, str]]] = {}
    for uid, *stage in opened.execute(_SELECT_STAGES):
        stages.setdefault(uid, []).append((stage[0], stage[1], stage[2], stage[3]))
    cards = {
        uid: CardRecord(
            uid=uid,
            token=token,
            job=job,
            facts=dict(zip(_FACTS, facts, strict=True)),
            stages=tuple(stages.get(uid, ())),
        )
        for uid, token, job, *facts in opened.execute(_SELECT_CARDS)
    }
    presented, printed = (
        opened.execute(select).fetchall() for select in (_SELECT_PRESENTED, _SELECT_PRINTED)
    )
    return Contents(cards, presented, printed)


def merge_into(opened: sqlite3.Connection, other: Contents, *, dry_run: bool) -> Merged:
    """Plan the merge and carry it out where nothing clashes; the caller has the transaction."""
    plan = plan_merge(contents_of(opened), other)
    if not plan.clashes and not dry_run:
        carry_out(opened, plan)
    added_stages = [len(card.stages) for card in plan.added]
    return Merged(
        cards=len(plan.added),
        grown=len(plan.grown),
        stages=sum(added_stages) + sum(len(grown.surplus) for grown in plan.grown),
        presentations=len(plan.presentations),
        clashes=tuple(plan.clashes),
        prints=len(plan.prints),
    )


def carry_out(opened: sqlite3.Connection, plan: MergePlan) -> None:
    """Write; cards that were scrapped meanwhile give their tokens back ahead of the new cards."""
    for grown in plan.grown:
        card = grown.card
        opened.execute(_UPDATE_CARD, (not card.is_live, *_facts(card), card.uid))
        _add_stages(opened, card.uid, grown.surplus)
    for card in plan.added:
        names = (card.uid, card.token, card.job)
        opened.execute(_INSERT_CARD, (*names, not card.is_live, *_facts(card)))
        _add_stages(opened, card.uid, card.stages)
    opened.executemany(_INSERT_PRESENTED, plan.presentations)
    opened.executemany(_INSERT_PRINTED, plan.prints)


def _facts(card: CardRecord) -> list[object]:
    return [card.facts[name] for name in _FACTS]


def _add_stages(opened: sqlite3.Connection, uid: str, stages: Stages) -> None:
    opened.executemany(_INSERT_STAGE, [(uid, *stage) for stage in stages])
