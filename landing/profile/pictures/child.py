"""One worker process, as its parent sees it: started, asked, ended; never waited for too long."""

import os
import select
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from landing.profile.pictures.frames import LENGTH, READY, framed
from landing.profile.pictures.rules import Limits

_WORKER = "landing.profile.pictures.worker"
_START_SECONDS = 30
_LONGEST_FRAME = 200_000  # the largest rendition has 48 000 bytes
_MOST_ROUNDS = 10  # of the limit, on a machine that is busy
_END_SECONDS = 1  # from the end of its output to its own end
# What a Python that does not stand where it was built needs to find itself.
_KEPT = ("PYTHONHOME", "LD_LIBRARY_PATH")
_VARIABLES = {
    "LC_ALL": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # Large pictures are given back to the system at once, whatever was freed before: malloc(3)
    "MALLOC_MMAP_THRESHOLD_": "1048576",
}


class LateError(Exception):
    """The worker did not answer in time."""


class GoneError(Exception):
    """The worker has ended."""


class NonsenseError(Exception):
    """The worker answers what no worker of ours does."""


class Deadline:
    """The moment until which an answer is waited for, put off while the machine is busy.

    A worker that computes is ended by the kernel after its time of the processor. Where it has
    had less than that by now and still wants more, others had the processor, and the picture is
    not to blame; a worker that sleeps is not waited for any longer.
    """

    def __init__(self, seconds: float, *, wants_processor: Callable[[], bool]) -> None:
        self._moment = time.monotonic() + seconds
        self._step, self._rounds = seconds, _MOST_ROUNDS
        self.wants_processor = wants_processor

    @property
    def left_seconds(self) -> float:
        """How long there is still to wait."""
        return max(0.0, self._moment - time.monotonic())

    def passed(self, *, wanted: bool) -> None:
        """Go on waiting for as long again, if that it is late is the machine's fault.

        Raises:
            LateError: it is not, or it has been for too long.
        """
        self._rounds -= 1
        if self._rounds <= 0 or not wanted:
            raise LateError
        self._moment += self._step


class Child:
    """A worker that is up; whoever drops it ends it."""

    def __init__(self, limits: Limits) -> None:
        """Start a worker and wait until it is ready.

        Raises:
            OSError: there is no room for a process.
            LateError, GoneError, NonsenseError: it started, and did not come up.
        """
        self._process = subprocess.Popen(  # starts no Python code between fork and exec
            [sys.executable, "-P", "-m", _WORKER, *limits.words()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env=_environment(),
            start_new_session=True,
        )
        self.end: Callable[[], None] = weakref.finalize(self, _end, self._process, os.getpid())
        try:
            self._into, self._out_of = map(_unblocked, (self._process.stdin, self._process.stdout))
            if self.receive(self.deadline(_START_SECONDS)) != READY:
                raise NonsenseError
        except BaseException:
            self.end()
            raise

    @property
    def process_id(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether it has ended already."""
        return self._process.poll() is not None

    @property
    def exit_code(self) -> int | None:
        """How it ended, minus the signal's number where one ended it; None while it lives."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(_END_SECONDS)
        return None

    def deadline(self, seconds: float) -> Deadline:
        """So many seconds from now, on the clock that nobody sets."""
        return Deadline(seconds, wants_processor=self._wants_processor)

    def send(self, until: Deadline, *parts: bytes) -> None:
        """Send frames.

        Raises:
            LateError, GoneError: they were not taken.
        """
        rest = memoryview(b"".join(map(framed, parts)))
        while rest:
            _wait(self._into, select.POLLOUT, until)
            try:
                rest = rest[os.write(self._into, rest) :]
            except BlockingIOError:
                continue
            except BrokenPipeError as error:
                raise GoneError from error

    def receive(self, until: Deadline) -> bytes:
        """Receive one frame.

        Raises:
            LateError, GoneError: there was none.
            NonsenseError: it is longer than any that a worker of ours sends.
        """
        (length,) = LENGTH.unpack(self._exactly(LENGTH.size, until))
        if length > _LONGEST_FRAME:
            raise NonsenseError
        return self._exactly(length, until)

    def _wants_processor(self) -> bool:
        """Whether it runs, could run, or waits for its pages. Source: proc_pid_stat(5), field 3."""
        try:
            stat = Path(f"/proc/{self._process.pid}/stat").read_bytes()
        except OSError:
            return False
        return stat.rpartition(b")")[2].split()[0] in (b"R", b"D")

    def _exactly(self, length: int, until: Deadline) -> bytes:
        got = bytearray()
        while len(got) < length:
            _wait(self._out_of, select.POLLIN, until)
            try:
                part = os.read(self._out_of, length - len(got))
            except BlockingIOError:
                continue
            if not part:
                raise GoneError
            got += part
        return bytes(got)


def _unblocked(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise GoneError  # Popen gives both pipes that it was asked for
    os.set_blocking(pipe.fileno(), False)
    return pipe.fileno()


def _wait(descriptor: int, event: int, until: Deadline) -> None:
    poll = select.poll()
    poll.register(descriptor, event)
    while not poll.poll(until.left_seconds * 1000):
        wanted = until.wants_processor()
        if poll.poll(0):
            return  # it slept because it was done, while we were kept from looking
        until.passed(wanted=wanted)


def _environment() -> dict[str, str]:
    """The worker's variables: the modules that we have, and none of the site's secrets."""
    path = os.pathsep.join(str(Path(entry or ".").absolute()) for entry in sys.path)
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**_VARIABLES, **kept, "PYTHONPATH": path}


def _end(process: subprocess.Popen[bytes], parent: int) -> None:
    """Kill a worker and all it may have started; not in a fork, which has no child of ours."""
    if os.getpid() != parent:
        return
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
