"""What a run leaves in the ledger, whatever happened to its cards, is a right ledger."""

from pathlib import Path

import pytest

from encoder.chips.models import NTAG213
from encoder.ledger import Ledger, check_ledger
from encoder.ledger.stats import Figures, Question
from encoder.simulator.card_box import CardBox
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from landing.contract.documents import Protection
from tests.encoder.kit import UID, make_job, new_chip, run_box, run_chips


def figures(path: Path) -> Figures:
    """What the ledger says of all of the work."""
    with Ledger.open(path, writable=False) as ledger:
        return ledger.statistics(Question()).total


@pytest.mark.parametrize("protection", ["none", "permanent"])
@pytest.mark.parametrize("write", [1, 5, 9])
def test_ledger_of_a_torn_and_finished_card_is_right(
    write: int, protection: Protection, tmp_path: Path
) -> None:
    path, job = tmp_path / "ledger.db", make_job(protection=protection)
    chip, field = new_chip(NTAG213, UID), VirtualField()
    field.tear(write, TearPhase.HALF)

    run_box(job, CardBox([chip], field=field), path, stopping=lambda: chip.meter.writes >= write)
    torn = check_ledger(path)
    run_chips(job, [chip, chip], path)

    total = figures(path)
    assert (torn, check_ledger(path)) == ([], [])
    assert (total.done, total.resumed, sum(total.failed.values())) == (1, 1, 1)


def test_refused_stranger_leaves_its_reason_and_not_its_uid(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ours, stranger = new_chip(NTAG213, UID), new_chip(NTAG213)
    run_chips(make_job(name="J-1"), [stranger], tmp_path / "elsewhere.db")

    run_chips(make_job(), [stranger, ours], path)

    assert figures(path).refused == {"already-locked": 1}
    assert figures(path).done == 1
    assert check_ledger(path) == []
    assert stranger.uid.hex().upper().encode() not in path.read_bytes()
