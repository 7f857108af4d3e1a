"""Times on the air, against the figures of the data sheet."""

from typing import Any

import pytest

from encoder.chips.models import NTAG213
from encoder.simulator.chip import VirtualChip
from encoder.simulator.timing import EEPROM_US, Meter, command_us, exchange_us, reply_us
from tests.encoder.simulator.cast import UID, VECTORS, select


@pytest.mark.parametrize("figure", VECTORS["timing"], ids=lambda figure: figure["name"])
def test_frames_take_what_the_data_sheet_says(figure: dict[str, Any]) -> None:
    frame = bytes.fromhex(figure["frame"])
    reply = bytes(figure["reply_bytes"])

    times = command_us(frame), reply_us(frame, reply)

    assert times == pytest.approx((figure["command_us"], figure["reply_us"]), abs=1)


def test_each_written_page_costs_4_96_ms() -> None:
    write = bytes.fromhex("A20401020304")

    assert exchange_us(write, b"\x0a", wrote=True) == pytest.approx(4960, abs=5)


def test_silence_costs_the_command_alone() -> None:
    assert exchange_us(b"\x60", None) == command_us(b"\x60")


def test_refused_write_costs_no_eeprom_time() -> None:
    chip = select(VirtualChip(NTAG213, UID))
    chip.meter = Meter()

    chip.transceive(bytes.fromhex("A20001020304"))

    assert (chip.meter.exchanges, chip.meter.writes) == (1, 0)
    assert chip.meter.elapsed_us < EEPROM_US


def test_compatibility_write_counts_one_eeprom_write() -> None:
    chip = select(VirtualChip(NTAG213, UID))
    chip.meter = Meter()

    chip.transceive(b"\xa0\x06")
    chip.transceive(bytes(16))

    assert (chip.meter.exchanges, chip.meter.writes) == (2, 1)
    assert chip.meter.elapsed_us > EEPROM_US
