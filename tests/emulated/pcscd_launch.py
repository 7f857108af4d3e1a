"""Becomes pcscd inside namespaces of its own; started by ``pcscd.py``, as root.

vpcd listens on every address, so it must not see the machine's network; and pcscd must neither
take the machine's own readers nor stand in the place of its own pcscd.
"""

import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

_RUN = Path("/run/pcscd")
_DRIVERS = Path("/usr/lib/pcsc/drivers")
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 0x1  # linux/sockios.h, linux/if.h
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(run: str, empty: str, config: str) -> None:
    """Hide the USB drivers, put ``run`` in the place of /run/pcscd, and become pcscd."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    _loopback_up()
    for bundle in _DRIVERS.glob("*.bundle"):
        _bind(empty, bundle)
    _RUN.mkdir(exist_ok=True)
    _bind(run, _RUN)
    os.execvp("pcscd", ["pcscd", "--foreground", "--error", "--config", config])


def _bind(source: str, target: Path) -> None:
    subprocess.run(["mount", "--bind", source, str(target)], check=True)


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))


if __name__ == "__main__":
    main(*sys.argv[1:])
