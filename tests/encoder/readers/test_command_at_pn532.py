"""The real command at an emulated PN532: killed in mid-card, or left by its reader for a moment."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from encoder.chips.models import NTAG213
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from tests.emulated.serial_reader import SerialPn532, plugged_in
from tests.encoder.cli.command import events_in, job_file, start
from tests.encoder.kit import UID, is_finished, make_job, new_chip

COMMAND_SECONDS = 120


@contextmanager
def board_with(chip: VirtualChip) -> Iterator[tuple[SerialPn532, CardBox]]:
    """A board with a box of one card, under a name that the command can open."""
    box = CardBox([chip])
    with plugged_in(box) as board:
        if not board.has_name:
            pytest.skip("no name can be made in /dev: it takes root")
        yield board, box


def run_command(board: SerialPn532, folder: Path) -> subprocess.Popen[str]:
    """Begin ``run`` on a job of one card."""
    job, ledger = job_file(folder, make_job()), folder / "ledger.db"
    return start("run", job, "--reader", board.path, "--ledger", ledger, "--json")


@pytest.mark.parametrize("write", [1, 8, 12])
def test_command_killed_in_mid_card_finishes_it_when_run_again(write: int, tmp_path: Path) -> None:
    chip = new_chip(NTAG213, UID)
    with board_with(chip) as (board, box):
        killed = run_command(board, tmp_path)

        def kill_at(chip: VirtualChip, _page: int) -> None:
            if chip.meter.writes == write - 1:
                killed.kill()
                killed.wait(COMMAND_SECONDS)

        box.field.before_write = kill_at
        killed.communicate(timeout=COMMAND_SECONDS)
        box.field.before_write = None
        output, errors = run_command(board, tmp_path).communicate(timeout=COMMAND_SECONDS)

    assert killed.returncode == -9
    statuses = [event["status"] for event in events_in(output) if event["event"] == "card"]
    assert statuses == ["resumed"], errors
    assert is_finished(chip, "NTAG213", "permanent")


def test_command_goes_on_when_its_reader_answers_again(tmp_path: Path) -> None:
    chip = new_chip(NTAG213, UID)
    with board_with(chip) as (board, _box):
        board.faults.hang_at, board.faults.hang_frames = 30, 3  # in the midst of the card

        process = run_command(board, tmp_path)
        output, errors = process.communicate(timeout=COMMAND_SECONDS)

    cards = [event for event in events_in(output) if event["event"] == "card"]
    assert [card["reason"] for card in cards] == ["reader-lost", None], errors
    assert process.returncode == 0
    assert is_finished(chip, "NTAG213", "permanent")
