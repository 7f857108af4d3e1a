"""Virtual chips kept as files."""

from pathlib import Path

import pytest

from encoder.chips.models import (
    MF0UL11,
    MODELS,
    NTAG210,
    NTAG213,
    NTAG215,
    NTAG216,
    ChipModel,
)
from encoder.simulator.chip import VirtualChip
from encoder.simulator.saving import save_chip, saved_chips
from tests.encoder.simulator.cast import ALL_MODELS, OTHER_UID, UID, write

NAME = f"{UID.hex().upper()}.bin"


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.name)
def test_saved_chip_comes_back_with_its_memory(model: ChipModel, tmp_path: Path) -> None:
    chip = VirtualChip(model, UID)
    write(chip, 0x06, "01020304")
    write(chip, model.pwd_page, "11223344")

    save_chip(tmp_path, chip)
    (kept,) = saved_chips(tmp_path)

    assert (kept.model, kept.uid, kept.memory) == (model, UID, chip.memory)
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (NTAG213, "04A1B2C3D4E580.bin"),
        (NTAG215, "04A1B2C3D4E580.bin"),
        (NTAG216, "04A1B2C3D4E580.bin"),
        (MF0UL11, "04A1B2C3D4E580.MF0UL11.bin"),
        (NTAG210, "04A1B2C3D4E580.NTAG210.bin"),
    ],
)
def test_file_names_a_chip_that_its_size_does_not(
    model: ChipModel, name: str, tmp_path: Path
) -> None:
    save_chip(tmp_path, VirtualChip(model, UID))

    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_chips_come_back_in_the_order_of_their_uids(tmp_path: Path) -> None:
    for uid, model in zip((OTHER_UID, UID), MODELS.values(), strict=False):
        save_chip(tmp_path, VirtualChip(model, uid))

    assert [chip.uid for chip in saved_chips(tmp_path)] == [UID, OTHER_UID]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (NAME, b""),
        (NAME, bytes(180)),
        (NAME, VirtualChip(NTAG213, UID).memory[:-1]),
        (NAME, VirtualChip(NTAG213, OTHER_UID).memory),
        ("card.bin", VirtualChip(NTAG213, UID).memory),
        (NAME, VirtualChip(MF0UL11, UID).memory),
        (f"{UID.hex().upper()}.MF0UL21.bin", VirtualChip(MF0UL11, UID).memory),
        (f"{UID.hex().upper()}.MF0UL99.bin", VirtualChip(MF0UL11, UID).memory),
        (f"{UID.hex().upper()}.NTAG213.bin", VirtualChip(NTAG213, UID).memory),
    ],
)
def test_file_that_is_not_this_chip_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(ValueError, match=name):
        saved_chips(tmp_path)
