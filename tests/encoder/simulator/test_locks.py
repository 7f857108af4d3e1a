"""Static and dynamic lock bits, and the block-lock bits that freeze them."""

from collections.abc import Callable

import pytest

from encoder.chips.models import (
    MF0UL11,
    MF0UL21,
    NTAG210,
    NTAG212,
    NTAG213,
    NTAG215,
    NTAG216,
    ChipModel,
)
from encoder.simulator.chip import VirtualChip
from encoder.simulator.memory import ChipMemory
from tests.encoder.simulator.cast import ACK, ALL_MODELS, NAK, UID, page_of, write

NEW = "5A5A5A5A"
Maker = Callable[[ChipModel], VirtualChip]

# lock bit of page 02h -> the page that it locks. Source: NTAG213/215/216 data sheet, 8.5.2.
STATIC = {bit: bit for bit in range(3, 16)}
# model -> one lock bit each of the dynamic lock page, with the first and the last page it locks.
# Source: NTAG213/215/216, NTAG210/212 and MF0ULx1 data sheets, 8.5.3.
DYNAMIC = {
    NTAG213: [(bit, 16 + 2 * bit, 17 + 2 * bit) for bit in range(12)],
    NTAG215: [*((bit, 16 + 16 * bit, 31 + 16 * bit) for bit in range(7)), (7, 128, 129)],
    NTAG216: [*((bit, 16 + 16 * bit, 31 + 16 * bit) for bit in range(13)), (13, 224, 225)],
    NTAG212: [(bit, 16 + 2 * bit, 17 + 2 * bit) for bit in range(10)],
    MF0UL21: [(bit, 16 + 2 * bit, 17 + 2 * bit) for bit in range(10)],
}
DYNAMIC_CASES = [(model, *case) for model, cases in DYNAMIC.items() for case in cases]
STATIC_BLOCKS = [(0, [3]), (1, [4, 5, 6, 7, 8, 9]), (2, [10, 11, 12, 13, 14, 15])]


def blank(model: ChipModel) -> VirtualChip:
    """A blank chip."""
    return VirtualChip(model, UID)


def static_locks(bits: int) -> str:
    """What to write to page 02h to set lock bits."""
    return "0000" + bits.to_bytes(2, "little").hex()


def dynamic_locks(bits: int, blocks: int = 0) -> str:
    """What to write to the dynamic lock page."""
    return bits.to_bytes(2, "little").hex() + f"{blocks:02x}00"


def locked_pages(chip: VirtualChip) -> set[int]:
    """The user pages, and the CC, that refuse a WRITE and keep their content."""
    locked = set()
    for page in range(0x03, chip.model.last_user_page + 1):
        before = page_of(chip, page)
        if write(chip, page, NEW) == NAK and page_of(chip, page) == before:
            locked.add(page)
    return locked


def lock_all(chip: VirtualChip) -> None:
    """Set every lock and block-lock bit that the chip has."""
    write(chip, 0x02, "0000FFFF")
    if chip.model.dynamic_lock_page is not None:
        write(chip, chip.model.dynamic_lock_page, chip.model.dynamic_locks.hex())


@pytest.mark.parametrize(("bit", "page"), list(STATIC.items()))
def test_each_static_lock_bit_locks_its_page(bit: int, page: int) -> None:
    chip = blank(NTAG213)

    write(chip, 0x02, static_locks(1 << bit))

    assert locked_pages(chip) == {page}


@pytest.mark.parametrize(
    ("model", "bit", "first", "last"), DYNAMIC_CASES, ids=lambda value: getattr(value, "name", None)
)
def test_each_dynamic_lock_bit_locks_its_pages(
    model: ChipModel, bit: int, first: int, last: int
) -> None:
    chip = blank(model)

    write(chip, model.state_page, dynamic_locks(1 << bit))

    assert locked_pages(chip) == set(range(first, last + 1))


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.name)
def test_all_lock_bits_lock_every_page_of_the_user(model: ChipModel) -> None:
    chip = blank(model)

    lock_all(chip)

    assert locked_pages(chip) == set(range(0x03, model.last_user_page + 1))


def keeps_a_locked_page(make: Maker) -> bool:
    """Whether a locked page refuses each kind of write, and keeps its content."""
    chip = make(NTAG213)
    write(chip, 0x06, "01020304")
    write(chip, 0x02, static_locks(1 << 6))
    answers = [write(chip, 0x06, NEW), write(chip, 0x06, "00000000")]
    return answers == [NAK, NAK] and page_of(chip, 0x06) == b"\x01\x02\x03\x04"


