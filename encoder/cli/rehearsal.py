"""``run --dry-run``: check job, ledger, key and readers, and say what would be done."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from encoder.cli.opening import open_readers
from encoder.cli.options import warn, write_json
from encoder.cli.order import Order
from encoder.errors import LedgerError
from encoder.ledger import Ledger
from encoder.station.worklist import Worklist


def rehearse(order: Order, *, as_json: bool) -> None:
    """Check everything that needs no card; nothing is written, and no card is waited for.

    Raises:
        EncoderError: what a run would raise ahead of its first card.
    """
    with _ledger(order.ledger_path) as ledger:
        plan = _plan(order, ledger)
    with open_readers(order, cards=1, warn=warn):
        pass  # that they can be opened, all at once, is what was to be known
    if as_json:
        write_json(plan)
        return
    for name, value in plan.items():
        told = ", ".join(value) if isinstance(value, list) else value
        click.echo(f"{name.replace('_', ' '):<12}{'-' if told is None else told}")


@contextmanager
def _ledger(path: Path) -> Iterator[Ledger | None]:
    """The ledger as it stands; None where a run would make it."""
    if path.exists():
        with Ledger.open(path, writable=False) as ledger:
            yield ledger
        return
    nearest = next(folder for folder in path.absolute().parents if folder.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise LedgerError(f"no ledger can be made at {path}: {nearest} may not be written to")
    yield None


def _plan(order: Order, ledger: Ledger | None) -> dict[str, Any]:
    key_id = order.key.key_id if order.key else None
    job, done, begun = order.job, 0, 0
    if ledger is not None:
        worklist = Worklist(job, ledger, mirror=order.mirror, key_id=key_id)
        done, begun = worklist.done, worklist.unfinished
    return {
        "event": "plan",
        "job": job.job,
        "cards": len(job.items),
        "done": done,
        "begun": begun,
        "remaining": len(job.items) - done,
        "chips": list(job.policy.chips),
        "genuine": "checked" if job.policy.require_genuine else "not checked",
        "protection": job.policy.protection,
        "mirror": order.mirror,
        "key_id": key_id,
        "readers": list(order.readers),
        "ledger": str(order.ledger_path),
        "labels": str(order.labels) if order.labels else None,
        "report": str(order.report) if order.report else None,
    }
