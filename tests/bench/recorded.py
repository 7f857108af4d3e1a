"""What a reader answered, written down and played back: a reader that costs nothing."""

from collections.abc import Iterable

from encoder.readers.field import Field


class Recorder:
    """A field that writes down every answer of another; none of them may be an error."""

    exhausted = False
    storage_only = False
    poll_seconds = 0.0

    def __init__(self, field: Field) -> None:
        self._field = field
        self.found: list[bytes | None] = []
        self.answers: list[bytes] = []

    def sense(self) -> bytes | None:
        """Look, and write down what was found."""
        self.found.append(self._field.sense())
        return self.found[-1]

    def exchange(self, frame: bytes) -> bytes:
        """Pass a frame on, and write its answer down."""
        self.answers.append(self._field.exchange(frame))
        return self.answers[-1]


class Player:
    """A field that gives the same answers in the same order."""

    exhausted = False
    storage_only = False
    poll_seconds = 0.0

    def __init__(self, found: Iterable[bytes | None], answers: Iterable[bytes]) -> None:
        self._found = iter(found)
        self._answers = iter(answers)

    def sense(self) -> bytes | None:
        """What was found at this look."""
        return next(self._found)

    def exchange(self, frame: bytes) -> bytes:
        """What was answered to this frame."""
        return next(self._answers)
