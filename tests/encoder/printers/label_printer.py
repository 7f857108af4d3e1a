"""A label printer on a socket: it takes ZPL, answers ~HS, and may fail in its ways."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

# Source: ZPL II Programming Guide, ~HS: three strings between STX and ETX.
READY = (
    b"\x02030,0,0,1245,000,0,0,0,000,0,0,0\x03\r\n"
    b"\x02001,0,0,0,1,2,6,0,00000000,1,000\x03\r\n"
    b"\x021234,0\x03\r\n"
)
OUT_OF_PAPER = READY.replace(b"\x02030,0", b"\x02030,1", 1)
HEAD_OPEN = READY.replace(b"\x02001,0,0", b"\x02001,0,1", 1)
_SECONDS = 0.1


@dataclass
class LabelPrinter:
    """What it took, and how it behaves; ``takes`` bytes and then it drops the line."""

    status: bytes = READY
    takes: int | None = None
    received: list[bytes] = field(default_factory=list)
    port: int = 0

    @property
    def labels(self) -> list[bytes]:
        """The labels, without the questions."""
        return [
            part + b"^XZ\n"
            for content in self.received
            for part in content.replace(b"~HS\n", b"").split(b"^XZ\n")
            if part
        ]

    def serve(self, link: socket.socket) -> None:
        """Take all of one connection."""
        content = b""
        link.settimeout(_SECONDS)
        with link, suppress(ConnectionError):
            while self.takes is None or len(content) < self.takes:
                try:
                    piece = link.recv(65536)
                except TimeoutError:
                    continue
                if not piece:
                    break
                content += piece
                if content.endswith(b"~HS\n"):
                    link.sendall(self.status)
            else:  # closing with unread bytes resets the connection
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.received.append(content)


@contextmanager
def listening(printer: LabelPrinter) -> Iterator[LabelPrinter]:
    """Let a printer listen on loopback for the length of the block."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        printer.port = server.getsockname()[1]
        ending = threading.Event()
        thread = threading.Thread(target=_accept, args=(server, printer, ending))
        thread.start()
        try:
            yield printer
        finally:
            ending.set()
            thread.join(timeout=30)


def _accept(server: socket.socket, printer: LabelPrinter, ending: threading.Event) -> None:
    server.settimeout(_SECONDS)
    while not ending.is_set():
        with suppress(TimeoutError):
            link, _ = server.accept()
            printer.serve(link)
