"""What stands on the operator's terminal: a panel a reader, the bar, the cards' lines above."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from rich.live import Live
from rich.progress import Progress

from encoder.cli.screen import LiveScreen
from encoder.errors import CardFailedError
from encoder.ledger import Ledger
from encoder.readers.watchdog import READER_IS_BACK
from encoder.station.events import Card, End, Event, Ready, Removed
from encoder.station.visit import Verdict
from encoder.station.worklist import Worklist
from tests.encoder.cli.command import job_file
from tests.encoder.cli.terminal import as_seen, drawn_by
from tests.encoder.kit import TOKEN, make_job

LEFT, RIGHT = "tty:USB0:pn532", "tty:USB1:pn532"


def words_of(tmp_path: Path, *readers: str) -> list[str]:
    """A run of two cards."""
    words = ["run", str(job_file(tmp_path, make_job(2))), "--ledger", str(tmp_path / "l.db")]
    return [*words, *(word for reader in readers for word in ("--reader", reader))]


def test_terminal_gets_a_live_picture_and_a_redirected_stdout_plain_lines(tmp_path: Path) -> None:
    drawn, stdout = drawn_by(words_of(tmp_path, "sim"))

    assert [line.split()[-1] for line in stdout.splitlines()] == ["done", "done"]
    assert all(words in drawn for words in ("LAY DOWN A CARD", "TAKE THE CARD AWAY", "2/2"))


@pytest.mark.parametrize("readers", [["sim"], ["sim", "sim:NTAG215"]])
def test_picture_on_a_terminal_stays_whole_below_the_card_lines(
    readers: list[str], tmp_path: Path
) -> None:
    drawn, _ = drawn_by(words_of(tmp_path, *readers), stdout_too=True)

    seen = as_seen(drawn)
    assert sum("NTAG21" in line and "  done" in line for line in seen) == 2
    assert sum("╭" in line for line in seen) == 1
    assert any("2 done, " in line and "0 begun and unfinished, 0 left" in line for line in seen)


def test_line_written_past_the_picture_is_found() -> None:
    picture = "╭─╮\r\n╰─╯"

    assert as_seen(f"{picture}\x07a line\r\n\x1b[2K\x1b[1A\x1b[2K{picture}").count("╭─╮") == 2


class Bench:
    """A screen of two readers, and what stands on it."""

    def __init__(self, worklist: Worklist, columns: int) -> None:
        self._drawn = StringIO()
        console = Console(file=self._drawn, force_terminal=True, width=columns, height=40)
        progress = Progress()
        progress.add_task("J", total=2)
        self._live = Live(console=console, auto_refresh=False)
        self.screen = LiveScreen(self._live, progress, worklist, [LEFT, RIGHT])

    def after(self, *events: Event | str) -> list[str]:
        """The lines that stand there after these events and warnings."""
        with self._live:
            for event in events:
                if isinstance(event, str):
                    self.screen.warn(event)
                else:
                    self.screen.show(event, _verdict(event))
        return as_seen(self._drawn.getvalue().replace("\n", "\r\n"))


def _verdict(event: Event) -> Verdict | None:
    if not isinstance(event, Card) or event.status != "failed":
        return None
    error = CardFailedError("card-lost", "the card was taken away before it was done")
    return Verdict(status="failed", error=error)


@pytest.fixture
def bench(tmp_path: Path) -> Callable[[int], Bench]:
    """Two readers with two cards to make."""

    def make(columns: int = 100) -> Bench:
        with Ledger.open(tmp_path / "l.db", writable=True) as ledger:
            return Bench(Worklist(make_job(2), ledger), columns)

    return make


READY = Ready(job="J", reader=f"{LEFT}, {RIGHT}", remaining=2)


def card(reader: str, status: str) -> Card:
    """One presentation."""
    return Card(
        status="failed" if status == "failed" else "done",
        token=TOKEN,
        uid="04A1B2C3D4E580",
        chip="NTAG213",
        reason="card-lost" if status == "failed" else None,
        exchanges=25,
        writes=14,
        seconds=0.1,
        reader=reader,
    )


def halves(lines: list[str]) -> tuple[str, str]:
    """What the two panels say, beside each other on a terminal of 100 columns."""
    picture = lines[next(row for row, line in enumerate(lines) if "╭" in line) + 1 : -1]
    left, right = ([line[start : start + 50] for line in picture] for start in (0, 50))
    return _inside(left), _inside(right)


def _inside(rows: list[str]) -> str:
    return " ".join(" ".join(row.strip(" │") for row in rows if "│" in row).split())


def test_each_reader_says_what_its_own_hand_is_to_do(bench: Callable[[int], Bench]) -> None:
    lines = bench(100).after(READY, card(RIGHT, "failed"))

    left, right = halves(lines)
    assert left == "LAY DOWN A CARD"
    assert right.startswith("FAILED: the card was taken away before it was done")
    assert right.endswith("lay the same card down again and leave it there; it keeps its token")
    assert any(LEFT in line and RIGHT in line for line in lines)
    assert any(line.endswith(f"failed: card-lost  at {RIGHT}") for line in lines)


def test_removal_at_one_reader_leaves_the_other_as_it_is(bench: Callable[[int], Bench]) -> None:
    lines = bench(100).after(
        READY, card(LEFT, "done"), card(RIGHT, "done"), Removed(uid=None, reader=LEFT)
    )

    assert halves(lines) == ("LAY DOWN A CARD", "DONE - TAKE THE CARD AWAY")


def test_card_that_is_laid_down_asks_for_patience_at_its_reader(
    bench: Callable[[int], Bench],
) -> None:
    made = bench(100)
    made.after(READY)
    made.screen.laid(RIGHT)

    assert halves(made.after()) == ("LAY DOWN A CARD", "HOLD STILL")


def test_torn_card_is_asked_for_until_it_lies_there_again(bench: Callable[[int], Bench]) -> None:
    lines = bench(100).after(READY, card(LEFT, "failed"), Removed(uid=None, reader=LEFT))

    left, _ = halves(lines)
    assert left.endswith("lay the same card down again and leave it there; it keeps its token")


def test_no_more_than_the_last_ten_cards_stand_below(bench: Callable[[int], Bench]) -> None:
    lines = bench(100).after(READY, *[card(LEFT, "done")] * 25)

    assert sum("04A1B2C3D4E580" in line for line in lines) == 10
    assert any("cards an hour" in line for line in lines)


def test_lost_reader_says_so_on_its_panel_until_it_is_back(bench: Callable[[int], Bench]) -> None:
    lost = f"{LEFT}: the reader was lost: no such device; it is opened again"

    gone = halves(bench(100).after(READY, lost))
    back = halves(bench(100).after(READY, lost, f"{LEFT}: {READER_IS_BACK}"))

    assert gone == ("the reader was lost: no such device; it is opened again", "LAY DOWN A CARD")
    assert back == ("LAY DOWN A CARD", "LAY DOWN A CARD")


def test_panels_stand_below_each_other_where_the_terminal_is_narrow(
    bench: Callable[[int], Bench],
) -> None:
    lines = bench(50).after(READY)

    assert sum("╭" in line for line in lines) == 2
    assert sum("LAY DOWN A CARD" in line for line in lines) == 2


def test_the_end_is_told_once_for_all(bench: Callable[[int], Bench]) -> None:
    lines = bench(100).after(READY, End(done=2, refused=0, failed=0, remaining=0))

    assert sum("╭" in line for line in lines) == 1
    assert sum("2 done" in line for line in lines) == 1
