"""READ, FAST_READ, READ_SIG and READ_CNT."""

import pytest

from encoder.chips.models import (
    MF0UL11,
    NTAG210,
    NTAG213,
    PAGE_SIZE,
    ChipModel,
)
from encoder.simulator.chip import VirtualChip
from tests.encoder.simulator.cast import ACK, ALL_MODELS, NAK, UID, image, page_of, select, write


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.name)
def test_read_gives_four_pages(model: ChipModel) -> None:
    chip = select(VirtualChip(model, UID))

    answer = chip.transceive(b"\x30\x02")

    assert answer == image(model, "factory")[8:24]


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.name)
def test_read_past_the_end_rolls_over_to_page_zero(model: ChipModel) -> None:
    chip = select(VirtualChip(model, UID))

    answer = chip.transceive(bytes([0x30, model.pages - 1]))

    assert answer == bytes(4) + image(model, "factory")[:12]


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.name)
def test_password_reads_as_zeros(model: ChipModel) -> None:
    chip = VirtualChip(model, UID)
    write(chip, model.pack_page, "11223344")

    answer = chip.transceive(bytes([0x3A, model.pwd_page, model.pack_page]))

    stored = page_of(chip, model.pwd_page) + page_of(chip, model.pack_page)
    assert answer == bytes(8)
    assert stored == bytes.fromhex("FFFFFFFF11223344")


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.name)
def test_fast_read_gives_every_page(model: ChipModel) -> None:
    chip = select(VirtualChip(model, UID))

    answer = chip.transceive(bytes([0x3A, 0x00, model.cfg1_page]))

    assert answer == image(model, "factory")[: model.pwd_page * PAGE_SIZE]


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.name)
def test_reading_a_page_that_is_not_there_is_refused(model: ChipModel) -> None:
    chip = VirtualChip(model, UID)
    frames = [bytes([0x30, model.pages]), bytes([0x3A, 0x04, model.pages]), b"\x3a\x05\x04"]

    answers = [select(chip).transceive(frame) for frame in frames]

    assert answers == [NAK, NAK, NAK]


def test_signature_is_the_chip_s_own() -> None:
    signature = bytes(range(32))
    chips = [VirtualChip(NTAG213, UID), VirtualChip(NTAG213, UID, signature=signature)]

    answers = [select(chip).transceive(b"\x3c\x00") for chip in chips]

    assert answers == [bytes(32), signature]


def counting_chip(cfg1: str) -> VirtualChip:
    """A chip with this CFG1 in effect, its password protecting the configuration."""
    chip = VirtualChip(NTAG213, UID)
    write(chip, NTAG213.cfg1_page, cfg1)
    return select(chip)


def test_counter_is_refused_while_it_is_switched_off() -> None:
    chip = counting_chip("00050000")

    assert chip.transceive(b"\x39\x02") == NAK


def test_counter_counts_the_first_reading_after_power_on() -> None:
    chip = counting_chip("10050000")
    for frame in (b"\x30\x04", b"\x3a\x04\x05", b"\x30\x04"):
        chip.transceive(frame)
    select(chip).transceive(b"\x3a\x04\x05")

    count = chip.transceive(b"\x39\x02")

    assert count == bytes.fromhex("020000")


def test_counter_stops_at_its_end() -> None:
    chip = counting_chip("10050000")
    chip.nfc_counter = 0xFFFFFF

    select(chip).transceive(b"\x30\x04")

    assert chip.transceive(b"\x39\x02") == b"\xff\xff\xff"


def test_protected_counter_needs_the_password() -> None:
    chip = counting_chip("18050000")

    refused = chip.transceive(b"\x39\x02")
    select(chip).transceive(bytes.fromhex("1BFFFFFFFF"))

    assert refused == NAK
    assert chip.transceive(b"\x39\x02") == bytes(3)


@pytest.mark.parametrize("frame", ["3902", "A50001000000", "3E00"])
def test_ntag210_has_no_counter(frame: str) -> None:
    chip = select(VirtualChip(NTAG210, UID))

    assert chip.transceive(bytes.fromhex(frame)) == NAK


@pytest.mark.parametrize("frame", ["A50001000000", "3E00", "3900", "3901"])
def test_ntag213_has_the_counter_of_first_readings_only(frame: str) -> None:
    chip = counting_chip("10050000")

    assert chip.transceive(bytes.fromhex(frame)) == NAK


@pytest.mark.parametrize("number", [0, 1, 2])
def test_ultralight_counts_when_it_is_told_to(number: int) -> None:
    chip = select(VirtualChip(MF0UL11, UID))
    chip.transceive(b"\x30\x04")

    answers = [chip.transceive(bytes.fromhex(f"A5{number:02X}2A010000")) for _ in range(2)]

    counts = [chip.transceive(bytes([0x39, each])) for each in range(3)]
    assert answers == [ACK, ACK]
    assert counts == [bytes.fromhex("540200") if each == number else bytes(3) for each in range(3)]
    assert chip.transceive(bytes([0x3E, number])) == b"\xbd"


def test_ultralight_counter_does_not_go_past_its_end() -> None:
    chip = select(VirtualChip(MF0UL11, UID))
    chip.transceive(bytes.fromhex("A500FEFFFF00"))

    refused = chip.transceive(bytes.fromhex("A50002000000"))

    assert refused == NAK
    assert select(chip).transceive(b"\x39\x00") == bytes.fromhex("FEFFFF")


@pytest.mark.parametrize("frame", ["3903", "A50301000000", "3E03"])
def test_ultralight_has_three_counters(frame: str) -> None:
    chip = select(VirtualChip(MF0UL11, UID))

    assert chip.transceive(bytes.fromhex(frame)) == NAK
