"""Virtual chips kept as files, UID.bin, so that a card outlives the process that served it."""

from collections.abc import Iterable
from pathlib import Path

from encoder.chips.models import MODELS, PAGE_SIZE, ChipModel
from encoder.simulator.chip import VirtualChip
from encoder.simulator.memory import factory_memory

_SUFFIX = ".bin"
_UID_PAGES = 2 * PAGE_SIZE + 1  # both parts of the UID and both BCC


def save_chip(folder: Path, chip: VirtualChip) -> None:
    """Write a chip's memory; the file is the old one or the new one, never half."""
    path = folder / f"{chip.uid.hex().upper()}{_SUFFIX}"
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(chip.memory)
    unfinished.replace(path)


def saved_chips(folder: Path, models: Iterable[ChipModel] = MODELS.values()) -> list[VirtualChip]:
    """The chips saved in a folder, in the order of their UIDs.

    Raises:
        ValueError: a file is not the memory of a chip with the UID that it is named by.
    """
    by_size = {model.pages * PAGE_SIZE: model for model in models}
    return [_saved_chip(path, by_size) for path in sorted(folder.glob(f"*{_SUFFIX}"))]


def _saved_chip(path: Path, by_size: dict[int, ChipModel]) -> VirtualChip:
    memory = path.read_bytes()
    model = by_size.get(len(memory))
    if model is None:
        raise ValueError(f"{path} has {len(memory)} bytes, which no known chip has")
    uid = memory[:3] + memory[4:8]
    expected = factory_memory(model, uid)[:_UID_PAGES]
    if memory[:_UID_PAGES] != expected or path.stem.upper() != uid.hex().upper():
        raise ValueError(f"{path} is not the memory of the chip that it is named by")
    return VirtualChip(model, uid, memory=memory)
