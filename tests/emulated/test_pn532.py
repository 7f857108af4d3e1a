"""The emulated PN532 is no kinder than a real one."""

import pytest

from encoder.chips.models import MODELS
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from tests.emulated.antenna import Antenna
from tests.emulated.pn532 import CRC_ERROR, OK, RF_OVERFLOW, TIMEOUT, Pn532

UID = bytes.fromhex("04A1B2C3D4E580")
OTHER_UID = bytes.fromhex("04A1B3C3D4E581")
ERROR = b"\x7f"
CRC_CHECK_OFF = "08 6303 00"
GET_VERSION = "42 60"


class Bench:
    """A chip that is awake, and the field before it."""

    def __init__(self) -> None:
        self.field = VirtualField()
        self.chip = Pn532(Antenna(self.field, lambda: self.field.chips))
        self.tell("14 01 00 00")
        self.tell("32 05 01 00 01")

    def lay(self, name: str = "NTAG213", uid: bytes = UID) -> VirtualChip:
        """Lay a blank card down."""
        card = VirtualChip(MODELS[name], uid)
        self.field.lay(card)
        return card

    def tell(self, command: str) -> bytes:
        """The answer behind TFI and command code, or the whole error frame."""
        answer = self.chip.answer(b"\xd4" + bytes.fromhex(command))
        assert answer is not None
        return answer if answer == ERROR else answer[2:]


@pytest.fixture
def bench() -> Bench:
    """A bench with nothing on it."""
    return Bench()


def test_card_is_listed_with_its_answers(bench: Bench) -> None:
    bench.lay()

    listed = bench.tell("4A 01 00")

    assert listed == bytes.fromhex("0101" + "0044" + "00" + "07") + UID


def test_empty_place_leaves_the_request_in_the_fifo(bench: Bench) -> None:
    assert bench.tell("4A 01 00") == b"\x00"
    assert bench.tell("06 6339") == b"\x26"


def test_collision_is_resolved_and_the_wanted_card_can_be_had(bench: Bench) -> None:
    bench.lay(uid=UID)
    bench.lay(uid=OTHER_UID)

    both = {bench.tell("4A 01 00")[-7:] for _ in range(3) if bench.tell("32 01 02") == b""}
    bench.tell("32 01 02")
    wanted = bench.tell("4A 01 00 88" + UID.hex())

    assert both == {OTHER_UID}  # bit 0 of the third byte is 1
    assert wanted[-7:] == UID


def test_card_that_is_not_there_is_not_found_by_its_uid(bench: Bench) -> None:
    bench.lay(uid=UID)

    assert bench.tell("4A 01 00 88" + OTHER_UID.hex()) == b"\x00"


def test_crc_is_checked_and_taken_off_until_the_register_says_otherwise(bench: Bench) -> None:
    card = bench.lay()
    bench.tell("4A 01 00")

    checked = bench.tell(GET_VERSION)
    bench.tell(CRC_CHECK_OFF)
    unchecked = bench.tell(GET_VERSION)

    assert checked == bytes([OK]) + card.model.version
    assert unchecked[:-2] == checked
    assert len(unchecked) == len(checked) + 2


def test_ack_is_a_crc_error_until_the_check_is_off(bench: Bench) -> None:
    bench.lay()
    bench.tell("4A 01 00")

    checked = bench.tell("42 A2 04 01020304")
    bench.tell(CRC_CHECK_OFF)
    unchecked = bench.tell("42 A2 04 01020304")

    assert (checked, unchecked) == (bytes([CRC_ERROR]), bytes([OK, 0x0A]))


def test_frame_without_crc_is_not_answered(bench: Bench) -> None:
    bench.lay()
    bench.tell("4A 01 00")
    bench.tell("08 6302 00")

    assert bench.tell(GET_VERSION) == bytes([TIMEOUT])
    assert bench.tell("42 60 F8 32")[0] == OK


@pytest.mark.parametrize(("index", "status"), [(6, TIMEOUT), (7, OK)])
def test_ack_that_comes_later_than_the_set_time_is_lost(
    bench: Bench, index: int, status: int
) -> None:
    card = bench.lay()
    bench.tell(f"32 02 00 0B {index:02X}")  # 3.2 ms, 6.4 ms; the EEPROM takes 4.1 ms
    bench.tell("4A 01 00")
    bench.tell(CRC_CHECK_OFF)

    assert bench.tell("42 A2 06 01020304")[0] == status
    assert card.memory[24:28] == bytes.fromhex("01020304")


def test_answer_longer_than_a_frame_holds_overflows(bench: Bench) -> None:
    bench.lay("NTAG216")
    bench.tell("4A 01 00")
    bench.tell(CRC_CHECK_OFF)

    assert len(bench.tell("42 3A 00 40")) == 1 + 65 * 4 + 2
    assert bench.tell("42 3A 00 41") == bytes([RF_OVERFLOW])


def test_nothing_is_heard_while_the_field_is_off(bench: Bench) -> None:
    bench.lay()
    bench.tell("4A 01 00")
    bench.tell("32 01 02")

    assert bench.tell(GET_VERSION) == bytes([TIMEOUT])
    assert bench.tell("06 6304") == b"\x00"


def test_data_exchange_does_the_crc_itself(bench: Bench) -> None:
    card = bench.lay()
    bench.tell("4A 01 00")

    assert bench.tell("40 01 30 00") == bytes([OK]) + card.memory[:16]
    assert bench.tell("40 01 A2 04 01020304") == bytes([OK])
    assert bench.tell("40 01 A2 00 01020304") == bytes([CRC_ERROR])


def test_released_card_is_no_target_for_data_exchange(bench: Bench) -> None:
    bench.lay()
    bench.tell("4A 01 00")

    assert bench.tell("52 01") == bytes([OK])
    assert bench.tell("40 01 30 00") == ERROR


@pytest.mark.parametrize("command", ["", "FE", "32 02 00", "4A 03 00", "4A 01 05", "08 6302", "10"])
def test_what_is_no_command_is_a_syntax_error(bench: Bench, command: str) -> None:
    assert bench.tell(command) == ERROR


def test_chip_after_power_on_wants_its_sam_configured_first(bench: Bench) -> None:
    bench.chip.reset()

    assert bench.tell("4A 01 00") == ERROR
    assert bench.tell("02") == bytes.fromhex("32010607")


def test_chip_after_power_on_waits_for_a_card_for_ever(bench: Bench) -> None:
    bench.chip.reset()
    bench.tell("14 01 00 00")

    waiting = bench.chip.answer(bytes.fromhex("D44A0100"))
    bench.lay()
    found = bench.chip.answer(bytes.fromhex("D44A0100"))

    assert waiting is None
    assert found is not None
    assert found[-7:] == UID


def test_new_speed_waits_for_the_hosts_ack(bench: Bench) -> None:
    bench.tell("10 07")
    before = bench.chip.speed
    bench.chip.acknowledged()

    assert (before, bench.chip.speed) == (115200, 921600)
