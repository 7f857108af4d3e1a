"""The standing cast: a chip, a field, and a reader that has selected it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nfc
import nfc.clf

from encoder.chips.models import MODELS, PAGE_SIZE, ChipModel
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.server import FieldServer, Place

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "chips.json").read_text("utf-8")
)
UID = bytes.fromhex(VECTORS["uid"])
OTHER_UID = bytes.fromhex("04F1E2D3C4B5A6")
ALL_MODELS = [MODELS[name] for name in VECTORS["chips"]]
NDEF_MODELS = [MODELS[name] for name, chip in VECTORS["chips"].items() if "nfcpy_capacity" in chip]
ACK = b"\x0a"
NAK = b"\x00"
NAK_AUTHLIM = b"\x04"
SELECTION = [bytes.fromhex(text) for text in ("26", "93708804A1B29F", "9570C3D4E58072")]


def image(model: ChipModel, *parts: str) -> bytes:
    """The whole memory that the vectors give for a chip; later parts lie over earlier ones."""
    chip = VECTORS["chips"][model.name]
    content = bytearray(chip["pages"] * PAGE_SIZE)
    for part in parts:
        lay_over(content, chip[part])
    return bytes(content)


def lay_over(content: bytearray, pages: Mapping[str, str]) -> None:
    """Put pages, keyed by their address in hex, into a memory image."""
    for address, page in pages.items():
        start = int(address, 16) * PAGE_SIZE
        content[start : start + PAGE_SIZE] = bytes.fromhex(page)


def page_of(chip: VirtualChip, page: int) -> bytes:
    """What a page of a chip holds."""
    return chip.memory[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]


def select(chip: VirtualChip) -> VirtualChip:
    """Power a chip afresh and take it through anticollision to ACTIVE."""
    chip.power_off()
    chip.power_on()
    for frame in SELECTION:
        assert chip.transceive(frame) is not None
    return chip


def write(chip: VirtualChip, page: int, data: str) -> bytes | None:
    """WRITE four bytes, selecting the chip first."""
    return select(chip).transceive(bytes([0xA2, page]) + bytes.fromhex(data))


@contextmanager
def frontend(place: Place) -> Iterator[Any]:
    """nfcpy's own frontend at a served place."""
    with FieldServer(place) as server, nfc.ContactlessFrontend(server.path) as reader:
        yield reader


def sense(reader: Any) -> Any:
    """Look once for a type A card."""
    return reader.sense(nfc.clf.RemoteTarget("106A"), iterations=1)


def field_with(*chips: VirtualChip) -> VirtualField:
    """A field with chips in it."""
    field = VirtualField()
    for chip in chips:
        field.lay(chip)
    return field
