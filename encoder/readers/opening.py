"""Open a reader by the path that the operator gives."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from encoder.chips.models import MODELS, ChipModel
from encoder.errors import ReaderError
from encoder.readers.field import Field
from encoder.readers.nfcpy import open_nfcpy, usable_path
from encoder.readers.pcsc import open_pcsc
from encoder.readers.watchdog import Watchdog
from encoder.simulator.card_box import CardBox, blank_chips
from encoder.simulator.server import FieldServer

_SIMULATED = "sim"
_UDP = "udp"
_PCSC = "pcsc"
PATHS_HINT = (
    "give usb, usb:072f:2200, tty:USB0:pn532, udp:127.0.0.1:PORT, pcsc, pcsc:NAME, sim or"
    " sim:NTAG215"
)


@contextmanager
def open_field(
    path: str,
    *,
    cards: int,
    chip: ChipModel,
    on_trouble: Callable[[str], None] = lambda _words: None,
) -> Iterator[Field]:
    """Open a reader until the block ends; ``on_trouble`` is told when it is being opened again.

    ``sim`` is a reader of its own, with ``cards`` blank cards of ``chip`` laid one after another;
    ``sim:NAME`` takes another chip.

    Raises:
        ReaderError: there is no such reader, or it cannot be opened; the hint says what to do.
    """
    kind, _, name = path.partition(":")
    if kind == _SIMULATED:
        with _open_simulated(_simulated_chip(name, chip), cards) as field:
            yield field
    elif kind == _PCSC:
        with Watchdog(lambda: open_pcsc(name), on_trouble=on_trouble) as field:
            yield field
    elif usable_path(path) and kind == _UDP:
        with open_nfcpy(path) as field:
            yield field
    elif usable_path(path):
        with Watchdog(lambda: open_nfcpy(path), on_trouble=on_trouble) as field:
            yield field
    else:
        raise ReaderError(f"{path!r} names no reader that this version can open", hint=PATHS_HINT)


class _SimulatedField:
    """nfcpy's udp driver at a virtual box of cards in this process."""

    poll_seconds = 0.0
    storage_only = False

    def __init__(self, field: Field, box: CardBox) -> None:
        self._field = field
        self._box = box

    @property
    def exhausted(self) -> bool:
        """Whether the box is empty and its last card lifted."""
        return self._box.exhausted

    def sense(self) -> bytes | None:
        """Select the card in the field."""
        return self._field.sense()

    def exchange(self, frame: bytes) -> bytes:
        """Send one frame to the selected card."""
        return self._field.exchange(frame)


@contextmanager
def _open_simulated(chip: ChipModel, cards: int) -> Iterator[Field]:
    box = CardBox(blank_chips(chip, cards, secrets.token_bytes))
    with FieldServer(box) as server, open_nfcpy(server.path) as field:
        yield _SimulatedField(field, box)


def _simulated_chip(name: str, default: ChipModel) -> ChipModel:
    if not name:
        return default
    if name not in MODELS:
        raise ReaderError(
            f"there is no virtual chip {name!r}", hint=f"take one of: {', '.join(MODELS)}"
        )
    return MODELS[name]
