"""What the operator sees of a run: JSON lines, plain lines, or a live picture on a terminal."""

import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Protocol, TextIO

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from encoder.cli.options import warn, write_json
from encoder.readers.watchdog import READER_IS_BACK
from encoder.station.events import Card, End, Event, Ready, Removed
from encoder.station.pace import Pace
from encoder.station.visit import Verdict
from encoder.station.worklist import Worklist
from landing.contract.documents import Job
from landing.contract.token import format_token

_STYLES = {"done": "bold white on green", "resumed": "bold white on green"}
_TROUBLE = "bold white on red"
_CALM = "bold white on blue"
_BUSY = "bold black on yellow"
_NEXT_CARD, _HOLD_STILL, _NO_MORE = "LAY DOWN A CARD", "HOLD STILL", "ALL DONE"
_BEGUN = "FAILED"
_LAST_CARDS = 10
_PANEL_COLUMNS = 36  # what the longest words for a hand need


class Screen(Protocol):
    """Where a run's events are shown."""

    def show(self, event: Event, verdict: Verdict | None) -> None:
        """Show one event; a card's comes with its verdict."""

    def laid(self, reader: str) -> None:
        """Show that a card lies at a reader and must not be moved."""

    def warn(self, trouble: str) -> None:
        """Tell of something that goes on without being right."""


class Quiet:
    """Nothing but what is wrong, on stderr."""

    def show(self, event: Event, verdict: Verdict | None) -> None:
        """Leave out what went well."""
        _explain(verdict)

    def laid(self, reader: str) -> None:
        """Leave it out."""

    def warn(self, trouble: str) -> None:
        """Write it to stderr."""
        click.echo(f"warning: {trouble}", err=True)


class JsonLines:
    """One JSON object a line on stdout."""

    def show(self, event: Event, verdict: Verdict | None) -> None:
        """Write the event; what to do about a card goes to stderr."""
        write_json(event.as_json())
        _explain(verdict)

    def laid(self, reader: str) -> None:
        """Leave it out: the card's line follows."""

    def warn(self, trouble: str) -> None:
        """Write it to stderr."""
        warn(trouble)


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

    def laid(self, reader: str) -> None:
        """Leave it out: the card's line follows."""

    def warn(self, trouble: str) -> None:
        """Write it to stderr."""
        warn(trouble)


