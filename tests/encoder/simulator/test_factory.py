"""What a blank chip holds and answers."""

import pytest

from encoder.chips.models import MODELS, NTAG213, ChipModel
from encoder.simulator.chip import VirtualChip
from tests.encoder.simulator.cast import ALL_MODELS, UID, VECTORS, image, select


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.name)
def test_blank_chip_holds_what_the_data_sheet_says(model: ChipModel) -> None:
    chip = VirtualChip(model, UID)

    assert chip.memory == image(model, "factory")


def test_vectors_cover_every_chip_we_know() -> None:
    assert set(VECTORS["chips"]) == set(MODELS)


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.name)
def test_get_version_tells_the_chips_apart(model: ChipModel) -> None:
    chip = select(VirtualChip(model, UID))

    version = chip.transceive(b"\x60")

    assert version == bytes.fromhex(VECTORS["chips"][model.name]["version"])


@pytest.mark.parametrize("uid", [b"", UID[:4], UID + b"\x00"])
def test_uid_of_another_length_is_refused(uid: bytes) -> None:
    with pytest.raises(ValueError, match="7 bytes"):
        VirtualChip(NTAG213, uid)


def test_memory_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="180 bytes"):
        VirtualChip(NTAG213, UID, memory=bytes(540))
