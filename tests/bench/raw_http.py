"""Ask over a plain socket, and keep every byte that came back."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass

TIMEOUT_SECONDS = 60.0
_END_OF_HEAD = b"\r\n\r\n"

# What a phone sends. Accept-Encoding as Safari's and Chrome's, less zstd.
PHONE = {
    "Accept-Encoding": "gzip, deflate, br",
    "Accept-Language": "fr-FR,fr;q=0.9,en;q=0.7",
    "User-Agent": "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Mobile Safari/537.36",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP/1.1 answer: the head with its empty line, and the body, both as they were sent."""

    head: bytes
    body: bytes

    @property
    def status(self) -> int:
        """The status code."""
        return int(self.head.split(b" ", 2)[1])

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The header fields in their order, names as sent."""
        lines = self.head.decode("latin-1").rstrip().split("\r\n")[1:]
        return [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]

    def field(self, name: str) -> str:
        """A header field's value; empty where there is none."""
        found = [value for known, value in self.fields if known.lower() == name.lower()]
        return ", ".join(found)

    @property
    def size(self) -> int:
        """All bytes on the wire."""
        return len(self.head) + len(self.body)


class Line:
    """One keep-alive connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        self._host = f"127.0.0.1:{port}"
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._left = b""

    def get(self, path: str, headers: Mapping[str, str] = PHONE) -> Answer:
        """Ask for a path and wait for the whole answer.

        Raises:
            OSError: the connection ended first, or nothing came in time.
        """
        lines = [f"GET {path} HTTP/1.1", f"Host: {self._host}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        return self._answer()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answer(self) -> Answer:
        while _END_OF_HEAD not in self._left:
            self._read()
        head, _, _ = self._left.partition(_END_OF_HEAD)
        answer = Answer(head=head + _END_OF_HEAD, body=b"")
        if answer.field("Transfer-Encoding"):
            raise AssertionError("the length of this answer is not told ahead")
        length = 0 if answer.status == 304 else int(answer.field("Content-Length") or 0)
        whole = len(answer.head) + length
        while len(self._left) < whole:
            self._read()
        body = self._left[len(answer.head) : whole]
        self._left = self._left[whole:]
        return Answer(head=answer.head, body=body)

    def _read(self) -> None:
        got = self._socket.recv(65536)
        if not got:
            raise ConnectionResetError("the server hung up in the middle of an answer")
        self._left += got
