"""``wecard-encoder verify``: cards against ledger and label, one after another, without writing."""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import repeat
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
from encoder.cli.scans import scanned_lines
from encoder.cli.stopping import StopRequest, stop_on_signals
from encoder.cli.waiting import await_removal, next_card, refuse_storage_only, wait_option
from encoder.errors import CardRefusedError
from encoder.key_file import read_key
from encoder.ledger import Ledger
from encoder.readers import Field, open_field
from encoder.station.matching import Match, Scan, match, read_scan
from encoder.station.session import Session
from encoder.station.verifying import SAMENESSES, Looked, Verifier
from landing.contract.token import format_token

_STDIN = "-"
_COLOURS = {True: "green", False: "red"}
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
    default=None,
    show_default="1, or as many as there are scans",
    metavar="N",
    help="How many cards to compare; 0 goes on until Ctrl-C.",
)
@click.option(
    "--scan",
    metavar="TEXT",
    help="What a scanner read from the card's label, or its token; - takes one a line from stdin.",
)
@wait_option
@json_option
def verify(
    reader: str,
    ledger_path: Path | None,
    key_path: Path | None,
    count: int | None,
    scan: str | None,
    wait: float,
    as_json: bool,
) -> int:
    """Compare cards with the ledger, one after another; nothing is written.

    \b
    Examples:
      wecard-encoder verify
      wecard-encoder verify --count 0 --key station.key --json
      wecard-encoder verify --scan HTTPS://CARD.EXAMPLE/Q/7H3K9QX2MZ4DG
      wecard-encoder verify --scan -

    Address, locks, configuration and digest must be as booked, the originality signature where
    it was checked, and with --key the password. With --scan - a hand scanner may be used: scan a
    label, lay its card down, and so on. Exit codes: 0 all the same, 6 a card or its label
    differs, is not booked, not done or not readable, 5 stopped ahead of --count or behind a scan,
    3 no reader.
    """
    if scan not in (None, _STDIN) and count not in (None, 1):
        raise click.UsageError("one scan is of one card; --scan - takes one a line")
    wanted = count if count is not None else 0 if scan == _STDIN else 1
    key = read_key(key_path) if key_path else None
    with (
        stop_on_signals() as stop,
        Ledger.open(ledger_path or default_ledger(), writable=False) as ledger,
        open_field(reader, cards=1, chip=NTAG213, on_trouble=warn) as opened,
    ):
        weighed = WeighedField(opened, partial(_learn_limits, opened, reader, key))
        round_ = _Round(
            weighed,
            stop,
            Verifier(ledger, key),
            wait if wanted or scan is not None else inf,
            as_json,
            has_labels=scan is not None,
        )
        try:
            round_.run(_scans(scan, stop), wanted)
        finally:
            round_.tell_end()
    return round_.exit_code(wanted)


def _scans(scan: str | None, stop: StopRequest) -> Iterator[Scan | None]:
    """A scan for each card; None, without end, where no labels are compared."""
    if scan is None:
        return repeat(None)
    if scan != _STDIN:
        return iter([read_scan(scan)])
    if sys.stdin is None:  # closed by whoever started the command
        raise click.UsageError("--scan - reads stdin, which is closed")
    lines = scanned_lines(sys.stdin.buffer, stop)
    return (read_scan(line) for line in lines)


