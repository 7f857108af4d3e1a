"""A pcscd of the tests' own, with two slots of vpcd, that ends with them.

libpcsclite finds pcscd by a variable that it reads once in a process, so every pcscd of this
process has the same socket, and they run one after another.
"""

import ctypes
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SLOTS = ("Virtual PCD 00 00", "Virtual PCD 00 01")
SOCKET_VARIABLE = "PCSCLITE_CSOCK_NAME"
_VPCD = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
_FIRST_PORT = 0x8C7B
_CLONE_NEWNET = 0x40000000  # linux/sched.h
_START_SECONDS = 20.0
_TICK_SECONDS = 0.01
_LAUNCH = Path(__file__).with_name("pcscd_launch.py")
_CONFIG = f"""\
FRIENDLYNAME "Virtual PCD"
DEVICENAME /dev/null:{_FIRST_PORT:#x}
LIBPATH {_VPCD}
CHANNELID {_FIRST_PORT:#x}
"""


def run_folder() -> Path:
    """Where this process' pcscd has its socket: as the variable says, or a folder of our own."""
    return Path(os.environ[SOCKET_VARIABLE]).parent


def keep_to_own_pcscd() -> None:
    """Turn this process, and those that it starts, away from the machine's own pcscd."""
    folder = Path(tempfile.gettempdir()) / f"wecard-pcscd-{os.getpid()}-{secrets.token_hex(4)}"
    os.environ.setdefault(SOCKET_VARIABLE, str(folder / "pcscd.comm"))


def why_not() -> str | None:
    """Why no pcscd can be started here, in words for whoever reads the test report."""
    if os.geteuid() != 0:
        return "pcscd in namespaces of its own needs root"
    if shutil.which("pcscd") is None or not _VPCD.exists():
        return "the Debian packages pcscd and vsmartcard-vpcd are not installed"
    tried = subprocess.run(["unshare", "--net", "--mount", "true"], capture_output=True)
    return f"no namespaces here: {tried.stderr.decode().strip()}" if tried.returncode else None


class Pcscd:
    """A running pcscd."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def end(self) -> None:
        """End it; what used it finds it gone."""
        self._process.terminate()
        self._process.wait()

    def clear(self) -> None:
        """Remove what it left, so that another one can be started."""
        shutil.rmtree(run_folder(), ignore_errors=True)

    def enter_network(self) -> None:
        """Take the calling thread, and no other, into pcscd's network."""
        with Path(f"/proc/{self._process.pid}/ns/net").open() as network:
            if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), _CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "the network cannot be entered")

    def plug(self, slot: int) -> socket.socket:
        """A connection to a slot: for vpcd, a card that is laid down."""
        line = socket.create_connection(("127.0.0.1", _FIRST_PORT + slot))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line


@contextmanager
def running_pcscd() -> Iterator[Pcscd]:
    """A pcscd that listens, until the block ends; the test is skipped where there can be none."""
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    folder = run_folder()
    folder.mkdir(mode=0o700)
    process = None
    try:
        with (folder / "log").open("wb") as log:
            process = _start(folder, log.fileno())
        _await_socket(process, folder)
        yield Pcscd(process)
    finally:
        if process is not None:
            process.kill()
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path, log: int) -> subprocess.Popen[bytes]:
    for name in ("run", "empty", "config"):
        (folder / name).mkdir()
    (folder / "config" / "vpcd").write_text(_CONFIG)
    (folder / "pcscd.comm").symlink_to(folder / "run" / "pcscd.comm")
    paths = [str(folder / name) for name in ("run", "empty", "config")]
    return subprocess.Popen(
        ["unshare", "--net", "--mount", "--", sys.executable, str(_LAUNCH), *paths],
        stdout=log,
        stderr=log,
    )


def _await_socket(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until it listens; its readers are there by then."""
    deadline = time.monotonic() + _START_SECONDS
    while not _listens(folder / "run" / "pcscd.comm"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"pcscd did not start: {(folder / 'log').read_text()}")
        time.sleep(_TICK_SECONDS)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0
