"""A reader whose limits are weighed as soon as they are known, and before any WRITE."""

from collections.abc import Callable

from encoder.readers import Field


class WeighedField:
    """A field; ``on_limits`` is called once, when it is known to pass storage commands only.

    A PC/SC reader can be asked only when its first card lies there. What ``on_limits`` raises
    comes out of that look.
    """

    def __init__(self, field: Field, on_limits: Callable[[], None]) -> None:
        self._field = field
        self._on_limits = on_limits
        self._is_weighed = False
        self._weigh()

    @property
    def exhausted(self) -> bool:
        """Whether no further card will come."""
        return self._field.exhausted

    @property
    def poll_seconds(self) -> float:
        """What the reader says."""
        return self._field.poll_seconds

    @property
    def storage_only(self) -> bool:
        """What the reader says."""
        return self._field.storage_only

    def sense(self) -> bytes | None:
        """Select the card in the field."""
        found = self._field.sense()
        self._weigh()
        return found

    def exchange(self, frame: bytes) -> bytes:
        """Send one frame."""
        return self._field.exchange(frame)

    def _weigh(self) -> None:
        if self._field.storage_only and not self._is_weighed:
            self._on_limits()
            self._is_weighed = True
