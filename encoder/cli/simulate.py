"""``wecard-encoder simulate``: virtual cards on a port, for nfcpy's own udp driver."""

import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path

import click

from encoder.chips.models import MODELS, NTAG213
from encoder.cli.options import json_option, write_json
from encoder.simulator.card_box import CardBox, CardEvent, blank_chips
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.saving import save_chip, saved_chips
from encoder.simulator.server import FieldServer
from encoder.simulator.tearing import TearPhase

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_WATCH_SECONDS = 0.5


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="N",
    help="The UDP port on 127.0.0.1.  [default: a free one]",
)
@click.option(
    "--chip",
    "chip_name",
    type=click.Choice(list(MODELS)),
    default=NTAG213.name,
    show_default=True,
    help="What the blank cards are.",
)
@click.option(
    "--count",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="How many cards are laid down, one after another.",
)
@click.option(
    "--memory",
    "folder",
    type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path),
    metavar="DIR",
    help="Keep each card in a file there, and lay the cards kept there first.",
)
@click.option(
    "--tear",
    type=click.IntRange(1),
    metavar="K",
    help="Tear the card away in the middle of the K-th write; it is laid down again.",
)
@json_option
def simulate(
    port: int, chip_name: str, count: int, folder: Path | None, tear: int | None, as_json: bool
) -> None:
    """Serve virtual cards, one after another, until SIGINT or SIGTERM.

    \b
    Examples:
      wecard-encoder simulate --port 50700 --chip NTAG213 --count 3
      wecard-encoder simulate --port 50700 --chip NTAG216 --memory cards --tear 5
    """
    field = VirtualField()
    if tear is not None:
        field.tear(tear, TearPhase.HALF)
    teller = _Teller(folder, as_json)
    box = CardBox(_cards(chip_name, count, folder), field=field, on_event=teller.tell)
    server = _server(box, port)
    with _signals_held():
        teller.announce(server.path, chip_name, count)
        with server:
            while server.is_alive and signal.sigtimedwait(_SIGNALS, _WATCH_SECONDS) is None:
                pass
        box.close()


class _Teller:
    """Says what happens to the cards, and keeps their memory."""

    def __init__(self, folder: Path | None, as_json: bool) -> None:
        self._folder = folder
        self._as_json = as_json

    def announce(self, path: str, chip_name: str, count: int) -> None:
        click.echo(f"serving {count} x {chip_name} at {path}; Ctrl-C ends it", err=True)
        if self._as_json:
            write_json({"event": "serving", "reader": path, "chip": chip_name, "count": count})

    def tell(self, event: CardEvent, chip: VirtualChip) -> None:
        if self._folder is not None:
            save_chip(self._folder, chip)
        uid = chip.uid.hex().upper()
        if self._as_json:
            write_json({"event": event.value, "uid": uid, "chip": chip.model.name})
        else:
            click.echo(f"{event.value} {chip.model.name} {uid}", err=True)


def _cards(chip_name: str, count: int, folder: Path | None) -> Iterator[VirtualChip]:
    try:
        kept = saved_chips(folder) if folder is not None else []
    except (OSError, ValueError) as error:
        raise click.BadParameter(f"{error}; no card is served", param_hint="--memory") from error
    blank = blank_chips(MODELS[chip_name], count, secrets.token_bytes)
    return islice(chain(kept, blank), count)


def _server(box: CardBox, port: int) -> FieldServer:
    try:
        return FieldServer(box, port)
    except (OSError, ValueError) as error:
        raise click.BadParameter(
            f"port {port} cannot be served: {error}; take another, or 0 for a free one",
            param_hint="--port",
        ) from error


@contextmanager
def _signals_held() -> Iterator[None]:
    """Hold the signals back for sigtimedwait, in this thread and those that it starts."""
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    # A shell has its background jobs ignore SIGINT, and an ignored signal is never waited for.
    handlers = {number: signal.signal(number, signal.SIG_DFL) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
