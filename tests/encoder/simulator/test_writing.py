"""WRITE and COMPATIBILITY_WRITE on an open chip, and the one-time-programmable CC."""

import pytest

from encoder.chips.models import CC_PAGE, NTAG213, ChipModel
from encoder.simulator.chip import VirtualChip
from encoder.simulator.memory import ChipMemory
from tests.encoder.simulator.cast import ACK, ALL_MODELS, NAK, UID, page_of, select, write


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.name)
def test_open_pages_take_what_is_written(model: ChipModel) -> None:
    chip = VirtualChip(model, UID)
    pages = [0x04, 0x0F, 0x10, model.last_user_page, model.pwd_page, model.pack_page]

    answers = [write(chip, page, "A1B2C3D4") for page in pages]

    assert answers == [ACK] * len(pages)
    assert {page_of(chip, page) for page in pages} == {bytes.fromhex("A1B2C3D4")}


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.name)
def test_uid_and_pages_that_are_not_there_are_refused(model: ChipModel) -> None:
    chip = VirtualChip(model, UID)
    before = chip.memory

    answers = [write(chip, page, "00000000") for page in (0x00, 0x01, model.pages, 0xFF)]

    assert answers == [NAK] * 4
    assert (chip.memory, chip.meter.writes) == (before, 0)


def test_compatibility_write_uses_the_first_four_bytes() -> None:
    chip = select(VirtualChip(NTAG213, UID))

    answers = [chip.transceive(b"\xa0\x06"), chip.transceive(bytes(range(1, 17)))]

    assert answers == [ACK, ACK]
    assert page_of(chip, 0x06) == b"\x01\x02\x03\x04"
    assert page_of(chip, 0x07) == bytes(4)


@pytest.mark.parametrize("second", [b"\x01\x02\x03\x04", b"\x60", bytes(17)])
def test_compatibility_write_without_its_data_writes_nothing(second: bytes) -> None:
    chip = select(VirtualChip(NTAG213, UID))
    before = chip.memory

    answers = [chip.transceive(b"\xa0\x06"), chip.transceive(second), chip.transceive(b"\x60")]

    assert answers == [ACK, NAK, None]
    assert chip.memory == before


def test_compatibility_write_to_the_uid_is_refused_at_once() -> None:
    chip = select(VirtualChip(NTAG213, UID))

    assert chip.transceive(b"\xa0\x01") == NAK


def cc_only_gains_bits(chip: VirtualChip) -> bool:
    """Whether what is written to the CC is added to what stands there."""
    write(chip, CC_PAGE, "0000000F")
    write(chip, CC_PAGE, "00000000")
    return page_of(chip, CC_PAGE) == bytes.fromhex("E110120F")


def test_cc_only_gains_bits() -> None:
    assert cc_only_gains_bits(VirtualChip(NTAG213, UID))


def test_cc_that_can_be_rewritten_is_caught() -> None:
    class Rewritable(ChipMemory):
        def after_write(self, page: int, data: bytes) -> bytes:
            return data

    class Faulty(VirtualChip):
        def __init__(self) -> None:
            super().__init__(NTAG213, UID)
            self._memory = Rewritable(NTAG213, self.memory)

    assert not cc_only_gains_bits(Faulty())
