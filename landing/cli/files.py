"""Read a document from a file or ``-``; put a new one in place in one step."""

import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from landing.errors import DataError

STREAM = "-"
MAX_BYTES = 64 * 1024 * 1024
_PRIVATE = 0o600  # what is written has names, addresses or codes in it


class Outlet(Protocol):
    """A place for a document: written and safe, but not yet seen, until it is published."""

    def publish(self) -> None:
        """Let the document be seen."""

    def discard(self) -> None:
        """Forget the document if it is not published; harmless if it is."""


class FileOutlet:
    """A file beside its final name; the bytes are on the disk before the name is."""

    def __init__(self, path: Path, content: bytes) -> None:
        self._path = path.resolve()
        if self._path.exists() and not self._path.is_file():
            raise DataError(
                f"{path} is a folder or a device; nothing was written",
                hint="name a file, or - for standard output",
            )
        self._part = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}.part")
        handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            self.discard()
            raise

    def publish(self) -> None:
        """Give the file its name, and make the name last."""
        self._part.replace(self._path)
        with suppress(OSError):  # the file stands; some file systems sync no folders
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def discard(self) -> None:
        """Remove the file that has no name yet."""
        self._part.unlink(missing_ok=True)


class StreamOutlet:
    """Standard output."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def publish(self) -> None:
        """Print the document."""
        sys.stdout.buffer.write(self._content)
        sys.stdout.buffer.flush()

    def discard(self) -> None:
        """Print nothing."""


def open_outlet(name: str, content: bytes) -> Outlet:
    """Prepare a document for the file ``name``, or for standard output if it is ``-``.

    A file is nobody else's to read.

    Raises:
        DataError: the file cannot be written there.
    """
    if name == STREAM:
        return StreamOutlet(content)
    try:
        return FileOutlet(Path(name), content)
    except OSError as error:
        raise DataError(
            f"{name} cannot be written: {error.strerror}; nothing was changed",
            hint="name a file in a folder that is there and may be written",
        ) from error


def read_document(name: str) -> bytes:
    """Read the file ``name``, or standard input if it is ``-``.

    Raises:
        DataError: it cannot be read, or is far too long.
    """
    try:
        if name == STREAM:
            content = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DataError(
            f"{name} cannot be read: {error.strerror}; nothing was changed",
            hint="name a file that is there and may be read",
        ) from error
    if len(content) > MAX_BYTES:
        raise DataError(f"{name} is longer than {MAX_BYTES} bytes; nothing was changed")
    return content


def read_text(name: str) -> str:
    """Read a UTF-8 document from the file ``name``, or from standard input if it is ``-``.

    Raises:
        DataError: it cannot be read, or is not UTF-8.
    """
    try:
        return read_document(name).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{name} is not UTF-8 text; nothing was changed") from error