class LiveScreen:
    """A panel a reader, big, that says what to do next, a bar, and the last cards, on stderr.

    The cards' lines go to stdout, too, where that is no terminal. Whatever goes to the terminal
    goes through the one console: it moves the picture down first.
    """

    def __init__(
        self, live: Live, progress: Progress, worklist: Worklist, readers: Sequence[str]
    ) -> None:
        self._live = live
        self._progress = progress
        self._worklist = worklist
        self._panels = dict.fromkeys(readers, ("OPENING THE READER", _CALM))
        self._pace = Pace()
        self._last: deque[str] = deque(maxlen=_LAST_CARDS)
        self._turn = Lock()  # a reader that is opened again warns from its own thread

    def open(self) -> None:
        """Draw the state ahead of the first event."""
        self._draw()

    def show(self, event: Event, verdict: Verdict | None) -> None:
        """Draw the state after this event."""
        with self._turn:
            if isinstance(event, Card):
                self._log(event)
                self._live.console.bell()
                self._set(event.reader, *_state_of(event, verdict))
            elif isinstance(event, Ready):
                self._set(None, *self._waiting())
            elif isinstance(event, Removed):
                self._clear(event.reader)
            elif isinstance(event, End):
                self._panels = {"": (end_line(event), _CALM)}
            self._draw()

    def laid(self, reader: str) -> None:
        """Ask for patience at one reader."""
        with self._turn:
            self._set(reader, _HOLD_STILL, _BUSY)
            self._draw()

    def warn(self, trouble: str) -> None:
        """Write it above the picture, and on the panel of the reader that it begins with."""
        with self._turn:
            self._live.console.print(f"warning: {trouble}", markup=False, highlight=False)
            for path in self._panels:
                if trouble == f"{path}: {READER_IS_BACK}":
                    self._set(path, *self._waiting())
                elif trouble.startswith(f"{path}: "):
                    self._set(path, trouble.removeprefix(f"{path}: "), _TROUBLE)
            self._draw()

    def _set(self, reader: str | None, words: str, style: str) -> None:
        """Say something of one reader; of all where none is named."""
        for path in self._panels if reader is None else [reader]:
            self._panels[path] = (words, style)
        if not self._worklist.remaining:
            for path, (said, _) in self._panels.items():
                if said == _NEXT_CARD:
                    self._panels[path] = (_NO_MORE, _CALM)

    def _clear(self, reader: str | None) -> None:
        """Ask for the next card, unless one was begun there and is wanted again."""
        for path in self._panels if reader is None else [reader]:
            words, style = self._panels[path]
            if (style, words.partition(":")[0]) != (_TROUBLE, _BEGUN):
                self._set(path, *self._waiting())

    def _waiting(self) -> tuple[str, str]:
        return (_NEXT_CARD if self._worklist.remaining else _NO_MORE), _CALM

    def _log(self, card: Card) -> None:
        if not _is_terminal(sys.stdout):
            click.echo(card_line(card))
        self._last.append(card_line(card))
        if card.status in ("done", "resumed"):
            self._pace.card_done(time.monotonic())

    def _draw(self) -> None:
        task = self._progress.task_ids[0]
        self._progress.update(task, completed=self._worklist.done)
        last = Text("\n".join(self._last), no_wrap=True, overflow="ellipsis")
        pace = Text(_pace_line(self._pace, self._worklist.remaining))
        picture = Group(self._side_by_side(), self._progress, pace, last)
        self._live.update(picture, refresh=True)

    def _side_by_side(self) -> RenderableType:
        """The panels beside one another, or below where they would be too narrow to read."""
        panels = [
            _panel(path if len(self._panels) > 1 else None, *said)
            for path, said in self._panels.items()
        ]
        if self._live.console.width < len(panels) * _PANEL_COLUMNS:
            return Group(*panels)
        table = Table.grid(expand=True)
        for _ in panels:
            table.add_column(ratio=1)
        table.add_row(*panels)
        return table


def _pace_line(pace: Pace, remaining: int) -> str:
    rate, left = pace.cards_per_hour, pace.seconds_left(remaining)
    if rate is None or left is None:
        return ""
    return f"{rate:.0f} cards an hour, {left / 60:.0f} min left"


def _panel(title: str | None, words: str, style: str) -> Panel:
    text = Text(words, style=style, justify="center")
    return Panel(text, title=title, padding=(1, 2), style=style)


@contextmanager
def open_screen(
    job: Job, worklist: Worklist, readers: Sequence[str], *, as_json: bool, quiet: bool = False
) -> Iterator[Screen]:
    """Choose the screen: what was asked for, else a live one on a terminal, else plain lines."""
    if as_json:
        yield JsonLines()
    elif quiet:
        yield Quiet()
    elif not _is_terminal(sys.stderr):
        yield PlainLines()
    else:
        progress = Progress(TextColumn(job.job), BarColumn(bar_width=None), MofNCompleteColumn())
        progress.add_task(job.job, total=len(job.items))
        console = Console(stderr=True)
        with Live(console=console, auto_refresh=False, redirect_stdout=False) as live:
            screen = LiveScreen(live, progress, worklist, readers)
            screen.open()
            yield screen


def _is_terminal(stream: TextIO | None) -> bool:
    """Whether someone looks at it; a stream that was closed ahead of the command is None."""
    return stream is not None and stream.isatty()


def card_line(card: Card) -> str:
    """One presentation in one line."""
    token = format_token(card.token) if card.token else "-"
    told = f"{card.status}: {card.reason}" if card.reason else card.status
    line = f"{token:<16}  {card.uid or '-':<14}  {card.chip or '-':<7}  {told}"
    return f"{line}  at {card.reader}" if card.reader else line


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
