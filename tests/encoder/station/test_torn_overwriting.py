"""A card of someone's that is torn while ``--overwrite`` replaces its mirror is finished."""

from pathlib import Path

import pytest

from encoder.chips.models import NTAG213, PAGE_SIZE
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from landing.contract.documents import Protection
from tests.encoder.kit import UID, is_finished, make_job, new_chip, run_box, run_chips

SOMEONES_CFG0 = "440005FF"
TORN_CFG0 = {  # what a torn WRITE of CFG0 may leave
    "the mirror still on": SOMEONES_CFG0,
    "an AUTH0 that asks for the factory's password": "04000004",
    "both": "C4000528",
}


def chip_with(cfg0: str, memory: bytes) -> VirtualChip:
    """A chip of this memory, but for CFG0."""
    content, start = bytearray(memory), NTAG213.cfg0_page * PAGE_SIZE
    content[start : start + PAGE_SIZE] = bytes.fromhex(cfg0)
    return VirtualChip(NTAG213, UID, memory=bytes(content))


@pytest.mark.parametrize("protection", ["none", "permanent"])
@pytest.mark.parametrize("torn", TORN_CFG0)
def test_card_torn_while_a_mirror_was_overwritten_is_finished(
    torn: str, protection: Protection, tmp_path: Path
) -> None:
    job, path, field = make_job(protection=protection), tmp_path / "ledger.db", VirtualField()
    chip = chip_with(SOMEONES_CFG0, new_chip(NTAG213, UID).memory)
    field.tear(4, TearPhase.BEFORE)
    box = CardBox([chip], field=field)
    run_box(job, box, path, overwrite=True, stopping=lambda: chip.torn)
    again = chip_with(TORN_CFG0[torn], chip.memory)

    ran = run_chips(job, [again], path, overwrite=True)

    assert ran.told() == [("resumed", None)]
    assert is_finished(again, "NTAG213", protection)
