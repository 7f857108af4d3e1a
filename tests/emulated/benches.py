"""The benches that the same station tests run at: a reader of each kind over a virtual card box."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from encoder.readers.field import Field
from encoder.readers.nfcpy import open_nfcpy
from encoder.simulator.card_box import CardBox
from encoder.simulator.server import FieldServer
from tests.emulated.acr122 import Acr122Transport, acr122_frontend
from tests.emulated.boxed import BoxedField
from tests.emulated.pcsc import DirectFirmware, TransparentFirmware
from tests.emulated.pcsc_benches import pcsc_bench
from tests.emulated.serial_reader import plugged_in
from tests.encoder.kit import DirectField

OpenBench = Callable[[CardBox], AbstractContextManager[Field]]


@dataclass(frozen=True, slots=True)
class Bench:
    """How to open a reader over a box.

    ``selects_one`` where the reader's firmware picks one of several cards by itself, so that they
    are no collision; ``storage_only`` where it passes READ and WRITE only.
    """

    open: OpenBench
    selects_one: bool = False
    storage_only: bool = False


@contextmanager
def _direct(box: CardBox) -> Iterator[Field]:
    yield DirectField(box, lambda: box.exhausted)


@contextmanager
def _udp(box: CardBox) -> Iterator[Field]:
    with FieldServer(box) as server, open_nfcpy(server.path) as field:
        yield BoxedField(field, box)


@contextmanager
def _pn532(box: CardBox) -> Iterator[Field]:
    with plugged_in(box) as board, open_nfcpy(board.path, board.connect) as field:
        yield BoxedField(field, box)


@contextmanager
def _acr122(box: CardBox) -> Iterator[Field]:
    frontend = acr122_frontend(Acr122Transport(box))
    with open_nfcpy("usb:072f:2200", lambda _path: frontend) as field:
        yield BoxedField(field, box)


BENCHES: dict[str, Bench] = {
    "direct": Bench(_direct),
    "udp": Bench(_udp),
    "pn532": Bench(_pn532, selects_one=True),
    "acr122": Bench(_acr122, selects_one=True),
    "pcsc-direct": Bench(pcsc_bench(DirectFirmware), selects_one=True),
    "pcsc-transparent": Bench(pcsc_bench(TransparentFirmware), selects_one=True),
}
