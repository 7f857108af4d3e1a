"""Hand pictures to a process that draws them under limits, and take back what it made."""

import os
import signal
import threading
from functools import cache
from types import TracebackType
from typing import Self

from landing.errors import DataError, DrawingError
from landing.profile.pictures.child import (
    Child,
    GoneError,
    LateError,
    NonsenseError,
)
from landing.profile.pictures.names import RENDITIONS, Kind, picture_hash, rendition_name
from landing.profile.pictures.refusals import Reason, refusal
from landing.profile.pictures.rules import LIMITS, MAX_BYTES, Limits

_OUT_OF_TIME = (-signal.SIGPROF, -signal.SIGXCPU)
_SIGNS = {"webp": b"RIFF", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG"}


def take_picture(content: bytes, kind: Kind) -> dict[str, bytes]:
    """Make the renditions of a picture, by file name.

    All callers of a process share one worker, which is started when it is first needed: a Python
    start costs more than a picture.

    Raises:
        DataError: it is no JPEG, PNG or WebP, is too large, or cannot be drawn within the limits.
        DrawingError: no picture can be drawn at all.
    """
    return _shared(os.getpid()).take(content, kind)


class PictureProcess:
    """A worker that is there when it is needed, and replaced when it ends. Safe in threads."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._taken = 0
        self.peak_bytes = 0  # the most memory that a worker has had, as it told
        self.most_milliseconds = 0  # of the processor, that a picture has taken, as it told
        self.started = 0

    def __enter__(self) -> Self:
        """Use it; its worker ends with the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the worker."""
        self.close()

    @property
    def worker_id(self) -> int:
        """The process id of the worker that is up; 0 where none is."""
        return self._child.process_id if self._child else 0

    def close(self) -> None:
        """End the worker; the next picture starts another."""
        with self._lock:
            self._drop()

    def take(self, content: bytes, kind: Kind) -> dict[str, bytes]:
        """Make the renditions of a picture, by file name.

        Raises:
            DataError: it is not taken; the message says why and the hint what to do.
            DrawingError: no picture can be drawn at all.
        """
        if len(content) > MAX_BYTES:
            raise refusal(Reason.HEAVY)
        with self._lock:
            made = self._drawn(content, kind)
        digest = picture_hash(content)
        return {
            rendition_name(digest, rendition): data
            for rendition, data in zip(RENDITIONS[kind], made, strict=True)
        }

    def _drawn(self, content: bytes, kind: Kind) -> list[bytes]:
        for _ in range(2):  # a worker that ended while nobody asked is replaced unseen
            child = self._up()
            try:
                return self._asked(child, content, kind)
            except DataError:
                raise
            except LateError:
                reason = Reason.TIME
            except NonsenseError:
                reason = Reason.CRASH
            except GoneError:
                code = child.exit_code
                if code == 0:
                    self._drop()
                    continue
                reason = Reason.TIME if code in _OUT_OF_TIME else Reason.CRASH
            except BaseException:
                self._drop()  # or its answer would be taken for the next picture's
                raise
            self._drop()
            if reason == Reason.TIME:
                self.most_milliseconds = max(self.most_milliseconds, self._limits.seconds * 1000)
            raise refusal(reason)
        raise refusal(Reason.CRASH)

    def _asked(self, child: Child, content: bytes, kind: Kind) -> list[bytes]:
        until = child.deadline(self._limits.seconds)
        child.send(until, kind.encode(), content)
        reason, cost = child.receive(until).decode("ascii", "replace"), child.receive(until)
        self._taken += 1
        self._note(cost)
        if reason:
            raise _refusal_named(reason)
        made = [child.receive(until) for _ in RENDITIONS[kind]]
        for rendition, data in zip(RENDITIONS[kind], made, strict=True):
            if not data.startswith(_SIGNS[rendition.rpartition(".")[2]]):
                raise NonsenseError
        return made

    def _note(self, cost: bytes) -> None:
        figures = cost.split()
        if len(figures) != 2 or not all(figure.isdigit() for figure in figures):
            raise NonsenseError
        self.peak_bytes = max(self.peak_bytes, int(figures[0]))
        self.most_milliseconds = max(self.most_milliseconds, int(figures[1]))

    def _up(self) -> Child:
        used_up = self._taken >= self._limits.pictures
        if self._child is not None and (used_up or self._child.has_ended):
            self._drop()
        if self._child is None:
            try:
                self._child = Child(self._limits)
            except (OSError, LateError, GoneError, NonsenseError) as error:
                raise DrawingError from error
            self._taken = 0
            self.started += 1
        return self._child

    def _drop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


def _refusal_named(reason: str) -> DataError:
    return refusal(Reason(reason) if reason in set(Reason) else Reason.CRASH)


@cache
def _shared(_process_id: int) -> PictureProcess:
    """This process's own: what a fork inherits is its parent's."""
    return PictureProcess()
