"""What stands on a chip after a run, byte for byte against hand-written vectors."""

from hashlib import sha256
from pathlib import Path

import pytest

from encoder.chips.commands import ACK
from encoder.chips.models import MODELS
from encoder.ledger import Ledger
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from landing.contract.documents import Protection
from tests.encoder.kit import (
    MODEL_NAMES,
    TOKEN,
    UID,
    URL,
    VECTORS,
    DirectField,
    expected_memory,
    make_job,
    new_chip,
    run_chips,
    seen_by_phone,
)

NAK = b"\x00"
PROTECTIONS: tuple[Protection, ...] = ("none", "permanent")


@pytest.mark.parametrize("protection", PROTECTIONS)
@pytest.mark.parametrize("name", MODEL_NAMES)
def test_blank_card_ends_as_the_vector_says(
    name: str, protection: Protection, tmp_path: Path
) -> None:
    chip = new_chip(MODELS[name], UID)

    ran = run_chips(make_job(protection=protection), [chip], tmp_path / "ledger.db")

    assert chip.memory == expected_memory(name, protection)
    assert ran.told() == [("done", None)]
    assert seen_by_phone(chip) == URL


@pytest.mark.parametrize("name", MODEL_NAMES)
def test_locked_card_takes_no_further_write(name: str, tmp_path: Path) -> None:
    model = MODELS[name]
    chip = new_chip(model, UID)
    run_chips(make_job(), [chip], tmp_path / "ledger.db")
    before = chip.memory
    pages = [*range(3, model.last_user_page + 1), model.cfg0_page, model.cfg1_page]

    answers = [overwritten(chip, page) for page in pages]

    assert chip.memory == before
    assert set(answers) == {NAK}


def test_open_card_takes_a_further_write(tmp_path: Path) -> None:
    chip = new_chip(MODELS["NTAG213"], UID)
    run_chips(make_job(protection="none"), [chip], tmp_path / "ledger.db")

    answer = overwritten(chip, 4)

    assert answer == ACK


@pytest.mark.parametrize("name", MODEL_NAMES)
def test_digest_is_of_the_pages_up_to_the_terminator(name: str, tmp_path: Path) -> None:
    last_page = int(VECTORS["chips"][name]["last_content_page"], 16)
    content = expected_memory(name, "none")[16 : (last_page + 1) * 4]

    run_chips(make_job(), [new_chip(MODELS[name], UID)], tmp_path / "ledger.db")

    with Ledger.open(tmp_path / "ledger.db", writable=False) as ledger:
        (card,) = ledger.reported("J-2026-0001")
    assert card.digest == sha256(content).hexdigest()
    assert (card.token, card.uid, card.chip) == (TOKEN, UID.hex().upper(), name)


def test_blank_ntag213_takes_25_exchanges_and_14_writes(tmp_path: Path) -> None:
    chip = new_chip(MODELS["NTAG213"], UID)

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db")

    assert (ran.cards[0].exchanges, ran.cards[0].writes) == (25, 14)
    assert chip.meter.writes == 14


def overwritten(chip: VirtualChip, page: int) -> bytes:
    """What the chip, selected anew, answers to a WRITE of 5Ah over a page."""
    place = VirtualField()
    place.lay(chip)
    field = DirectField(place, lambda: False)
    assert field.sense() == chip.uid
    return field.exchange(bytes([0xA2, page]) + b"\x5a\x5a\x5a\x5a")