@dataclass(slots=True)
class _Round:
    """Cards one after another, and how many were what."""

    reader: Field
    stop: StopRequest
    verifier: Verifier
    wait: float
    as_json: bool
    has_labels: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    other_labels: int = 0
    bad_scans: int = 0
    is_scan_left: bool = False  # whether a scan's card never came

    def run(self, scans: Iterator[Scan | None], wanted: int) -> None:
        self._ask("scan a label")
        for scan in scans:
            uid = self._card(scan)
            if self.is_scan_left or self._total() == wanted > 0 or self.stop.is_asked():
                return
            if uid is not None:
                await_removal(self.reader, self.stop, uid)
            self._ask("scan a label")

    def exit_code(self, wanted: int) -> ExitCode:
        if self.bad_scans or self.other_labels:
            return ExitCode.CARDS_NOT_DONE
        is_cut_off = self.has_labels and (self.is_scan_left or not self._total())
        if self._total() < wanted or is_cut_off:
            return ExitCode.STOPPED
        if self.counts.total() > self.counts["same"]:
            return ExitCode.CARDS_NOT_DONE
        return ExitCode.DONE

    def tell_end(self) -> None:
        counts = {status: self.counts[status] for status in SAMENESSES}
        labels = {"other-label": self.other_labels, "bad-scan": self.bad_scans}
        if self.as_json:
            told = counts | (labels if self.has_labels else {})
            named = {status.replace("-", "_"): number for status, number in told.items()}
            write_json({"event": "end", **named})
        else:
            numbers = (counts | labels).items()
            words = ", ".join(f"{number} {status}" for status, number in numbers if number)
            click.echo(words or "no card was compared", err=True)

    def _total(self) -> int:
        return self.counts.total() + self.bad_scans

    def _card(self, scan: Scan | None) -> bytes | None:
        """Compare the next card; a label that says nothing needs none."""
        if scan is not None and scan.fault is not None:
            self.bad_scans += 1
            self._tell_bad(scan)
            return None
        self._ask("lay its card on the reader")
        looked, uid = self._next(scan)
        if looked is None:
            self.is_scan_left = True
            return None
        self.counts[looked.status] += 1
        self.other_labels += looked.label is not None and not looked.label.is_same
        self._tell(looked)
        return uid or b""  # several cards together are waited for alike

    def _next(self, scan: Scan | None) -> tuple[Looked | None, bytes | None]:
        try:
            uid = next_card(self.reader, self.stop, self.wait)
        except CardRefusedError as error:
            return Looked(status="unreadable", uid=None, differences=(str(error),)), None
        if uid is None:
            return None, None
        session = Session(self.reader, uid)
        if scan is None:
            return self.verifier.look(session), uid
        return self.verifier.look_with(session, scan), uid

    def _ask(self, words: str) -> None:
        if self.has_labels and not self.as_json:
            click.echo(words, err=True)

    def _tell(self, looked: Looked) -> None:
        if self.as_json:
            write_json(looked.as_json())
            return
        token = format_token(looked.token) if looked.token else "-"
        line = f"{token:<16}  {looked.uid or '-':<14}  {looked.chip or '-':<7}  {looked.status}"
        if self.has_labels:
            _tell_big(is_right=looked.is_right, line=line)
        else:
            click.echo(line)
        for words in looked.differences or filter(None, [_WORDS.get(looked.status)]):
            click.echo(f"{looked.status}: {words}", err=True)
        if looked.label is not None:
            _explain(looked.label)

    def _tell_bad(self, scan: Scan) -> None:
        label = match(scan, None)
        if self.as_json:
            write_json({"event": "scan", "label": asdict(label)})
            return
        _tell_big(is_right=False, line=label.verdict)
        _explain(label)


def _tell_big(*, is_right: bool, line: str) -> None:
    """One line that is read from a distance; on a terminal in white on green, or on red."""
    words = "SAME" if is_right else "NOT THE SAME"
    click.echo(
        click.style(f" {words:<12} ", fg="white", bg=_COLOURS[is_right], bold=True), nl=False
    )
    click.echo(f"  {line}")


def _explain(label: Match) -> None:
    if not label.is_same:
        click.echo(f"label: {label.message}", err=True)
        click.echo(f"hint: {label.hint}", err=True)


def _learn_limits(opened: Field, path: str, key: StationKey | None) -> None:
    """Say what a reader of storage commands cannot tell; a password it cannot prove at all."""
    if key is not None:
        refuse_storage_only(opened, path)
    warn(f"{path} {STORAGE_ONLY_LIMITS}")
