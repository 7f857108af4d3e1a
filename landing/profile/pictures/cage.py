"""The limits that a worker puts on itself before it reads a stranger's first byte.

They are the kernel's (setrlimit(2)) and hold whatever the process does next: it cannot raise them,
unless it is root's, nor open a file, nor start a process. The time of one picture is a timer's
(setitimer(2)); behind it stand a limit for all pictures together and the parent's clock.

Memory is address space: of what OpenBLAS and OpenCV map at their start, most is never touched, so
that the limit is what is mapped by then and as much more as the process may still grow by.
"""

import os
import resource
import signal
from typing import Final

from landing.profile.pictures.rules import Limits

_STATUS: Final = "/proc/self/status"
_ALL_PICTURES_SECONDS = 1000
_STATUS_LENGTH = 16_384
# Mapped at the start, and touched only later: code of libraries, arenas of malloc.
_NOT_YET_TOUCHED = 16_000_000


class Cage:
    """This process's own limits, and what it has used of them."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._begun = 0.0
        self._status = os.open(_STATUS, os.O_RDONLY)

    def close(self) -> None:
        """Put the limits on: nothing that is still to be imported or opened will be."""
        if self._limits.memory:
            grown = self._limits.memory - self._now("VmRSS") - _NOT_YET_TOUCHED
            _lower(resource.RLIMIT_AS, self._now("VmSize") + max(0, grown))
        _lower(resource.RLIMIT_CPU, _ALL_PICTURES_SECONDS)
        _lower(resource.RLIMIT_NOFILE, self._status + 1)
        for what in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
            _lower(what, 0)

    def begin_picture(self) -> None:
        """Give the next picture its time of the processor.

        RLIMIT_CPU counts in whole seconds and stands for the case that the timer is gone.
        """
        self._begun = _processor_seconds()
        limit = int(self._begun) + self._limits.seconds + 1
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
        signal.setitimer(signal.ITIMER_PROF, self._limits.seconds)

    def cost(self) -> bytes:
        """The most memory so far, in bytes, and this picture's time of the processor, in ms."""
        milliseconds = (_processor_seconds() - self._begun) * 1000
        return f"{self._now('VmHWM')} {milliseconds:.0f}".encode()

    def _now(self, name: str) -> int:
        """A line of proc(5)'s status; ru_maxrss would begin at what our parent had."""
        for line in os.pread(self._status, _STATUS_LENGTH, 0).splitlines():
            key, _, value = line.partition(b":")
            if key == name.encode():
                return int(value.split()[0]) * 1024
        raise OSError(f"{_STATUS} has no {name}")


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _lower(what: int, limit: int) -> None:
    _, hard = resource.getrlimit(what)
    lowered = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(what, (lowered, lowered))
