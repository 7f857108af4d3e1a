"""``ledger stats``: how much was done, how fast, and what went wrong."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import click

from encoder.cli.ledger.cards import job_option
from encoder.cli.ledger.tables import csv_text, print_table
from encoder.cli.options import default_ledger, json_option, ledger_option, write_json
from encoder.ledger import Ledger
from encoder.ledger.stats import Figures, GroupName, Question, Spread, Statistics
from landing.contract.documents import format_time

_COLUMNS = (
    *("done", "resumed", "already_done", "refused", "failed", "scrapped", "cards_per_hour"),
    *("exchanges_median", "exchanges_p95", "seconds_median", "seconds_p95", "working_seconds"),
)
_REASONS = ("refused_by_reason", "failed_by_reason")


@click.command()
@job_option
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Only from this day on, as 2026-11-22, in UTC.",
)
@click.option("--by", type=click.Choice(get_args(GroupName)), help="A line for each of these.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(["table", "csv"]),
    default="table",
    show_default=True,
    help="For people, or for a spreadsheet.",
)
@ledger_option
@json_option
def stats(
    job: str | None,
    since: datetime | None,
    by: GroupName | None,
    kind: str,
    ledger_path: Path | None,
    as_json: bool,
) -> None:
    """Tell how many cards were done, how fast, and why others were not.

    \b
    Examples:
      wecard-encoder ledger stats --since 2026-11-01 --by day
      wecard-encoder ledger stats --job J-2026-0001 --json

    done counts the cards booked; resumed tells how many of them had to be laid down again. refused
    and failed count presentations. Cards per hour are over the time worked: the time from one
    presentation to the next at a station, and at most five minutes each. Exchanges and seconds are
    of the cards done in one presentation. Days are in UTC. A run of an older version kept no
    presentations: its cards count as done only.
    """
    start = since.replace(tzinfo=UTC) if since is not None else None
    question = Question(job=job, since=start, by=by)
    with Ledger.open(ledger_path or default_ledger(), writable=False) as book:
        found = book.statistics(question)
    if as_json:
        write_json(_as_json(question, found))
    elif kind == "csv":
        click.echo(_as_csv(question, found).encode(), nl=False)
    else:
        _print(question, found)


def _as_json(question: Question, found: Statistics) -> dict[str, object]:
    return {
        "job": question.job,
        "since": format_time(question.since, timespec="seconds") if question.since else None,
        "by": question.by,
        "total": asdict(found.total),
        "groups": [{"group": name, **asdict(group)} for name, group in found.groups.items()],
    }


def _as_csv(question: Question, found: Statistics) -> str:
    rows = [
        [name, *_cells(group), _reasons(group.refused), _reasons(group.failed)]
        for name, group in _lines(question, found).items()
    ]
    return csv_text([question.by or "group", *_COLUMNS, *_REASONS], rows)


def _print(question: Question, found: Statistics) -> None:
    lines = _lines(question, found) | {"total": found.total}
    names = [name.replace("_", " ") for name in (question.by or "", *_COLUMNS)]
    print_table(names, [[name, *_cells(group)] for name, group in lines.items()])
    for name, group in lines.items():
        for word, reasons in (("refused", group.refused), ("failed", group.failed)):
            if reasons:
                click.echo(f"{name}, {word}: {_reasons(reasons)}")


def _lines(question: Question, found: Statistics) -> dict[str, Figures]:
    return found.groups if question.by else {"total": found.total}


def _reasons(reasons: dict[str, int]) -> str:
    return " ".join(f"{reason}={count}" for reason, count in reasons.items())


def _cells(group: Figures) -> list[str]:
    counts = (group.done, group.resumed, group.already_done)
    lost = (sum(group.refused.values()), sum(group.failed.values()), group.scrapped)
    costs = (*_spread(group.exchanges), *_spread(group.seconds))
    numbers = (*counts, *lost, group.cards_per_hour, *costs, group.working_seconds)
    return ["" if number is None else f"{number:.10g}" for number in numbers]


def _spread(spread: Spread | None) -> tuple[float | None, float | None]:
    return (spread.median, spread.p95) if spread else (None, None)
