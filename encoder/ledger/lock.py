"""The lock of a ledger's one writer; it names its holder, and the kernel frees it with the process.

Two commands that both write would each believe that a token is free.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from encoder.errors import LedgerError


@contextmanager
def writer_lock(path: Path) -> Iterator[None]:
    """Be the only command that writes to this ledger, for as long as the block lasts.

    Raises:
        LedgerError: another command writes to it, or its folder cannot be written to.
    """
    try:
        handle = _lock_file(path).open("ab+", buffering=0)
    except OSError as error:
        raise LedgerError(
            f"the ledger's folder {path.parent} cannot be written to: {error.strerror}",
            hint="make the folder, or name another file with --ledger",
        ) from error
    with handle:
        _take(handle, fcntl.LOCK_EX, path)
        _name_holder(handle, b"%d" % os.getpid())
        try:
            yield
        finally:
            _name_holder(handle, b"")


@contextmanager
def no_writer(path: Path) -> Iterator[None]:
    """Keep writers out while a ledger that cannot be opened in its place is copied.

    Raises:
        LedgerError: another command writes to it.
    """
    try:
        handle = _lock_file(path).open("rb", buffering=0)
    except FileNotFoundError:  # nobody ever wrote to it here, as to a copy on a read-only disk
        yield
        return
    except OSError as error:
        raise LedgerError(
            f"whether a command writes to the ledger {path} cannot be told: {error.strerror}",
            hint="read it as the one who writes to it, or read a backup of it",
        ) from error
    with handle:
        _take(handle, fcntl.LOCK_SH, path)
        yield


def _lock_file(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _take(handle: BinaryIO, kind: int, path: Path) -> None:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except OSError as error:
        holder = _holder(handle)
        raise LedgerError(
            f"another command is writing to the ledger {path}{holder}; no card was touched",
            hint="let the other run end, or name another file with --ledger",
        ) from error


def _name_holder(handle: BinaryIO, pid: bytes) -> None:
    with suppress(OSError):  # the name is a courtesy; the lock itself needs no room on the disk
        handle.truncate(0)
        handle.write(pid)


def _holder(handle: BinaryIO) -> str:
    """Who has the lock, as far as it can be told: its process, and how that was called."""
    handle.seek(0)
    pid = handle.read(20).decode(errors="replace")
    if not pid.isdecimal():
        return ""
    try:
        called = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        called = ""
    words = called.rstrip("\0").split("\0")
    if Path(words[0]).name.startswith("python"):  # the interpreter says nothing
        words = [Path(word).name if index == 0 else word for index, word in enumerate(words[1:])]
    command = " ".join(words)[:200]
    return f" (process {pid}: {command})" if command else f" (process {pid})"
