"""``wecard-encoder station``: the operator's page."""

import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

import click

from encoder.chips.password import StationKey
from encoder.cli.enter_key import is_enter_pressed
from encoder.cli.jobs import check_policy
from encoder.cli.labels import dpi_option, language_option, layout_option, logo_option
from encoder.cli.opening import open_readers
from encoder.cli.options import (
    default_key,
    default_ledger,
    default_operator,
    default_station,
    key_option,
    ledger_option,
    operator_option,
    station_option,
)
from encoder.cli.order import Order
from encoder.cli.site import TakenJob, take_job, token_file_option
from encoder.cli.stopping import stop_on_signals
from encoder.errors import JobError
from encoder.key_file import read_key
from encoder.labels.layout import Language
from encoder.labels.layout_file import load_layout
from encoder.labels.render import Style
from encoder.ledger import Bench
from encoder.printers import open_printer
from encoder.readers import Field, seen_readers
from encoder.station.identify import KNOWN_CHIPS
from encoder.web.supplies import Supplies, Warn
from landing.contract.documents import Job, parse_job
from landing.contract.errors import DocumentError

DEFAULT_PORT = 8760
_LOOK_SECONDS = 0.2


@click.command()
@ledger_option
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Where the page is served, on this machine alone; 0 takes a free one.",
)
@click.option(
    "--reader",
    "readers",
    multiple=True,
    metavar="READER",
    help="Offer this reader first, as run takes it. May be given several times.",
)
@click.option(
    "--printer",
    default="",
    metavar="PRINTER",
    help="Offer this printer: file:DIR, cups:QUEUE or zpl:HOST:9100.",
)
@layout_option
@dpi_option
@language_option
@logo_option
@station_option
@operator_option
@key_option
@token_file_option
@click.option("--overwrite", is_flag=True, help="Take cards that hold someone's content, too.")
@click.option("--no-browser", is_flag=True, help="Print the page's address, open no browser.")
def station(
    ledger_path: Path | None,
    port: int,
    readers: tuple[str, ...],
    printer: str,
    layout: str,
    dpi: int,
    language: Language,
    logo: Path | None,
    station: str | None,
    operator: str | None,
    key_path: Path | None,
    token_path: Path | None,
    overwrite: bool,
    no_browser: bool,
) -> int:
    """Open the operator's page: choose a job, lay cards down, print their labels.

    \b
    Examples:
      wecard-encoder station
      wecard-encoder station --reader sim --printer file:labels --no-browser

    The page is served on this machine alone. Its address, on stdout, carries a key that works
    once, within ten minutes; Enter prints another. Ctrl-C finishes the card at hand; the next
    start goes on with the same job.
    """
    from encoder.web.server import serving, shown_privately  # Flask: no other verb waits for it

    kept_ledger = ledger_path or default_ledger()
    supplies = _Opening(kept_ledger, overwrite, key_path, token_path).supplies(
        Bench(station=station or default_station(), operator=operator or default_operator()),
        Style(layout=load_layout(layout), dpi=dpi, language=language, logo=logo),
    )
    with suppress(OSError):  # opening the ledger says it better
        kept_ledger.parent.mkdir(parents=True, exist_ok=True)
    with (
        stop_on_signals() as stop,
        serving(
            supplies, port=port, list_readers=seen_readers, readers=readers, printer=printer
        ) as page,
        ExitStack() as stack,
    ):
        click.echo(page.new_address())
        if not no_browser:
            webbrowser.open(stack.enter_context(shown_privately(page.new_address())))
        while not stop.is_asked():
            if is_enter_pressed(_LOOK_SECONDS):
                click.echo(page.new_address())
    return 0


class _Opening:
    """How this command line has the station open jobs, readers and keys."""

    def __init__(
        self, ledger_path: Path, overwrite: bool, key_path: Path | None, token_path: Path | None
    ) -> None:
        self._ledger_path = ledger_path
        self._overwrite = overwrite
        self._key_path = key_path or default_key()
        self._token_path = token_path

    def supplies(self, bench: Bench, style: Style) -> Supplies:
        """What the station is given."""
        return Supplies(
            ledger_path=self._ledger_path,
            bench=bench,
            read_job=_read_job,
            obtain_job=self._obtain_job,
            open_readers=partial(self._open_readers, bench),
            key_for=self._key_for,
            open_printer=open_printer,
            style=style,
            overwrite=self._overwrite,
        )

    def _obtain_job(self, address: str) -> TakenJob:
        return take_job(address, self._token_path, self._ledger_path)

    def _key_for(self, job: Job) -> StationKey | None:
        return read_key(self._key_path) if job.policy.protection == "password" else None

    @contextmanager
    def _open_readers(
        self, bench: Bench, job: Job, readers: Sequence[str], cards: int, warn: Warn
    ) -> Iterator[list[tuple[str, Field]]]:
        order = Order(
            job=job,
            readers=tuple(readers),
            ledger_path=self._ledger_path,
            labels=None,
            report=None,
            bench=bench,
            overwrite=self._overwrite,
            key=None,
            mirror="none",
            known=KNOWN_CHIPS,
        )
        with open_readers(order, cards=cards, warn=warn) as opened:
            yield opened


def _read_job(text: str) -> Job:
    """A job that was dropped on the page.

    Raises:
        JobError: it is broken, or asks for what this version cannot do.
    """
    try:
        job = parse_job(text)
    except DocumentError as error:
        raise JobError(
            f"the job is broken at {error.where}: {error.fault}; no card was touched"
        ) from error
    check_policy(job)
    return job
