"""What a chip shows in the place of what it stores: its UID, its counter, or both.

Source: NTAG213F/216F data sheet, 8.7.3.1 (the example); NTAG210/212 data sheet, 8.5.7.
"""

from collections.abc import Iterable

import pytest

from encoder.chips import ndef
from encoder.chips.models import MF0UL11, NTAG210, NTAG213, ChipModel
from encoder.simulator.chip import VirtualChip
from tests.encoder.simulator.cast import ACK, NAK, SELECTION

EXAMPLE_UID = bytes.fromhex("04E141124C2880")
EXAMPLE_COUNT = 0x3F31
STORED = bytes.fromhex(
    "0103A00C 34032FD1 012B5501 6E78702E 636F6D2F 696E6465 782E6874 6D6C3F6D"
    "3D303030 30303030 30303030 30303078 30303030 3030FE00"
)
SHOWN = STORED[:33] + b"04E141124C2880x003F31" + STORED[54:]


def example(model: ChipModel = NTAG213, *, at_once: bool = False) -> VirtualChip:
    """The chip of the data sheet's example, CFG0 and CFG1 as delivered."""
    chip = VirtualChip(model, EXAMPLE_UID, config_at_once=at_once)
    for index in range(0, min(len(STORED), model.user_bytes), 4):
        select(chip).transceive(bytes([0xA2, 4 + index // 4]) + STORED[index : index + 4])
    chip.nfc_counter = EXAMPLE_COUNT - 1
    return chip


def select(chip: VirtualChip) -> VirtualChip:
    """Power the chip afresh and select it."""
    chip.power_off()
    chip.power_on()
    chip.transceive(SELECTION[0])
    for level in (0x93, 0x95):
        part = chip.transceive(bytes([level, 0x20])) or b""
        chip.transceive(bytes([level, 0x70]) + part)
    return chip


def configured(chip: VirtualChip, cfg0: str, cfg1: str = "00050000") -> VirtualChip:
    """The chip, selected, with this CFG0 and CFG1 in effect."""
    model = chip.model
    for page, content in ((model.cfg1_page, cfg1), (model.cfg0_page, cfg0)):
        assert select(chip).transceive(bytes([0xA2, page]) + bytes.fromhex(content)) == ACK
    return select(chip)


def read(chip: VirtualChip, pages: int = len(STORED) // 4) -> bytes:
    """Pages 04h and on, by FAST_READ."""
    return chip.transceive(bytes([0x3A, 4, 3 + pages])) or b""


def text_of(shown: bytes) -> str:
    """What stands behind ``?m=`` in the example."""
    return shown[33:54].decode()


def test_example_of_the_data_sheet_reads_as_it_says() -> None:
    chip = configured(example(), "D4000CFF", "10050000")

    assert read(chip) == SHOWN
    assert ndef.url_on(read(chip)) == "http://www.nxp.com/index.html?m=04E141124C2880x003F31"
    assert chip.memory[16 : 16 + len(STORED)] == STORED


@pytest.mark.parametrize(
    ("cfg0", "cfg1", "text"),
    [
        ("14000CFF", "10050000", "00000000000000x000000"),
        ("54000CFF", "10050000", "04E141124C2880x000000"),
        ("94000CFF", "10050000", "003F3100000000x000000"),
        ("D4000CFF", "00050000", "04E141124C2880x000000"),
        ("94000CFF", "00050000", "00000000000000x000000"),
        ("D4000CFF", "18050000", "04E141124C2880x000000"),
        ("D40003FF", "10050000", "00000000000000x000000"),
        ("D40023FF", "10050000", "00000000000000x000000"),
    ],
    ids=[
        *("none", "uid", "counter", "both-but-off", "counter-but-off", "both-but-shut"),
        *("before-the-user-memory", "over-the-end"),
    ],
)
def test_mirror_shows_what_it_may(cfg0: str, cfg1: str, text: str) -> None:
    chip = configured(example(), cfg0, cfg1)

    assert text_of(read(chip)) == text


def test_password_opens_the_counter_in_the_mirror() -> None:
    chip = configured(example(), "D4000CFF", "18050000")

    chip.transceive(bytes.fromhex("1BFFFFFFFF"))

    assert text_of(read(chip)) == "04E141124C2880x003F31"


def test_mirror_may_reach_to_the_last_byte_of_the_user_memory() -> None:
    chip = configured(example(), "F40022FF", "10050000")

    assert chip.transceive(b"\x3a\x22\x27") == bytes(3) + b"04E141124C2880x003F31"


def test_read_and_fast_read_show_the_same() -> None:
    chip = configured(example(), "D4000CFF", "10050000")

    by_read = b"".join(chip.transceive(bytes([0x30, page])) or b"" for page in range(4, 16, 4))

    assert by_read == SHOWN[:48]


def test_ntag210_shows_its_uid_where_its_mirror_page_says() -> None:
    chip = configured(example(NTAG210), "10000AFF")

    assert chip.transceive(b"\x30\x0a") == STORED[24:25] + b"04E141124C2880" + STORED[39:40]


@pytest.mark.parametrize(("model", "cfg0"), [(NTAG210, "100003FF"), (MF0UL11, "D0000AFF")])
def test_chip_without_a_mirror_there_shows_what_it_stores(model: ChipModel, cfg0: str) -> None:
    chip = configured(example(model), cfg0)

    assert read(chip, 12) == STORED[:48]


def shown_before_and_after_power_on(at_once: bool) -> Iterable[bool]:
    """Whether the mirror shows, in the session that set it and in the next one."""
    chip = select(example(at_once=at_once))
    chip.transceive(bytes.fromhex("A22954000CFF"))
    yield read(chip) != STORED
    yield read(select(chip)) != STORED


@pytest.mark.parametrize(("at_once", "shows"), [(False, [False, True]), (True, [True, True])])
def test_mirror_begins_at_power_on_or_at_once(at_once: bool, shows: list[bool]) -> None:
    assert list(shown_before_and_after_power_on(at_once)) == shows


def test_chip_that_takes_its_configuration_at_once_shuts_in_the_same_session() -> None:
    chip = select(example(at_once=True))

    answers = [
        chip.transceive(bytes.fromhex("A22904000004")),
        chip.transceive(bytes.fromhex("A20600000000")),
    ]

    assert answers == [ACK, NAK]
