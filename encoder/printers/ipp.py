"""Ask a CUPS server what a queue or a job is doing: as much of IPP as two questions need.

``lpstat`` does not tell a job that was printed from one that was given up, so the state itself is
asked for. Source: RFC 8010, 3 (encoding); RFC 8011, 4.2.5, 4.3.4, 5.3.7, 5.4.11.
"""

import http.client
import socket
import struct
from collections.abc import Mapping
from enum import IntEnum
from urllib.parse import quote

from encoder.errors import PrinterError

Attributes = Mapping[str, list[bytes]]

_VERSION = b"\x01\x01"
_GET_JOB_ATTRIBUTES, _GET_PRINTER_ATTRIBUTES = 0x0009, 0x000B
_OPERATION_GROUP, _END = b"\x01", b"\x03"
_CHARSET, _LANGUAGE, _URI, _INTEGER, _KEYWORD = 0x47, 0x48, 0x45, 0x21, 0x44
_FIRST_VALUE_TAG = 0x10  # below are the tags that begin a group
_FIRST_ERROR = 0x0400
_TIMEOUT_SECONDS = 10.0
_PORT = 631


class JobState(IntEnum):
    """Source: RFC 8011, 5.3.7."""

    PENDING = 3
    HELD = 4
    PROCESSING = 5
    STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9


class PrinterState(IntEnum):
    """Source: RFC 8011, 5.4.11."""

    IDLE = 3
    PROCESSING = 4
    STOPPED = 5


def job_attributes(server: str, queue: str, job: int) -> Attributes:
    """A job's state and what is said of it.

    Raises:
        PrinterError: the server does not answer, or does not know the job.
    """
    wanted = ("job-state", "job-state-reasons", "job-printer-state-message")
    return _ask(server, _GET_JOB_ATTRIBUTES, queue, wanted, job)


def printer_attributes(server: str, queue: str) -> Attributes:
    """A queue's state and what is said of it.

    Raises:
        PrinterError: the server does not answer, or has no such queue.
    """
    wanted = (
        *("printer-state", "printer-state-message"),
        *("printer-state-reasons", "printer-is-accepting-jobs"),
    )
    return _ask(server, _GET_PRINTER_ATTRIBUTES, queue, wanted, None)


def number(attributes: Attributes, name: str) -> int:
    """The first value of an integer, an enum or a boolean; -1 where it is missing."""
    return int.from_bytes(attributes.get(name, [b"\xff"])[0], "big", signed=True)


def text(attributes: Attributes, name: str) -> str:
    """All values of a text or keyword."""
    return ", ".join(value.decode("utf-8", "replace") for value in attributes.get(name, []))


def _ask(
    server: str, operation: int, queue: str, wanted: tuple[str, ...], job: int | None
) -> Attributes:
    link = _link(server)
    try:
        link.request(
            "POST",
            f"/printers/{quote(queue)}",
            body=_question(operation, queue, wanted, job),
            headers={"Content-Type": "application/ipp", "Host": "localhost"},
        )
        answer = link.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise PrinterError(
            f"the print server {server} does not answer: {error}; what became of the label is"
            " not known",
            hint="start CUPS, look whether the label came out, and print it again if it did not",
        ) from error
    finally:
        link.close()
    status = int.from_bytes(content[2:4], "big") if len(content) >= 8 else _FIRST_ERROR
    if answer.status != http.client.OK or status >= _FIRST_ERROR:
        raise PrinterError(
            f"the print server {server} has no queue {queue} that it shows us"
            f" (HTTP {answer.status}, IPP {status:#06x})",
            hint="list the queues with: lpstat -a",
        )
    return _attributes(content)


def _question(operation: int, queue: str, wanted: tuple[str, ...], job: int | None) -> bytes:
    parts = [
        _VERSION + struct.pack(">HI", operation, 1) + _OPERATION_GROUP,
        _attribute(_CHARSET, "attributes-charset", b"utf-8"),
        _attribute(_LANGUAGE, "attributes-natural-language", b"en"),
        _attribute(_URI, "printer-uri", f"ipp://localhost/printers/{quote(queue)}".encode()),
    ]
    if job is not None:
        parts.append(_attribute(_INTEGER, "job-id", struct.pack(">i", job)))
    names = ("requested-attributes", *[""] * (len(wanted) - 1))  # further values have no name
    parts += [
        _attribute(_KEYWORD, name, value.encode())
        for name, value in zip(names, wanted, strict=True)
    ]
    return b"".join(parts) + _END


def _attribute(tag: int, name: str, value: bytes) -> bytes:
    return (
        struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(value)) + value
    )


def _attributes(content: bytes) -> Attributes:
    found: dict[str, list[bytes]] = {}
    name, place = "", 8
    while place < len(content) and content[place] != _END[0]:
        tag, place = content[place], place + 1
        if tag < _FIRST_VALUE_TAG:
            continue
        own, place = _sized(content, place)
        value, place = _sized(content, place)
        name = own.decode("utf-8", "replace") or name
        found.setdefault(name, []).append(value)
    return found


def _sized(content: bytes, place: int) -> tuple[bytes, int]:
    length = int.from_bytes(content[place : place + 2], "big")
    return content[place + 2 : place + 2 + length], place + 2 + length


def _link(server: str) -> http.client.HTTPConnection:
    """A connection to a server as ``lpstat -H`` names it: a socket's path, or HOST:PORT."""
    if server.startswith("/"):
        return _SocketConnection(server)
    host, _, port = server.rpartition(":")
    return http.client.HTTPConnection(host or server, int(port or _PORT), timeout=_TIMEOUT_SECONDS)


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix domain socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_TIMEOUT_SECONDS)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
