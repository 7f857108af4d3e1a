"""Anticollision, selection, halt, and how a chip falls back to rest."""

from collections.abc import Callable

import pytest

from encoder.chips.models import NTAG213
from encoder.simulator.chip import VirtualChip
from tests.encoder.simulator.cast import NAK, SELECTION, UID, select

HLTA = bytes.fromhex("5000")
BAD_FRAMES = ["FF", "1A00", "6000", "30", "300000", "3A05", "3A0504", "A204", "3C01", "3901"]


@pytest.fixture
def chip() -> VirtualChip:
    """A blank chip that has just entered the field."""
    blank = VirtualChip(NTAG213, UID)
    blank.power_on()
    return blank


def test_activation_answers_as_iso_14443_says(chip: VirtualChip) -> None:
    frames = ["26", "9320", "93708804A1B29F", "9520", "9570C3D4E58072"]

    answers = [chip.transceive(bytes.fromhex(frame)) for frame in frames]

    expected = ["4400", "8804A1B29F", "04", "C3D4E58072", "00"]
    assert [answer.hex().upper() for answer in answers if answer is not None] == expected


@pytest.mark.parametrize(
    "frame",
    ["93708804A1B29E", "93708804A1B39F", "9570C3D4E58072", "9340", "60", "3000", "26"],
)
def test_selection_of_another_number_is_met_with_silence(chip: VirtualChip, frame: str) -> None:
    chip.transceive(b"\x26")

    answers = [chip.transceive(bytes.fromhex(frame)), chip.transceive(SELECTION[1])]

    assert answers == [None, None]


def test_wrong_number_at_the_second_level_is_met_with_silence(chip: VirtualChip) -> None:
    chip.transceive(SELECTION[0])
    chip.transceive(SELECTION[1])

    answers = [chip.transceive(bytes.fromhex("9570C3D4E58073")), chip.transceive(SELECTION[2])]

    assert answers == [None, None]


@pytest.mark.parametrize("frame", ["60", "3000", "A20401020304", "9320", "9520"])
def test_idle_chip_keeps_silent(chip: VirtualChip, frame: str) -> None:
    assert chip.transceive(bytes.fromhex(frame)) is None


def test_chip_outside_a_field_keeps_silent() -> None:
    chip = VirtualChip(NTAG213, UID)

    answer = chip.transceive(b"\x26")

    assert answer is None
    assert chip.meter.exchanges == 0


def falls_silent_after_a_nak(chip: VirtualChip, frame: bytes) -> bool:
    """Whether a refused frame puts the chip to rest until it is selected again."""
    select(chip)
    refused = chip.transceive(frame)
    silent = chip.transceive(b"\x60") is None
    woken = chip.transceive(b"\x26") is not None
    return refused == NAK and silent and woken


@pytest.mark.parametrize("frame", BAD_FRAMES)
def test_refused_command_needs_a_new_selection(chip: VirtualChip, frame: str) -> None:
    assert falls_silent_after_a_nak(chip, bytes.fromhex(frame))


def test_chip_that_stays_active_after_a_nak_is_caught() -> None:
    class Tireless(VirtualChip):
        def _fall_back(self) -> None:
            """Stay where it is."""

    assert not falls_silent_after_a_nak(Tireless(NTAG213, UID), b"\x30\x2d")


@pytest.mark.parametrize("frame", [b"\x26", b"\x52"])
def test_wake_up_in_the_active_state_puts_the_chip_to_rest(chip: VirtualChip, frame: bytes) -> None:
    select(chip)

    answers = [chip.transceive(frame), chip.transceive(frame)]

    assert answers == [None, b"\x44\x00"]


def halted(chip: VirtualChip) -> VirtualChip:
    """Select the chip, then halt it."""
    select(chip).transceive(HLTA)
    return chip


def test_halted_chip_wakes_up_to_wupa_only(chip: VirtualChip) -> None:
    halted(chip)

    answers = [chip.transceive(frame) for frame in (b"\x26", b"\x60", b"\x52")]

    assert answers == [None, None, b"\x44\x00"]


def test_halted_chip_returns_to_halt_after_an_error(chip: VirtualChip) -> None:
    halted(chip)
    for frame in (b"\x52", *SELECTION[1:]):
        chip.transceive(frame)

    answers = [chip.transceive(frame) for frame in (b"\xff", b"\x26", b"\x52")]

    assert answers == [NAK, None, b"\x44\x00"]


@pytest.mark.parametrize(
    "leave", [lambda chip: chip.power_off(), lambda chip: select(chip)], ids=["off", "selected"]
)
def test_power_off_forgets_the_halt(
    chip: VirtualChip, leave: Callable[[VirtualChip], object]
) -> None:
    halted(chip)

    leave(chip)
    chip.power_off()
    chip.power_on()

    assert chip.transceive(b"\x26") == b"\x44\x00"
