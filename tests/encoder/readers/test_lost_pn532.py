"""A PN532 that hangs or is pulled out in mid-card: the card is told, the reader opened again, and
the same card finished.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from encoder.chips.models import NTAG213
from encoder.errors import ReaderError
from encoder.readers.nfcpy import open_nfcpy
from encoder.readers.watchdog import Watchdog
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from tests.emulated.boxed import BoxedField
from tests.emulated.serial_reader import SerialPn532, plugged_in
from tests.encoder.kit import UID, Ran, is_finished, make_job, new_chip, run_box

COMMANDS_OF_A_CARD = 24  # 4 to find it, 20 exchanges


class Bench:
    """A board with a box of cards on it, behind a watchdog."""

    def __init__(self, board: SerialPn532, box: CardBox) -> None:
        self.board = board
        self.told: list[str] = []
        self.on_trouble: Callable[[], None] = lambda: None
        self.dog = Watchdog(
            lambda: open_nfcpy(board.path, board.connect),
            on_trouble=self._tell,
            pause=lambda _seconds: None,
        )
        self.field = BoxedField(self.dog, box)

    def _tell(self, words: str) -> None:
        self.told.append(words)
        if "opened again" in words:
            self.on_trouble()


@contextmanager
def with_card() -> Iterator[tuple[Bench, CardBox, VirtualChip]]:
    """A blank card in a box."""
    chip = new_chip(NTAG213, UID)
    box = CardBox([chip])
    with plugged_in(box) as board:
        bench = Bench(board, box)
        with bench.dog:
            yield bench, box, chip


def commands_to_the_card(bench: Bench) -> int:
    """How many host commands there were before the box lays its card: the opening, and a look."""
    return bench.board.counts.commands + 2  # the times and retries of the first look


def run(bench: Bench, box: CardBox, path: Path) -> Ran:
    """Run a job of one card."""
    return run_box(make_job(), box, path / "ledger.db", reader=bench.field)


@pytest.mark.parametrize("command", [5, 6, 10, 15, 19, 20, 22, COMMANDS_OF_A_CARD])
def test_card_at_a_reader_that_hangs_is_finished_when_it_answers_again(
    command: int, tmp_path: Path
) -> None:
    with with_card() as (bench, box, chip):
        bench.board.faults.hang_at = commands_to_the_card(bench) + command
        bench.board.faults.hang_frames = 3

        ran = run(bench, box, tmp_path)

    assert [reason for _, reason in ran.told()] == ["reader-lost", None]
    assert ran.told()[1][0] in ("done", "resumed")
    assert is_finished(chip, "NTAG213", "permanent")
    assert "opened again" in bench.told[0]
    assert bench.told[-1] == "the reader is back"


@pytest.mark.parametrize("command", [5, 12, COMMANDS_OF_A_CARD])
def test_card_at_a_reader_that_was_plugged_in_again_is_finished(
    command: int, tmp_path: Path
) -> None:
    with with_card() as (bench, box, chip):
        board = bench.board
        board.faults.unplug_at = commands_to_the_card(bench) + command

        def plug_in_again() -> None:
            board.unplug()
            board.faults.unplug_at = None
            board.plug_in()

        bench.on_trouble = plug_in_again
        ran = run(bench, box, tmp_path)

    assert [reason for _, reason in ran.told()] == ["reader-lost", None]
    assert is_finished(chip, "NTAG213", "permanent")


def test_reader_that_stays_away_ends_the_run_and_the_card_is_told(tmp_path: Path) -> None:
    with with_card() as (bench, box, chip):
        bench.board.faults.unplug_at = commands_to_the_card(bench) + 12

        with pytest.raises(ReaderError, match="does not come back") as caught:
            run(bench, box, tmp_path)

    assert caught.value.exit_code == 3
    assert 0 < chip.meter.writes < 14


def test_card_is_found_and_made_in_few_host_commands(tmp_path: Path) -> None:
    with with_card() as (bench, box, _chip):
        before = commands_to_the_card(bench)

        ran = run_box(
            make_job(),
            box,
            tmp_path / "ledger.db",
            reader=bench.field,
            stopping=lambda: bench.board.counts.commands > before,
        )
        spent = bench.board.counts.commands - before

    assert ran.told() == [("done", None)]
    assert spent == COMMANDS_OF_A_CARD


def test_noise_on_the_line_costs_a_new_opening_and_no_card(tmp_path: Path) -> None:
    with with_card() as (bench, box, chip):
        bench.board.faults.garble_at = commands_to_the_card(bench) + 9

        ran = run(bench, box, tmp_path)

    assert [reason for _, reason in ran.told()] == ["reader-lost", None]
    assert is_finished(chip, "NTAG213", "permanent")


def test_slow_line_makes_slow_cards_and_nothing_else(tmp_path: Path) -> None:
    with with_card() as (bench, box, chip):
        bench.board.faults.late_seconds = 0.03

        ran = run(bench, box, tmp_path)

    assert ran.told() == [("done", None)]
    assert is_finished(chip, "NTAG213", "permanent")
