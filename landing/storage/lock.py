"""The lock file where every writer of a site waits, in the kernel's queue, but not for ever.

A blocking lock knows no limit, and asking again and again would lose to whoever waits in the
kernel. So a thread waits there, and who needs the lock waits for the thread. A thread that was
given up stays in the queue until it is its turn, and then lets go; there are only so many.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore, Thread

from landing.errors import BusyError, StorageError

LOCK_SECONDS = 20.0
_PRIVATE = 0o600
_MOST_WAITING = 32
_PLACES = BoundedSemaphore(_MOST_WAITING)


@contextmanager
def write_lock(path: Path, *, at_once: bool = False) -> Iterator[None]:
    """Wait until no other thread or process of this site writes, and keep it so.

    Raises:
        BusyError: another did not end within ``LOCK_SECONDS``; with ``at_once``, another writes.
        StorageError: the lock file cannot be used.
    """
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
    except OSError as error:
        raise StorageError(
            f"the lock file {path} cannot be opened: {error.strerror}; nothing was written"
        ) from error
    try:
        if not _is_taken_at_once(handle):
            if at_once:
                raise BusyError(f"another command or request keeps {path}; nothing was written")
            _queue(handle, path)
        yield
    finally:
        os.close(handle)  # and with it the lock


def _is_taken_at_once(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _queue(handle: int, path: Path) -> None:
    places, give_up = _PLACES, time.monotonic() + LOCK_SECONDS
    if not places.acquire(timeout=LOCK_SECONDS):
        raise _busy(path)
    turn: Future[None] = Future()
    own = os.dup(handle)  # the same lock: it is let go when both handles are closed
    Thread(target=_wait, args=(own, turn, places), daemon=True).start()
    try:
        turn.result(timeout=max(0.0, give_up - time.monotonic()))
    except TimeoutError:
        raise _busy(path) from None


def _wait(handle: int, turn: Future[None], places: BoundedSemaphore) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError as error:
        turn.set_exception(error)
    finally:
        os.close(handle)
        places.release()
    if not turn.done():
        turn.set_result(None)


def _busy(path: Path) -> BusyError:
    return BusyError(
        f"another command or request has been writing for {LOCK_SECONDS:g} s, and still keeps"
        f" {path}; nothing was written"
    )
