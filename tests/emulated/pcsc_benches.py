"""PC/SC readers over a virtual card box, for the tests that run at every reader."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from encoder.readers.field import Field
from encoder.readers.pcsc import open_pcsc
from encoder.simulator.card_box import CardBox
from tests.emulated.boxed import BoxedField
from tests.emulated.pcsc import Firmware, at_slot
from tests.emulated.pcscd import SLOTS, running_pcscd

_LOOK_SECONDS = 0.005
_NOTICED_LOOKS = 400


class PatientField(BoxedField):
    """A PC/SC reader's field over a box; a look waits until pcscd has noticed what lies there."""

    def sense(self) -> bytes | None:
        """Select the card in the field."""
        for _ in range(_NOTICED_LOOKS):
            found = self._field.sense()
            if found is not None:
                return found
            time.sleep(_LOOK_SECONDS)
            if self._box.is_empty:
                break
        return None


def pcsc_bench(
    make: Callable[[CardBox], Firmware],
) -> Callable[[CardBox], AbstractContextManager[Field]]:
    """How to open a reader of this kind over a box, at a pcscd of its own."""

    @contextmanager
    def opened(box: CardBox) -> Iterator[Field]:
        with running_pcscd() as pcscd, at_slot(pcscd, 0, make(box)), open_pcsc(SLOTS[0]) as field:
            yield PatientField(field, box)

    return opened
