"""What a card's stages may look like: pure rules over one card's history."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal, get_args

from encoder.ledger.cards import LedgerStage

Fault = Literal["no-begun", "not-proven", "impossible-order", "time-backwards", "unknown-word"]
Entry = tuple[str, str]  # stage, time as written

STAGES: tuple[LedgerStage, ...] = get_args(LedgerStage)
_NEEDS: dict[str, set[str]] = {"verified": {"written"}, "locked": {"verified"}}


def history_faults(history: Sequence[Entry], protection: str) -> Iterator[tuple[Fault, str]]:
    """What cannot be in a card's history, given in the order it was booked."""
    stages = [stage for stage, _ in history]
    unknown = sorted(set(stages) - set(STAGES))
    if unknown:
        yield "unknown-word", f"it has the stage {unknown[0]!r}"
    if "begun" not in stages:
        yield "no-begun", "nothing says that it was begun"
    else:
        yield from _order_faults(stages)
    if stages[-1:] == ["booked"]:
        missing = _proofs(protection) - set(_last_round(stages))
        if missing:
            yield "not-proven", f"it is booked without {' and '.join(sorted(missing))} before it"
    yield from _time_faults(history)


def _order_faults(stages: Sequence[str]) -> Iterator[tuple[Fault, str]]:
    """Each stage against what is behind it, since the card was last begun."""
    behind: list[str] = []
    for stage in stages:
        last = behind[-1] if behind else None
        if not _may_follow(stage, last) or not _NEEDS.get(stage, set()) <= set(behind):
            yield "impossible-order", f"{stage} cannot come after {last or 'nothing'}"
        behind = [stage] if stage == "begun" else [*behind, stage]


def _may_follow(stage: str, last: str | None) -> bool:
    if last in (None, "unprotected"):
        return stage == "begun" or (last is not None and stage in ("unprotected", "scrapped"))
    if last == "booked":
        return stage in ("unprotected", "scrapped")
    return last != "scrapped" and stage != "begun"


def _last_round(stages: Sequence[str]) -> Sequence[str]:
    """The stages since the card was last begun."""
    return stages[len(stages) - 1 - stages[::-1].index("begun") :] if "begun" in stages else stages


def _proofs(protection: str) -> set[str]:
    return {"verified"} if protection == "none" else {"verified", "locked"}


def _time_faults(history: Sequence[Entry]) -> Iterator[tuple[Fault, str]]:
    before: tuple[str, datetime] | None = None
    for stage, written in history:
        fault = time_fault(written)
        if fault is not None:
            yield "unknown-word", f"{stage} has {fault}"
            continue
        at = datetime.fromisoformat(written)
        if before is not None and at < before[1]:
            yield "time-backwards", f"{stage} is booked as earlier than {before[0]} before it"
        before = stage, at


def time_fault(written: str) -> str | None:
    """What is wrong with a time as the ledger writes it, RFC 3339 in UTC."""
    try:
        is_aware = datetime.fromisoformat(written).tzinfo is not None
    except ValueError:
        is_aware = False
    return None if is_aware else f"the time {written!r}, which is none"