def frees_no_lock_bit(make: Maker) -> bool:
    """Whether zeros written to the lock bytes leave them as they are."""
    chip = make(NTAG213)
    write(chip, 0x02, static_locks(0xFFF8))
    write(chip, 0x28, dynamic_locks(0xFFF))
    answers = [write(chip, 0x02, "00000000"), write(chip, 0x28, "00000000")]
    pages = [page_of(chip, 0x02), page_of(chip, 0x28)]
    return answers == [ACK, ACK] and pages == [
        bytes.fromhex("7248F8FF"),
        bytes.fromhex("FF0F00BD"),
    ]


def freezes_lock_bits(make: Maker) -> bool:
    """Whether a block-lock bit set too early keeps pages unlocked for ever."""
    chip = make(NTAG213)
    write(chip, 0x02, static_locks(0b111))
    write(chip, 0x28, dynamic_locks(0, blocks=0x3F))
    write(chip, 0x02, "0000FFFF")
    write(chip, 0x28, "FF0F3F00")
    return locked_pages(chip) == set()


CHECKS = [keeps_a_locked_page, frees_no_lock_bit, freezes_lock_bits]


@pytest.mark.parametrize("check", CHECKS)
def test_lock_bits_hold(check: Callable[[Maker], bool]) -> None:
    assert check(blank)


class _NeverLocked(ChipMemory):
    def is_locked(self, page: int) -> bool:
        return False


class _Rewritable(ChipMemory):
    def after_write(self, page: int, data: bytes) -> bytes:
        return data


class _NeverFrozen(ChipMemory):
    def after_write(self, page: int, data: bytes) -> bytes:
        return bytes(old | new for old, new in zip(self.page(page), data, strict=True))


@pytest.mark.parametrize(
    ("check", "fault"), list(zip(CHECKS, [_NeverLocked, _Rewritable, _NeverFrozen], strict=True))
)
def test_chip_with_faulty_locks_is_caught(
    check: Callable[[Maker], bool], fault: type[ChipMemory]
) -> None:
    def make(model: ChipModel) -> VirtualChip:
        chip = blank(model)
        chip._memory = fault(model, chip.memory)
        return chip

    assert not check(make)


@pytest.mark.parametrize(("block", "pages"), STATIC_BLOCKS)
def test_each_static_block_lock_bit_freezes_its_lock_bits(block: int, pages: list[int]) -> None:
    chip = blank(NTAG213)

    write(chip, 0x02, static_locks(1 << block))
    write(chip, 0x02, static_locks(0xFFF8))

    assert locked_pages(chip) == set(range(3, 16)) - set(pages)


@pytest.mark.parametrize(
    ("model", "blocks"),
    [(NTAG213, 6), (NTAG215, 4), (NTAG216, 7), (NTAG212, 5), (MF0UL21, 5)],
    ids=lambda value: getattr(value, "name", None),
)
def test_each_dynamic_block_lock_bit_freezes_two_lock_bits(model: ChipModel, blocks: int) -> None:
    every = model.dynamic_locks[:2].hex()
    for block in range(blocks):
        chip = blank(model)
        write(chip, model.state_page, dynamic_locks(0, blocks=1 << block))

        write(chip, model.state_page, every + "0000")

        kept = int.from_bytes(page_of(chip, model.state_page)[:2], "little")
        assert kept == int.from_bytes(bytes.fromhex(every), "little") & ~(0b11 << 2 * block)


@pytest.mark.parametrize("model", [MF0UL11, NTAG210], ids=lambda model: model.name)
def test_chip_without_dynamic_locks_takes_page_10h_as_cfg0(model: ChipModel) -> None:
    chip = blank(model)

    answer = write(chip, 0x10, "000000FF")

    assert answer == ACK
    assert page_of(chip, 0x10) == bytes.fromhex("000000FF")
    assert locked_pages(chip) == set()


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.name)
def test_cc_only_ever_gains_bits(model: ChipModel) -> None:
    chip = blank(model)
    before = page_of(chip, 0x03)

    answers = [write(chip, 0x03, "E1100000"), write(chip, 0x03, "00000000")]

    gained = bytes(old | new for old, new in zip(before, b"\xe1\x10\x00\x00", strict=True))
    assert answers == [ACK, ACK]
    assert page_of(chip, 0x03) == gained


def test_lock_and_block_lock_bits_set_at_once_all_take() -> None:
    chip = blank(NTAG213)

    write(chip, 0x02, "0000FFFF")

    assert page_of(chip, 0x02) == bytes.fromhex("7248FFFF")
    assert locked_pages(chip) == set(range(3, 16))


def test_first_two_bytes_of_the_lock_page_cannot_be_written() -> None:
    chip = blank(NTAG213)

    answer = write(chip, 0x02, "FFFF0000")

    assert answer == ACK
    assert page_of(chip, 0x02) == bytes.fromhex("72480000")


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.name)
def test_lock_bits_leave_the_configuration_open(model: ChipModel) -> None:
    chip = blank(model)
    lock_all(chip)

    answers = [write(chip, model.pwd_page, NEW), write(chip, model.cfg0_page, "04000004")]

    assert answers == [ACK, ACK]
