"""``wecard-encoder ledger``: show, export and mend the book of cards."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from encoder.cli.options import (
    default_ledger,
    default_operator,
    default_station,
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

_COLUMNS = ("job", "token", "uid", "chip", "protection", "stage", "at", "operator", "station")
_job_option = click.option("--job", metavar="JOB", help="Only the cards of this job.")


@click.group()
def ledger() -> None:
    """Show, export and mend the book of cards.

    \b
    Examples:
      wecard-encoder ledger show --job J-2026-0001
      wecard-encoder ledger scrap 7H3K-9QX2-MZ4D-G
    """


@ledger.command()
@_job_option
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
    for row in rows:
        row["token"] = format_token(row["token"])
    widths = [max([len(name), *(len(row[name]) for row in rows)]) for name in _COLUMNS]
    _print_line(_COLUMNS, widths)
    for row in rows:
        _print_line([row[name] for name in _COLUMNS], widths)


@ledger.command()
@_job_option
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


@ledger.command()
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
    path = ledger_path or default_ledger()
    if not path.exists():
        raise LedgerError(f"there is no ledger at {path}", hint="name the file with --ledger")
    with Ledger.open(path, writable=True) as book:
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
    buffer = io.StringIO(newline="")
    table = csv.DictWriter(buffer, _COLUMNS, lineterminator="\r\n")  # RFC 4180, 2
    table.writeheader()
    table.writerows(_row(card) for card in book.cards(job))
    return buffer.getvalue()


def _json_table(book: Ledger, job: str | None) -> str:
    rows = [_row(card) for card in book.cards(job)]
    return json.dumps(rows, ensure_ascii=False) + "\n"


def _row(card: BookedCard) -> dict[str, str]:
    return {
        "job": card.job,
        "token": card.token,
        "uid": card.uid,
        "chip": card.chip,
        "protection": card.protection,
        "stage": card.stage,
        "at": format_time(card.at),
        "operator": card.operator,
        "station": card.station,
    }


def _print_line(values: Sequence[str], widths: Sequence[int]) -> None:
    cells = [value.ljust(width) for value, width in zip(values, widths, strict=True)]
    click.echo("  ".join(cells).rstrip())
