"""Whatever a reader sends, a chip never breaks and never gives up what is read-only."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from encoder.chips.models import MF0UL11, NTAG213, NTAG216, ChipModel
from encoder.simulator.chip import VirtualChip
from encoder.simulator.memory import ChipMemory
from encoder.simulator.tearing import TearPhase
from tests.encoder.simulator.cast import (
    ALL_MODELS,
    SELECTION,
    UID,
    field_with,
    page_of,
    select,
    write,
)

OPCODES = b"\x26\x52\x93\x95\x50\x60\x30\x3a\xa2\xa0\x3c\x39\x3e\xa5\x1b\x1a\xaf\xc2"
COMMANDS = st.builds(
    lambda opcode, rest: bytes([opcode]) + rest,
    st.sampled_from(OPCODES),
    st.one_of(st.binary(max_size=5), st.binary(min_size=5, max_size=5), st.binary(max_size=20)),
)
WRITES = st.builds(
    lambda page, data: bytes([0xA2, page]) + data,
    st.integers(0, 0xFF),
    st.binary(min_size=4, max_size=4),
)
FRAMES = st.lists(st.one_of(COMMANDS, WRITES, st.sampled_from(SELECTION)), max_size=60)
OTHER_BCC1 = bytes.fromhex("A202FFFF0000")

MANY = settings(max_examples=400, deadline=None)


def read_only_bytes(chip: VirtualChip) -> bytes:
    """What no frame may change: UID, both BCC, the internal byte, the lock page's last."""
    return chip.memory[:10] + dynamic_lock_page(chip)[3:]


def only_gaining_bytes(chip: VirtualChip) -> int:
    """The lock bytes and the CC, as one number whose bits may only be set."""
    return int.from_bytes(chip.memory[10:16] + dynamic_lock_page(chip)[:3], "big")


def dynamic_lock_page(chip: VirtualChip) -> bytes:
    """The page's content; empty where there is none."""
    page = chip.model.dynamic_lock_page
    return b"" if page is None else page_of(chip, page)


def keeps_what_is_read_only(chip: VirtualChip, frames: list[bytes]) -> bool:
    """Send frames, selecting the chip again whenever it falls silent."""
    fixed, gained = read_only_bytes(chip), only_gaining_bytes(chip)
    select(chip)
    for frame in frames:
        if chip.transceive(frame) is None:
            select(chip)
        if read_only_bytes(chip) != fixed or gained & ~only_gaining_bytes(chip):
            return False
        gained = only_gaining_bytes(chip)
    return True


@MANY
@given(st.sampled_from(ALL_MODELS), FRAMES)
@example(NTAG216, [OTHER_BCC1])
@example(MF0UL11, [bytes.fromhex("A21001020304"), bytes.fromhex("A21000000010")])
def test_random_frames_never_change_what_is_read_only(
    model: ChipModel, frames: list[bytes]
) -> None:
    assert keeps_what_is_read_only(VirtualChip(model, UID), frames)


def test_chip_that_gives_up_its_bcc_is_caught() -> None:
    class Loose(ChipMemory):
        def after_write(self, page: int, data: bytes) -> bytes:
            return data

    chip = VirtualChip(NTAG213, UID)
    chip._memory = Loose(NTAG213, chip.memory)

    assert not keeps_what_is_read_only(chip, [OTHER_BCC1])


@MANY
@given(FRAMES)
def test_locked_chip_keeps_its_content_whatever_is_sent(frames: list[bytes]) -> None:
    chip = VirtualChip(NTAG213, UID)
    write(chip, NTAG213.cfg1_page, "40050000")
    write(chip, NTAG213.state_page, "FF0F3F00")
    write(chip, 0x02, "0000FFFF")
    locked = chip.memory[: NTAG213.state_page * 4]

    for frame in frames:
        if chip.transceive(frame) is None:
            select(chip)

    assert chip.memory[: NTAG213.state_page * 4] == locked


@pytest.mark.parametrize("phase", list(TearPhase))
@MANY
@given(frames=FRAMES, at=st.integers(1, 5), seed=st.integers(0, 2**32))
def test_torn_chip_keeps_what_is_read_only(
    phase: TearPhase, frames: list[bytes], at: int, seed: int
) -> None:
    chip = VirtualChip(NTAG213, UID)
    fixed, gained = read_only_bytes(chip), only_gaining_bytes(chip)
    field = field_with(chip)
    field.tear(at, phase, seed=seed)

    for frame in [*SELECTION, *frames]:
        field.transceive(frame)

    assert read_only_bytes(chip) == fixed
    assert not gained & ~only_gaining_bytes(chip)
