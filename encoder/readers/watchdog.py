"""A reader that is opened again when it is lost, slow, or was left alone for long.

A PN532 at a serial port that waits for hours for a card may take 20 s for each command until it is
opened again (nfcpy, thread 62); a hung reader gives no answer; one that was pulled out and plugged
in again is another one to the system.
"""

import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Self

from encoder.errors import CollisionError, ReaderError
from encoder.readers.field import Field

SLOW_SECONDS = 1.0
IDLE_SECONDS = 600.0
READER_IS_BACK = "the reader is back"  # what ``on_trouble`` hears when that ends
BACK_OFF_SECONDS = (0.1, 0.3, 0.6, 1.0, 2.0)
MOST_LOSSES = 5  # within a minute: a reader that finds cards and loses each is of no use
_LOSSES_SECONDS = 60.0
_RENEWAL_SECONDS = 60.0  # a reader that is slow in spite of a new opening is slow by nature
_LOST_POLL_SECONDS = 0.05


class Watchdog:
    """The field of whatever ``opener`` opens; opened while the context is.

    A reader lost in an exchange fails the card at hand; the next look opens it again. One lost in
    a look is opened again at once, a few times. ``on_trouble`` is told when that begins and ends.
    """

    exhausted = False

    def __init__(
        self,
        opener: Callable[[], AbstractContextManager[Field]],
        *,
        on_trouble: Callable[[str], None],
        seconds: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._opener = opener
        self._on_trouble = on_trouble
        self._seconds = seconds
        self._pause = pause
        self._opened = ExitStack()
        self._field: Field | None = None
        self._opened_at = self._busy_at = 0.0
        self._storage_only = False
        self._is_lost = False
        self._losses: deque[float] = deque(maxlen=MOST_LOSSES)

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    @property
    def poll_seconds(self) -> float:
        """What the reader says."""
        return self._field.poll_seconds if self._field else _LOST_POLL_SECONDS

    @property
    def storage_only(self) -> bool:
        """What the reader says; a PC/SC reader knows it once its first card lies there."""
        return self._field.storage_only if self._field else self._storage_only

    def sense(self) -> bytes | None:
        """Look for a card, with a reader that works.

        Raises:
            CollisionError: more than one card answers.
            ReaderError: the reader was lost and does not come back within seconds, or it is lost
                again and again.
        """
        self._check_losses()
        if self._seconds() - self._busy_at > IDLE_SECONDS:
            self._close()
        try:
            return self._look()
        except ReaderError as error:
            self._lose(error)
            return self._look_again(error)

    def exchange(self, frame: bytes) -> bytes:
        """Send one frame to the selected card.

        Raises:
            ReaderError: the reader was lost; the next look opens it again.
        """
        if self._field is None:
            raise ReaderError("the reader was lost; no card is selected")
        try:
            return self._field.exchange(frame)
        except ReaderError as error:
            self._lose(error)
            raise

    def _check_losses(self) -> None:
        if len(self._losses) < MOST_LOSSES:
            return
        if self._losses[-1] - self._losses[0] <= _LOSSES_SECONDS:
            raise ReaderError(f"the reader was lost {MOST_LOSSES} times within a minute")

    def _look_again(self, error: ReaderError) -> bytes | None:
        """Open and look, for some seconds; the last error is told for good."""
        for seconds in BACK_OFF_SECONDS:
            self._pause(seconds)
            try:
                return self._look()
            except ReaderError as another:
                self._close()
                error = another
        raise ReaderError(f"the reader does not come back: {error}", hint=error.hint) from error

    def _look(self) -> bytes | None:
        """Look once; twice when the first look is slow and a new opening may mend that."""
        field = self._field or self._open()
        begun = self._seconds()
        found = self._sense(field)
        is_slow = self._seconds() - begun > SLOW_SECONDS
        if is_slow and begun - self._opened_at > _RENEWAL_SECONDS:
            self._on_trouble("the reader has become slow; it is opened again")
            self._close()
            found = self._sense(self._open())
        if self._is_lost:
            self._is_lost = False
            self._on_trouble(READER_IS_BACK)
        return found

    def _sense(self, field: Field) -> bytes | None:
        try:
            found = field.sense()
        except CollisionError:
            self._busy_at = self._seconds()
            raise
        if found is not None:
            self._busy_at = self._seconds()
            self._storage_only = field.storage_only
        return found

    def _lose(self, error: ReaderError) -> None:
        self._close()
        self._is_lost = True
        self._losses.append(self._seconds())
        self._on_trouble(f"{error}; it is opened again")

    def _open(self) -> Field:
        self._field = self._opened.enter_context(self._opener())
        self._storage_only = self._field.storage_only
        self._opened_at = self._busy_at = self._seconds()
        return self._field

    def _close(self) -> None:
        self._field = None
        self._opened.close()
