"""``wecard-encoder verify``: cards against the ledger, one after another, without writing."""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from itertools import count as counting
from math import inf
from pathlib import Path

import click

from encoder.chips.models import NTAG213
from encoder.chips.password import StationKey
from encoder.cli.exits import ExitCode
from encoder.cli.jobs import STORAGE_ONLY_LIMITS
from encoder.cli.limits import WeighedField
from encoder.cli.options import (
    default_ledger,
    json_option,
    key_option,
    ledger_option,
    reader_option,
    warn,
    write_json,
)
from encoder.cli.stopping import StopRequest, stop_on_signals
from encoder.cli.waiting import await_removal, next_card, refuse_storage_only, wait_option
from encoder.errors import CardRefusedError
from encoder.key_file import read_key
from encoder.ledger import Ledger
from encoder.readers import Field, open_field
from encoder.station.session import Session
from encoder.station.verifying import SAMENESSES, Looked, Verifier
from landing.contract.token import format_token

_WORDS = {
    "not-booked": "the ledger does not know it",
    "not-done": "it was begun and is not done",
}


@click.command()
@reader_option
@ledger_option
@key_option
@click.option(
    "--count",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    metavar="N",
    help="How many cards to compare; 0 goes on until Ctrl-C.",
)
@wait_option
@json_option
def verify(
    reader: str,
    ledger_path: Path | None,
    key_path: Path | None,
    count: int,
    wait: float,
    as_json: bool,
) -> int:
    """Compare cards with the ledger, one after another; nothing is written.

    \b
    Examples:
      wecard-encoder verify
      wecard-encoder verify --count 0 --key station.key --json

    Address, locks, configuration and digest must be as booked, the originality signature where
    it was checked, and with --key the password. Exit codes: 0 all the same, 6 a card differs,
    is not booked, not done or not readable, 5 stopped ahead of --count, 3 no reader.
    """
    key = read_key(key_path) if key_path else None
    with (
        stop_on_signals() as stop,
        Ledger.open(ledger_path or default_ledger(), writable=False) as ledger,
        open_field(reader, cards=1, chip=NTAG213, on_trouble=warn) as opened,
    ):
        weighed = WeighedField(opened, partial(_learn_limits, opened, reader, key))
        round_ = _Round(weighed, stop, Verifier(ledger, key), wait if count else inf, as_json)
        try:
            round_.run(count)
        finally:
            round_.tell_end()
    return round_.exit_code(count)


@dataclass(frozen=True, slots=True)
class _Round:
    """Cards one after another, and how many were what."""

    reader: Field
    stop: StopRequest
    verifier: Verifier
    wait: float
    as_json: bool
    counts: Counter[str] = field(default_factory=Counter)

    def run(self, wanted: int) -> None:
        for number in counting(1):
            looked, uid = self._next()
            if looked is None:
                return
            self.counts[looked.status] += 1
            self._tell(looked)
            if number == wanted:
                return
            await_removal(self.reader, self.stop, uid)

    def exit_code(self, wanted: int) -> ExitCode:
        if self.counts.total() < wanted:
            return ExitCode.STOPPED
        if self.counts.total() > self.counts["same"]:
            return ExitCode.CARDS_NOT_DONE
        return ExitCode.DONE

    def tell_end(self) -> None:
        counts = {status: self.counts[status] for status in SAMENESSES}
        if self.as_json:
            named = {status.replace("-", "_"): number for status, number in counts.items()}
            write_json({"event": "end", **named})
        else:
            told = ", ".join(f"{number} {status}" for status, number in counts.items() if number)
            click.echo(told or "no card was compared", err=True)

    def _next(self) -> tuple[Looked | None, bytes | None]:
        try:
            uid = next_card(self.reader, self.stop, self.wait)
        except CardRefusedError as error:
            return Looked(status="unreadable", uid=None, differences=(str(error),)), None
        if uid is None:
            return None, None
        return self.verifier.look(Session(self.reader, uid)), uid

    def _tell(self, looked: Looked) -> None:
        if self.as_json:
            write_json(looked.as_json())
            return
        token = format_token(looked.token) if looked.token else "-"
        click.echo(
            f"{token:<16}  {looked.uid or '-':<14}  {looked.chip or '-':<7}  {looked.status}"
        )
        for words in looked.differences or filter(None, [_WORDS.get(looked.status)]):
            click.echo(f"{looked.status}: {words}", err=True)


def _learn_limits(opened: Field, path: str, key: StationKey | None) -> None:
    """Say what a reader of storage commands cannot tell; a password it cannot prove at all."""
    if key is not None:
        refuse_storage_only(opened, path)
    warn(f"{path} {STORAGE_ONLY_LIMITS}")
