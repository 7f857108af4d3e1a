"""Virtual chips kept as files, so that a card outlives the process that served it.

An NTAG213, NTAG215 or NTAG216 is told by its size: UID.bin. Every other chip's file names it, as
several have the same size: UID.MF0UL11.bin.
"""

from collections.abc import Mapping
from pathlib import Path

from encoder.chips.models import MODELS, NTAG213, NTAG215, NTAG216, PAGE_SIZE, ChipModel
from encoder.simulator.chip import VirtualChip
from encoder.simulator.memory import factory_memory

_SUFFIX = ".bin"
_UID_PAGES = 2 * PAGE_SIZE + 1  # both parts of the UID and both BCC
_BY_SIZE = {model.pages * PAGE_SIZE: model for model in (NTAG213, NTAG215, NTAG216)}


def save_chip(folder: Path, chip: VirtualChip) -> None:
    """Write a chip's memory; the file is the old one or the new one, never half."""
    path = folder / f"{_stem(chip.model, chip.uid)}{_SUFFIX}"
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(chip.memory)
    unfinished.replace(path)


def saved_chips(folder: Path, models: Mapping[str, ChipModel] = MODELS) -> list[VirtualChip]:
    """The chips saved in a folder, in the order of their UIDs.

    Raises:
        ValueError: a file is not the memory of a chip with the UID that it is named by.
    """
    return [_saved_chip(path, models) for path in sorted(folder.glob(f"*{_SUFFIX}"))]


def _saved_chip(path: Path, models: Mapping[str, ChipModel]) -> VirtualChip:
    memory = path.read_bytes()
    _, _, name = path.stem.partition(".")
    model = models.get(name) if name else _BY_SIZE.get(len(memory))
    if model is None or len(memory) != model.pages * PAGE_SIZE:
        known = model.name if model else name or "known chip"
        raise ValueError(f"{path} has {len(memory)} bytes, which no {known} has")
    uid = memory[:3] + memory[4:8]
    expected = factory_memory(model, uid)[:_UID_PAGES]
    if memory[:_UID_PAGES] != expected or path.stem.upper() != _stem(model, uid):
        raise ValueError(f"{path} is not the memory of the chip that it is named by")
    return VirtualChip(model, uid, memory=memory)


def _stem(model: ChipModel, uid: bytes) -> str:
    told_by_size = model in _BY_SIZE.values()
    return uid.hex().upper() if told_by_size else f"{uid.hex().upper()}.{model.name}"
