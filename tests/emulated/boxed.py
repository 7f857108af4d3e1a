"""A reader over a virtual card box, as the station sees it."""

from encoder.readers.field import Field
from encoder.simulator.card_box import CardBox


class BoxedField:
    """A reader's field that knows when its box is empty; nobody waits at a box."""

    poll_seconds = 0.0

    def __init__(self, field: Field, box: CardBox) -> None:
        self._field = field
        self._box = box

    @property
    def exhausted(self) -> bool:
        """Whether no further card will come."""
        return self._box.exhausted

    @property
    def storage_only(self) -> bool:
        """What the reader says."""
        return self._field.storage_only

    def sense(self) -> bytes | None:
        """Select the card in the field."""
        return self._field.sense()

    def exchange(self, frame: bytes) -> bytes:
        """Send one frame."""
        return self._field.exchange(frame)
