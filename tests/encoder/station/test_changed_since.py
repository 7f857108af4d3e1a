"""A card that we began and someone changed since fails by name, and keeps its token."""

from pathlib import Path

import pytest

from encoder.chips.models import NTAG213
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from landing.contract.documents import Protection
from tests.encoder.kit import TOKEN, UID, make_job, new_chip, run_box, run_chips

Pages = dict[int, str]

CHANGES: dict[str, tuple[Protection, Pages, str]] = {
    "a password": ("permanent", {0x29: "04000004"}, "write-failed"),
    "a foreign CC": ("permanent", {0x03: "E110FF00"}, "verify-mismatch"),
    "the UID mirror": ("permanent", {0x29: "440004FF"}, "verify-mismatch"),
    "static locks over torn content": ("permanent", {0x02: "7248FFFF"}, "verify-mismatch"),
    "dynamic locks where none may be": ("none", {0x28: "010000BD"}, "lock-mismatch"),
}


def torn_card(path: Path, protection: Protection) -> VirtualChip:
    """A card torn away at its third WRITE, booked as begun."""
    chip, field = new_chip(NTAG213, UID), VirtualField()
    field.tear(3, TearPhase.AFTER)
    job = make_job(protection=protection)
    run_box(job, CardBox([chip], field=field), path, stopping=lambda: chip.meter.writes > 2)
    return chip


def changed(chip: VirtualChip, pages: Pages) -> VirtualChip:
    """The same card with other pages."""
    memory = bytearray(chip.memory)
    for page, content in pages.items():
        memory[page * 4 : page * 4 + 4] = bytes.fromhex(content)
    return VirtualChip(NTAG213, UID, memory=bytes(memory))


@pytest.mark.parametrize("change", CHANGES)
def test_begun_card_that_was_changed_fails_and_keeps_its_token(change: str, tmp_path: Path) -> None:
    protection, pages, reason = CHANGES[change]
    chip = changed(torn_card(tmp_path / "ledger.db", protection), pages)

    ran = run_chips(make_job(protection=protection), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("failed", reason)]
    assert ran.cards[0].token == TOKEN
    assert (ran.end.done, ran.end.failed, ran.end.remaining) == (0, 1, 1)


@pytest.mark.parametrize("change", ["a password", "static locks over torn content"])
def test_begun_card_that_cannot_be_finished_has_no_write(change: str, tmp_path: Path) -> None:
    protection, pages, _ = CHANGES[change]
    chip = changed(torn_card(tmp_path / "ledger.db", protection), pages)
    before = chip.memory

    run_chips(make_job(protection=protection), [chip], tmp_path / "ledger.db")

    assert (chip.memory, chip.meter.writes) == (before, 0)


def test_begun_card_that_nobody_changed_is_finished(tmp_path: Path) -> None:
    chip = changed(torn_card(tmp_path / "ledger.db", "permanent"), {})

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("resumed", None)]
