"""``wecard-encoder run``: the cards of a job."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from encoder.chips.mirror import MIRRORS, Mirror
from encoder.cli.exits import ExitCode, exit_code_of
from encoder.cli.jobs import (
    check_mirror,
    named_chips,
)
from encoder.cli.opening import open_readers
from encoder.cli.options import (
    default_key,
    default_ledger,
    default_operator,
    default_station,
    json_option,
    key_option,
    ledger_option,
    operator_option,
    readers_option,
    refuse_to_replace,
    station_option,
)
from encoder.cli.order import Order
from encoder.cli.rehearsal import rehearse
from encoder.cli.report import ReportFile
from encoder.cli.screen import Screen, open_screen
from encoder.cli.site import TakenJob, take_job, telling_site, token_file_option
from encoder.cli.stopping import stop_on_signals
from encoder.errors import EncoderError
from encoder.key_file import read_key
from encoder.labels.files import write_label
from encoder.labels.sheet import write_sheet
from encoder.ledger import Bench, Ledger
from encoder.station.encoding import Desk, Prover
from encoder.station.events import End, Event
from encoder.station.identify import KNOWN_CHIPS
from encoder.station.run import JobRun, Outcome, Surroundings
from encoder.station.visit import Verdict
from encoder.station.worklist import Worklist
from landing.contract.documents import JobItem


@click.command()
@click.argument("job_file", metavar="JOB")
@readers_option
@ledger_option
@click.option(
    "--labels",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Draw each card's QR code there, and one sheet for the job.",
)
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep the report for the site there, up to date after each card.",
)
@station_option
@operator_option
@click.option("--overwrite", is_flag=True, help="Take cards that hold someone's content, too.")
@click.option("--dry-run", is_flag=True, help="Check everything but cards, say what is to be done.")
@click.option(
    "--mirror",
    type=click.Choice(MIRRORS),
    default="none",
    show_default=True,
    help="Have the chip show its UID, its tap counter or both at the address's end.",
)
@click.option(
    "--allow-unknown",
    "unknown",
    multiple=True,
    metavar="VERSION=CHIP",
    help="Take chips that answer GET_VERSION with these 16 hex digits for a CHIP.",
)
@key_option
@token_file_option
@click.option("--quiet", is_flag=True, help="Say nothing but what is wrong.")
@json_option
def run(
    job_file: str,
    readers: tuple[str, ...],
    ledger_path: Path | None,
    labels: Path | None,
    report: Path | None,
    station: str | None,
    operator: str | None,
    overwrite: bool,
    dry_run: bool,
    mirror: Mirror,
    unknown: tuple[str, ...],
    key_path: Path | None,
    token_path: Path | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Write, prove, lock and book a job; JOB is a file, its address, or - (stdin).

    \b
    Examples:
      wecard-encoder run job.json --labels labels --report report.json
      wecard-encoder run job.json --reader sim --json
      wecard-encoder run https://card.example/api/v1/jobs/J-2026-0001 --token-file station.token

    Several --reader work side by side, with one ledger. Of a job taken by its address, the site is
    told of each card; while it is away, work goes on and the reports wait in the ledger.

    The ledger remembers which card has which token: a card that was pulled away is finished when
    it is laid down again. Exit codes: 0 done, 3 no reader, 4 bad job or ledger, 5 stopped with
    items left, 6 ended but cards were refused or failed.
    """
    kept_ledger = ledger_path or (default_ledger() if dry_run else _own_ledger())
    refuse_to_replace(report, kept_ledger, Path(job_file), param_hint="--report")
    taken = take_job(job_file, token_path, kept_ledger)
    job = taken.job
    check_mirror(job, mirror)
    order = Order(
        job=job,
        readers=readers,
        ledger_path=kept_ledger,
        labels=labels,
        report=report,
        bench=Bench(station=station or default_station(), operator=operator or default_operator()),
        overwrite=overwrite,
        key=read_key(key_path or default_key()) if job.policy.protection == "password" else None,
        mirror=mirror,
        known={**KNOWN_CHIPS, **named_chips(unknown)},
    )
    if dry_run:
        rehearse(order, as_json=as_json)
        return ExitCode.DONE
    with stop_on_signals() as stop, Ledger.open(order.ledger_path, writable=True) as ledger:
        return exit_code_of(
            _work(order, taken, ledger, stop.is_asked, as_json=as_json, quiet=quiet)
        )


