"""``ledger show``, ``export`` and ``scrap``: the cards themselves."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from encoder.cli.ledger.tables import csv_text, print_table
from encoder.cli.options import (
    default_ledger,
    default_operator,
    default_station,
    existing_ledger,
    json_option,
    ledger_option,
    operator_option,
    refuse_to_replace,
    station_option,
    write_json,
)
from encoder.errors import LedgerError
from encoder.ledger import Bench, BookedCard, Ledger
from encoder.whole_files import write_whole
from landing.contract.documents import Report, dump_report, format_time
from landing.contract.errors import TokenError
from landing.contract.token import format_token, parse_token

_SHOWN = ("job", "token", "uid", "chip", "protection", "stage", "at", "operator", "station")
_COLUMNS = (*_SHOWN, "url", "mirror", "genuine", "version", "key_id", "digest", "config")
job_option = click.option("--job", metavar="JOB", help="Only the cards of this job.")


@click.command()
@job_option
@ledger_option
@json_option
def show(job: str | None, ledger_path: Path | None, as_json: bool) -> None:
    """Show the cards and how far each of them got.

    \b
    Examples:
      wecard-encoder ledger show
      wecard-encoder ledger show --job J-2026-0001 --json
    """
    with Ledger.open(ledger_path or default_ledger(), writable=False) as book:
        rows = [_row(card) for card in book.cards(job)]
    if as_json:
        write_json(rows)
        return
    shown = [{**row, "token": format_token(row["token"])} for row in rows]
    print_table(_SHOWN, [[row[name] for name in _SHOWN] for row in shown])


@click.command()
@job_option
@click.option(
    "--format",
    "kind",
    type=click.Choice(["report", "csv"]),
    default="report",
    show_default=True,
    help="The site's report of one job, or a table of all cards.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to a file.  [default: stdout]",
)
@station_option
@ledger_option
@json_option
def export(
    job: str | None,
    kind: str,
    out: Path | None,
    station: str | None,
    ledger_path: Path | None,
    as_json: bool,
) -> None:
    """Write a job's report for the site again, or all cards as CSV.

    \b
    Examples:
      wecard-encoder ledger export --job J-2026-0001 --out report.json
      wecard-encoder ledger export --format csv --out cards.csv

    The report needs no --job where the ledger knows one job only. --json writes the cards as
    JSON in the place of CSV.
    """
    writers: dict[str, Callable[[Ledger], str]] = {
        "csv": lambda book: _json_table(book, job) if as_json else _csv_table(book, job),
        "report": lambda book: _report(book, job, station or default_station()),
    }
    path = ledger_path or default_ledger()
    refuse_to_replace(out, path, param_hint="--out")
    with Ledger.open(path, writable=False) as book:
        text = writers[kind](book)
    if out is None:
        click.echo(text.encode(), nl=False)
    else:
        write_whole(out, text.encode())
        click.echo(f"{out} is written", err=True)


@click.command()
@click.argument("token")
@station_option
@operator_option
@ledger_option
@json_option
def scrap(
    token: str,
    station: str | None,
    operator: str | None,
    ledger_path: Path | None,
    as_json: bool,
) -> None:
    """Give a dead card's item back; the next blank takes its TOKEN.

    \b
    Examples:
      wecard-encoder ledger scrap 7H3K-9QX2-MZ4D-G
      wecard-encoder ledger scrap 7H3K9QX2MZ4DG --operator mona

    The dead card's UID stays booked, so it is refused if it comes back. Destroy it: it may open
    the same address.
    """
    bench = Bench(station=station or default_station(), operator=operator or default_operator())
    with Ledger.open(existing_ledger(ledger_path), writable=True) as book:
        card = book.scrap(_token(token), at=datetime.now(UTC), by=bench)
    if as_json:
        write_json({"scrapped": card.uid, "token": card.token, "job": card.job})
    else:
        click.echo(f"{card.uid} is scrapped; the next blank takes {format_token(card.token)}")


def _token(text: str) -> str:
    try:
        return parse_token(text)
    except TokenError as error:
        raise click.BadParameter(str(error), param_hint="TOKEN") from error


def _report(book: Ledger, job: str | None, station: str) -> str:
    jobs = sorted({card.job for card in book.cards(job)})
    if len(jobs) != 1:
        known = ", ".join(jobs) or "none"
        raise LedgerError(
            f"a report is of one job; the ledger's jobs here are: {known}",
            hint="name one of them with --job, or take --format csv",
        )
    return dump_report(Report(job=jobs[0], station=station, cards=book.reported(jobs[0])))


def _csv_table(book: Ledger, job: str | None) -> str:
    rows = [_row(card) for card in book.cards(job)]
    return csv_text(_COLUMNS, [[_as_cell(row[name]) for name in _COLUMNS] for row in rows])


def _as_cell(value: str | bool | None) -> str:
    """A value as CSV has it: empty when unknown, the words of JSON for a yes or no."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _json_table(book: Ledger, job: str | None) -> str:
    rows = [_row(card) for card in book.cards(job)]
    return json.dumps(rows, ensure_ascii=False) + "\n"


def _row(card: BookedCard) -> dict[str, Any]:
    values = asdict(card) | {"at": format_time(card.at)}
    return {name: values[name] for name in _COLUMNS}
