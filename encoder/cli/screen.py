"""What the operator sees of a run: JSON lines, plain lines, or a live picture on a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

import click
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from encoder.cli.options import write_json
from encoder.station.events import Card, End, Event, Ready, Removed
from encoder.station.visit import Verdict
from encoder.station.worklist import Worklist
from landing.contract.documents import Job
from landing.contract.token import format_token

_STYLES = {"done": "bold white on green", "resumed": "bold white on green"}
_TROUBLE = "bold white on red"
_CALM = "bold white on blue"


class Screen(Protocol):
    """Where a run's events are shown."""

    def show(self, event: Event, verdict: Verdict | None) -> None:
        """Show one event; a card's comes with its verdict."""

    def warn(self, trouble: str) -> None:
        """Tell of something that goes on without being right."""


class JsonLines:
    """One JSON object a line on stdout."""

    def show(self, event: Event, verdict: Verdict | None) -> None:
        """Write the event; what to do about a card goes to stderr."""
        write_json(event.as_json())
        _explain(verdict)

    def warn(self, trouble: str) -> None:
        """Write it to stderr."""
        click.echo(f"warning: {trouble}", err=True)


class PlainLines:
    """One line a card on stdout, everything else on stderr."""

    def show(self, event: Event, verdict: Verdict | None) -> None:
        """Write what there is to say."""
        if isinstance(event, Card):
            click.echo(card_line(event))
        elif isinstance(event, Ready):
            click.echo(f"{event.job}: {event.remaining} cards to make at {event.reader}", err=True)
        elif isinstance(event, End):
            click.echo(end_line(event), err=True)
        _explain(verdict)

    def warn(self, trouble: str) -> None:
        """Write it to stderr."""
        click.echo(f"warning: {trouble}", err=True)


class LiveScreen:
    """A bar and one big line that says what to do next, on stderr; card lines above, or on stdout.

    Whatever goes to the terminal goes through the one console: it moves the picture down first.
    """

    def __init__(self, live: Live, progress: Progress, worklist: Worklist) -> None:
        self._live = live
        self._progress = progress
        self._worklist = worklist

    def show(self, event: Event, verdict: Verdict | None) -> None:
        """Draw the state after this event."""
        if isinstance(event, Card):
            self._log(event, verdict)
            self._live.console.bell()
            self._draw(*_state_of(event, verdict))
        elif isinstance(event, Ready | Removed):
            self._draw("LAY DOWN A CARD" if self._worklist.remaining else "ALL DONE", _CALM)
        elif isinstance(event, End):
            self._draw(end_line(event), _CALM)

    def warn(self, trouble: str) -> None:
        """Write it above the picture."""
        self._live.console.print(f"warning: {trouble}", markup=False, highlight=False)

    def _log(self, card: Card, verdict: Verdict | None) -> None:
        if not _is_terminal(sys.stdout):
            click.echo(card_line(card))
        for line in (card_line(card), *_explanation(verdict)):
            self._live.console.print(line, markup=False, highlight=False)

    def _draw(self, words: str, style: str) -> None:
        task = self._progress.task_ids[0]
        self._progress.update(task, completed=self._worklist.done)
        panel = Panel(Text(words, style=style, justify="center"), padding=(1, 2), style=style)
        self._live.update(Group(panel, self._progress), refresh=True)


@contextmanager
def open_screen(job: Job, worklist: Worklist, *, as_json: bool) -> Iterator[Screen]:
    """Choose the screen: JSON when asked for, a live one on a terminal, else plain lines."""
    if as_json:
        yield JsonLines()
    elif not _is_terminal(sys.stderr):
        yield PlainLines()
    else:
        progress = Progress(TextColumn(job.job), BarColumn(bar_width=None), MofNCompleteColumn())
        progress.add_task(job.job, total=len(job.items))
        console = Console(stderr=True)
        with Live(console=console, auto_refresh=False, redirect_stdout=False) as live:
            yield LiveScreen(live, progress, worklist)


def _is_terminal(stream: TextIO | None) -> bool:
    """Whether someone looks at it; a stream that was closed ahead of the command is None."""
    return stream is not None and stream.isatty()


def card_line(card: Card) -> str:
    """One presentation in one line."""
    token = format_token(card.token) if card.token else "-"
    told = f"{card.status}: {card.reason}" if card.reason else card.status
    return f"{token:<16}  {card.uid or '-':<14}  {card.chip or '-':<7}  {told}"


def end_line(end: End) -> str:
    """The run in one line."""
    return (
        f"{end.done} done, {end.refused} refused, {end.failed} begun and unfinished,"
        f" {end.remaining} left"
    )


def _state_of(card: Card, verdict: Verdict | None) -> tuple[str, str]:
    if verdict is not None and verdict.error is not None:
        return f"{card.status.upper()}: {verdict.error}\n{verdict.error.hint}", _TROUBLE
    return f"{card.status.upper()} - TAKE THE CARD AWAY", _STYLES.get(card.status, _CALM)


def _explain(verdict: Verdict | None) -> None:
    for line in _explanation(verdict):
        click.echo(line, err=True)


def _explanation(verdict: Verdict | None) -> tuple[str, ...]:
    if verdict is None or verdict.error is None:
        return ()
    return f"{verdict.status}: {verdict.error}", f"hint: {verdict.error.hint}"