def _work(
    order: Order,
    taken: TakenJob,
    ledger: Ledger,
    stopping: Callable[[], bool],
    *,
    as_json: bool,
    quiet: bool,
) -> Outcome:
    key_id = order.key.key_id if order.key else None
    worklist = Worklist(order.job, ledger, mirror=order.mirror, key_id=key_id)
    with (
        _paper(order, ledger, worklist) as paper,
        open_screen(order.job, worklist, order.readers, as_json=as_json, quiet=quiet) as screen,
        telling_site(taken, ledger, worklist, order.bench, screen) as site,
        open_readers(order, cards=worklist.remaining, warn=screen.warn) as readers,
    ):
        desk = Desk(
            job=order.job,
            ledger=ledger,
            bench=order.bench,
            clock=lambda: datetime.now(UTC),
            prove=_prover(order),
            key=order.key,
            mirror=order.mirror,
            known=order.known,
        )
        around = Surroundings(
            emit=_emitter(paper, screen),
            after_card=partial(_in_turn, paper.write_report, site.card_booked),
            trouble=screen.warn,
            stopping=lambda: stopping() or site.is_cancelled(),
            seconds=time.monotonic,
            pause=time.sleep,
            laid=screen.laid,
        )
        return JobRun(desk, readers, worklist, around, overwrite=order.overwrite).run()


def _in_turn(*steps: Callable[[], None]) -> None:
    for step in steps:
        step()


@dataclass(frozen=True, slots=True)
class _Paper:
    """The files that a run leaves: report and sheet."""

    order: Order
    report: ReportFile | None
    worklist: Worklist

    def write_report(self) -> None:
        """Bring the report up to what the ledger says and put it in place."""
        if self.report is not None:
            self.report.write()

    def write_sheet(self) -> None:
        """Draw the sheet of the done cards."""
        tokens = self.worklist.done_tokens
        if self.order.labels is not None and tokens:
            path = self.order.labels / f"{self.order.job.job}.pdf"
            write_sheet(path, self.order.job, tokens)


@contextmanager
def _paper(order: Order, ledger: Ledger, worklist: Worklist) -> Iterator[_Paper]:
    """Make sure ahead of the first card that the run's files can be written."""
    paper = _Paper(order, _report_file(order, ledger), worklist)
    paper.write_report()
    if order.labels is not None:
        try:
            order.labels.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EncoderError(
                f"the folder {order.labels} cannot be made: {error.strerror}; no card was touched",
                hint="name another folder with --labels",
            ) from error
        if not os.access(order.labels, os.W_OK | os.X_OK):
            raise EncoderError(
                f"the folder {order.labels} may not be written to; no card was touched",
                hint="name another folder with --labels, or make this one yours",
            )
    yield paper


def _report_file(order: Order, ledger: Ledger) -> ReportFile | None:
    if order.report is None:
        return None
    return ReportFile(order.report, ledger, job=order.job.job, station=order.bench.station)


def _emitter(paper: _Paper, screen: Screen) -> Callable[[Event, Verdict | None], None]:
    def emit(event: Event, verdict: Verdict | None) -> None:
        try:
            if isinstance(event, End):
                paper.write_report()
                paper.write_sheet()
        finally:
            screen.show(event, verdict)

    return emit


def _prover(order: Order) -> Prover:
    def prove(item: JobItem, chip_url: str) -> None:
        if order.labels is not None:
            write_label(order.labels, site=order.job.site, token=item.token, chip_url=chip_url)

    return prove


def _own_ledger() -> Path:
    path = default_ledger()
    with suppress(OSError):  # opening the ledger says it better
        path.parent.mkdir(parents=True, exist_ok=True)
    return path
