"""``wecard-encoder labels``: what a label looks like, and the labels of a job on paper."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import click

from encoder.cli.exits import ExitCode
from encoder.cli.jobs import load_job
from encoder.cli.options import (
    default_operator,
    default_station,
    existing_ledger,
    json_option,
    ledger_option,
    operator_option,
    station_option,
    write_json,
)
from encoder.labels.content import LabelContent
from encoder.labels.layout import Language
from encoder.labels.layout_file import layout_names, load_layout
from encoder.labels.render import DEFAULT_DPI, FileKind, Style, render_label, render_pages
from encoder.ledger import Bench, Ledger
from encoder.printers import open_printer
from encoder.printing import PrintedLabel, PrintOrder, PrintRoom
from encoder.qr import zbar
from encoder.whole_files import write_whole
from landing.contract.documents import Job
from landing.contract.errors import CardUrlError, TokenError
from landing.contract.token import format_token, parse_token
from landing.contract.url import card_url, parse_site_url

_SAMPLE_TOKEN = "7H3K9QX2MZ4DG"  # noqa: S105 - a card's, of the documents
_KINDS: Mapping[str, FileKind] = {".pdf": "pdf", ".png": "png", ".zpl": "zpl"}

layout_option = click.option(
    "--layout",
    default="cr80-back",
    show_default=True,
    metavar="LAYOUT",
    help="One of ours, or a layout file's path; see: wecard-encoder labels layouts.",
)
dpi_option = click.option(
    "--dpi",
    type=click.IntRange(100, 2400),
    default=DEFAULT_DPI,
    show_default=True,
    help="The printer's dots per inch; the QR code's modules are whole dots of it.",
)
language_option = click.option(
    "--language",
    type=click.Choice(get_args(Language)),
    default="fr",
    show_default=True,
    help="Of the layout's own words.",
)
logo_option = click.option(
    "--logo",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A PNG or JPEG for the layout's logo field.",
)


@click.group()
def labels() -> None:
    """Show label layouts, and print the labels of cards that are done.

    \b
    Examples:
      wecard-encoder labels preview --layout cr80-back --out card.png
      wecard-encoder labels print job.json --layout avery-l7160 --printer cups:office
    """


@labels.command()
@json_option
def layouts(as_json: bool) -> None:
    """List the layouts that come with the program.

    \b
    Examples:
      wecard-encoder labels layouts
      wecard-encoder labels layouts --json
    """
    titles = {name: load_layout(name).title for name in layout_names()}
    if as_json:
        write_json([{"layout": name, "title": title} for name, title in titles.items()])
        return
    for name, title in titles.items():
        click.echo(f"{name:<14}  {title}")


@labels.command()
@layout_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("label.png"),
    show_default=True,
    metavar="FILE",
    help="A .png, .pdf or .zpl file.",
)
@click.option("--name", default="Zoé Lefèvre", show_default=True, help="The name on it.")
@click.option("--line", default="Dupont Industries", show_default=True, help="The line below.")
@click.option("--site", default="https://card.example", show_default=True, help="The site.")
@dpi_option
@language_option
@logo_option
@json_option
def preview(
    layout: str,
    out: Path,
    name: str,
    line: str,
    site: str,
    dpi: int,
    language: Language,
    logo: Path | None,
    as_json: bool,
) -> None:
    """Draw a sample label, to look at or to try a printer with.

    \b
    Examples:
      wecard-encoder labels preview --layout round-sticker --out sticker.png
      wecard-encoder labels preview --layout mine.toml --name "Anne-Laure Ey" --out mine.pdf

    A PDF of a sheet's layout is a whole page of the sample. A .zpl file can be sent to a label
    printer as it is.
    """
    kind = _KINDS.get(out.suffix.lower())
    if kind is None:
        raise click.BadParameter("name a .png, .pdf or .zpl file", param_hint="--out")
    style = Style(layout=load_layout(layout), dpi=dpi, language=language, logo=logo)
    sample = _sample(site, name, line)
    if kind == "pdf" and style.layout.sheet is not None:
        title = style.layout.title
        content = render_pages(style, [sample] * style.layout.sheet.places, title=title)
    else:
        content = render_label(style, sample, kind)
    write_whole(out, content)
    if as_json:
        write_json({"layout": style.layout.name, "file": str(out), "dpi": dpi})
    else:
        click.echo(f"{out} is written", err=True)


@labels.command("print")
@click.argument("job_file", metavar="JOB")
@layout_option
@click.option(
    "--printer",
    default="file:labels",
    show_default=True,
    metavar="PRINTER",
    help="file:DIR, cups:QUEUE or zpl:HOST:9100.",
)
@click.option(
    "--token",
    "tokens",
    multiple=True,
    metavar="TOKEN",
    help="Only this card's label. May be given several times.  [default: all done cards]",
)
@click.option("--again", is_flag=True, help="Print labels that were printed before, too.")
@dpi_option
@language_option
@logo_option
@station_option
@operator_option
@ledger_option
@json_option
def print_labels(
    job_file: str,
    layout: str,
    printer: str,
    tokens: tuple[str, ...],
    again: bool,
    dpi: int,
    language: Language,
    logo: Path | None,
    station: str | None,
    operator: str | None,
    ledger_path: Path | None,
    as_json: bool,
) -> int:
    """Print the labels of a job's done cards; JOB is a file, or - for stdin.

    \b
    Examples:
      wecard-encoder labels print job.json --printer zpl:192.0.2.7:9100 --dpi 203
      wecard-encoder labels print job.json --token 7H3K-9QX2-MZ4D-G --again

    Only cards whose lock was read back get a label, and only one that says what the chip says. Each
    print is booked in the ledger: what was printed with a layout is not printed with it again
    without --again, what failed is. A sheet's layout makes one document of all labels. Exit codes:
    0 printed, 4 bad job, ledger or layout, 6 a label was not printed.
    """
    job = load_job(job_file)
    path = existing_ledger(ledger_path)
    order = PrintOrder(
        job=job,
        style=Style(layout=load_layout(layout), dpi=dpi, language=language, logo=logo),
        printer=open_printer(printer),
        tokens=frozenset(_tokens(tokens, job)),
        again=again,
    )
    bench = Bench(station=station or default_station(), operator=operator or default_operator())
    counts: Counter[str] = Counter()
    with Ledger.open(path, writable=True) as ledger:
        room = PrintRoom(order, ledger, bench=bench, clock=lambda: datetime.now(UTC))
        for label in room.run():
            counts[label.status] += 1
            _tell(label, as_json=as_json)
    _tell_end(counts, as_json=as_json)
    return ExitCode.CARDS_NOT_DONE if _is_lacking(counts) else ExitCode.DONE


def _sample(site: str, name: str, line: str) -> LabelContent:
    try:
        known = parse_site_url(site)
    except CardUrlError as error:
        raise click.BadParameter(str(error), param_hint="--site") from error
    return LabelContent(
        site=known,
        token=_SAMPLE_TOKEN,
        url=card_url(known, _SAMPLE_TOKEN),
        position=1,
        name=name,
        line=line,
        activation="K7QP92MX4D3A",
    )


def _tokens(given: tuple[str, ...], job: Job) -> list[str]:
    of_job = {item.token for item in job.items}
    found = []
    for text in given:
        token = ""
        with suppress(TokenError):
            token = parse_token(text)
        if token not in of_job:
            raise click.BadParameter(
                f"{text!r} is no token of the job {job.job}", param_hint="--token"
            )
        found.append(token)
    return found


def _tell(label: PrintedLabel, *, as_json: bool) -> None:
    if as_json:
        told = {"token": label.token, "uid": label.uid, "status": label.status}
        write_json({"event": "label", **told, "detail": label.detail, "note": label.note})
    else:
        click.echo(f"{format_token(label.token)}  {label.uid or '-':<14}  {label.status}")
    if label.status != "printed":
        click.echo(f"{label.status}: {label.detail}", err=True)
    if label.note:
        click.echo(f"{format_token(label.token)}: {label.note}", err=True)
    if label.hint:
        click.echo(f"hint: {label.hint}", err=True)


def _tell_end(counts: Counter[str], *, as_json: bool) -> None:
    lacking = counts["failed"] + counts["unsure"] + counts["not-done"]
    if as_json:
        told = {"printed": counts["printed"], "already_printed": counts["already-printed"]}
        readers = ["zxing-cpp", *(["zbar"] if zbar.is_here() else [])]
        write_json({"event": "end", **told, "not_printed": lacking, "read_back_by": readers})
        return
    click.echo(
        f"{counts['printed']} printed, {counts['already-printed']} printed before,"
        f" {lacking} not printed",
        err=True,
    )


def _is_lacking(counts: Counter[str]) -> bool:
    return any(counts[status] for status in ("failed", "unsure", "not-done"))
