"""``run`` at a PC/SC reader: exit codes, and limits told before any WRITE."""

import subprocess
from pathlib import Path

import pytest

from encoder.chips.models import NTAG213
from encoder.simulator.card_box import CardBox
from landing.contract.documents import Protection
from tests.emulated.pcsc import DirectFirmware, Firmware, StorageFirmware, at_slot
from tests.emulated.pcscd import SLOTS, running_pcscd
from tests.encoder.cli.command import events_in, invoke, job_file, start
from tests.encoder.kit import make_job, new_chip

READER = f"pcsc:{SLOTS[0]}"


def run(folder: Path, protection: Protection, reader: str) -> subprocess.CompletedProcess[str]:
    """Run a job of one card, with a station key beside it."""
    job, key = job_file(folder, make_job(protection=protection)), folder / "station.key"
    invoke("key", "new", "--key", key)
    ledger = folder / "ledger.db"
    process = start("run", job, "--reader", reader, "--ledger", ledger, "--key", key, "--json")
    stdout, stderr = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def run_at(
    kind: type[Firmware], folder: Path, protection: Protection, box: CardBox
) -> subprocess.CompletedProcess[str]:
    """Run it at a reader of this kind."""
    with running_pcscd() as pcscd, at_slot(pcscd, 0, kind(box)):
        return run(folder, protection, READER)


@pytest.mark.parametrize("kind", [DirectFirmware, StorageFirmware])
def test_card_is_done_at_a_pcsc_reader(kind: type[Firmware], tmp_path: Path) -> None:
    ended = run_at(kind, tmp_path, "permanent", CardBox([new_chip(NTAG213)]))

    told = events_in(ended.stdout)
    assert ended.returncode == 0
    assert told[0]["reader"] == READER
    assert [event["status"] for event in told if event["event"] == "card"] == ["done"]
    assert ("READ and WRITE only" in ended.stderr) == (kind is StorageFirmware)


def test_job_that_a_reader_cannot_do_ends_before_any_write(tmp_path: Path) -> None:
    chip = new_chip(NTAG213)

    ended = run_at(StorageFirmware, tmp_path, "password", CardBox([chip]))

    assert ended.returncode == 4
    assert "needs password protection" in ended.stderr
    assert chip.meter.writes == 0


def test_without_pcscd_the_command_ends_with_3(tmp_path: Path) -> None:
    ended = run(tmp_path, "permanent", "pcsc")

    assert ended.returncode == 3
    assert "hint: apt install pcscd" in ended.stderr
