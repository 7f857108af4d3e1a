"""``zpl:HOST:PORT``: a label printer that takes ZPL over TCP.

Source: Zebra ZPL II Programming Guide, "~HS Host Status Return".
"""

import re
import socket
import time
from contextlib import suppress
from dataclasses import dataclass

from encoder.errors import PrinterError
from encoder.printers.printer import Document, DocumentKind

DEFAULT_PORT = 9100
_PIECE = 4096
_STATUS_REQUEST = b"~HS\n"
_LONGEST_STATUS = 400
_STATUS = re.compile(rb"\x02([^\x03]*)\x03")  # three strings, each between STX and ETX
# Which field of which string says what. Source: ZPL II Programming Guide, ~HS
_TROUBLES = {
    (0, 1): ("it is out of paper", "put paper in"),
    (0, 2): ("it is paused", "press its pause button"),
    (0, 5): ("its memory is full", "switch it off and on"),
    (1, 2): ("its head is open", "close the head"),
    (1, 3): ("it is out of ribbon", "put a ribbon in"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, in seconds: ``send`` for each piece, ``status`` for the whole of it."""

    connect: float = 5.0
    send: float = 15.0
    status: float = 2.0


class ZebraPrinter:
    """Sends one label a connection, then asks the printer how it is."""

    takes: DocumentKind = "zpl"

    def __init__(self, host: str, port: int, patience: Patience | None = None) -> None:
        self.name = f"zpl:{host}:{port}"
        self._address = (host, port)
        self._patience = patience or Patience()

    def check(self) -> None:
        """See whether the printer answers, and is ready as far as it tells.

        Raises:
            PrinterError: it is not.
        """
        with self._connected() as link:
            self._refuse_trouble(self._status(link), "nothing was printed")

    def send(self, document: Document) -> str:
        """Send a label, then ask whether something keeps the printer from printing it.

        Raises:
            PrinterError: it was not sent, not sent in full, or waits in the printer.
        """
        with self._connected() as link:
            self._send_all(link, document.content)
            status = self._status(link)
        self._refuse_trouble(status, "the label waits in its memory, and may come out later")
        if status is None:
            return "sent; the printer does not tell whether it came out"
        return "sent; the printer says that nothing is in its way"

    def _connected(self) -> socket.socket:
        try:
            return socket.create_connection(self._address, timeout=self._patience.connect)
        except (OSError, UnicodeError) as error:  # a host may have no form for the name servers
            told = getattr(error, "strerror", None) or error
            raise PrinterError(
                f"the printer {self.name} cannot be reached: {told}; nothing was printed",
                hint="switch it on, and check its address and its cable",
            ) from error

    def _send_all(self, link: socket.socket, content: bytes) -> None:
        link.settimeout(self._patience.send)
        sent = 0
        try:
            while sent < len(content):
                sent += link.send(content[sent : sent + _PIECE])
        except OSError as error:
            raise PrinterError(
                f"the printer {self.name} took {sent} of {len(content)} bytes, then:"
                f" {error.strerror or error}; the label was sent in part",
                hint="throw away what came out, switch the printer off and on, then print again",
            ) from error

    def _status(self, link: socket.socket) -> tuple[list[bytes], ...] | None:
        """The fields of the printer's status; None where it does not tell."""
        give_up, answer = time.monotonic() + self._patience.status, b""
        link.settimeout(self._patience.status)
        try:
            link.sendall(_STATUS_REQUEST)
            while len(_STATUS.findall(answer)) < 3 and len(answer) < _LONGEST_STATUS:
                piece = link.recv(_LONGEST_STATUS)
                if not piece:
                    break
                answer += piece
                if (left := give_up - time.monotonic()) <= 0:
                    break
                link.settimeout(left)
        except TimeoutError:
            pass
        except OSError as error:
            raise PrinterError(
                f"the printer {self.name} broke the connection off: {error.strerror or error};"
                " what it had taken may be lost",
                hint="look whether the label came out; if not, print it again",
            ) from error
        found = _STATUS.findall(answer)
        return tuple(string.split(b",") for string in found) if len(found) >= 2 else None

    def _refuse_trouble(self, status: tuple[list[bytes], ...] | None, state: str) -> None:
        for (string, field), (trouble, cure) in _TROUBLES.items():
            told = b"0"
            with suppress(IndexError):
                told = status[string][field].strip() if status else told
            if told == b"1":
                raise PrinterError(
                    f"the printer {self.name} says: {trouble}; {state}",
                    hint=f"{cure}; see what comes out, then print again what is missing",
                )
