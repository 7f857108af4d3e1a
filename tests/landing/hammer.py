"""Many visitors who open one card again and again, and what each of them saw when.

A visitor keeps their connection, and half of them keep the page as a browser does: they send its
ETag, and a 304 shows them what they have.
"""

import html
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CONNECTIONS = 32
MOST_CONNECTIONS = 512
WAIT_SECONDS = 120
_HEADING = re.compile(r"<h1[^>]*>(?:<[^>]*>)*(.*?)</", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One answer: when it was asked for, its status, and the name that the page shows."""

    asked_at: float
    status: int
    name: str


@dataclass(slots=True, kw_only=True)
class Visitor:
    """One connection and its answers."""

    line: socket.socket
    path: str
    keeps_pages: bool
    seen: list[Seen] = field(default_factory=list)
    _kept: tuple[str, str] = ("", "")  # ETag and name

    def open_page(self) -> None:
        """Ask once."""
        etag, name = self._kept
        known = f"If-None-Match: {etag}\r\n" if etag and self.keeps_pages else ""
        host = "{}:{}".format(*self.line.getpeername())
        asked_at = time.monotonic()
        self.line.sendall(f"GET {self.path} HTTP/1.1\r\nHost: {host}\r\n{known}\r\n".encode())
        status, fields, text = _answer(self.line)
        if status == 200:
            name = _name(text)
            self._kept = (fields.get("etag", ""), name)
        self.seen.append(Seen(asked_at=asked_at, status=status, name="" if status >= 400 else name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """The visitors at work; work that has ended has failed."""

    visitors: list[Visitor]
    work: list[Future[None]]

    def wait_for(self, answers: int) -> float:
        """Wait until everybody has had that many answers from now on; answer when it began.

        Raises:
            AssertionError: it took too long.
            OSError: somebody's connection ended.
        """
        moment = time.monotonic()
        while any(self._count(visitor, moment) < answers for visitor in self.visitors):
            for ended in (work for work in self.work if work.done()):
                ended.result()
            if time.monotonic() > moment + WAIT_SECONDS:
                raise AssertionError("too slow")
            time.sleep(0.02)
        return moment

    def since(self, moment: float) -> list[Seen]:
        """The answers to what was asked after that moment."""
        answers = (seen for visitor in self.visitors for seen in list(visitor.seen))
        return [seen for seen in answers if seen.asked_at > moment]

    @staticmethod
    def _count(visitor: Visitor, moment: float) -> int:
        return sum(seen.asked_at > moment for seen in reversed(visitor.seen))


@contextmanager
def crowd_at(port: int, path: str, workers: set[int]) -> Iterator[Crowd]:
    """Let 32 visitors or more hammer a page until the block ends; each worker has some of them."""
    lines: list[socket.socket] = []
    try:
        while len(lines) < CONNECTIONS or not workers <= set(served_by(lines, workers)):
            if len(lines) == MOST_CONNECTIONS:
                raise AssertionError(f"{served_by(lines, workers)} of {workers}")
            lines.append(_connected(port, path))
        visitors = [
            Visitor(line=line, path=path, keeps_pages=number % 2 == 1)
            for number, line in enumerate(lines)
        ]
        with _at_work(visitors) as work:
            yield Crowd(visitors=visitors, work=work)
    finally:
        for line in lines:
            line.close()


def served_by(lines: list[socket.socket], workers: set[int]) -> Counter[int]:
    """How many of these connections each process holds at the other end. Source: proc(5)."""
    owners = {
        inode: worker for worker in workers for inode in _socket_inodes(Path(f"/proc/{worker}/fd"))
    }
    ports = {(line.getpeername()[1], line.getsockname()[1]) for line in lines}
    held = (
        owners.get(fields[9])
        for fields in map(str.split, Path("/proc/net/tcp").read_text().splitlines()[1:])
        if (_port(fields[1]), _port(fields[2])) in ports
    )
    return Counter(worker for worker in held if worker is not None)


@contextmanager
def _at_work(visitors: list[Visitor]) -> Iterator[list[Future[None]]]:
    over = threading.Event()

    def work(visitor: Visitor) -> None:
        while not over.is_set():
            visitor.open_page()

    with ThreadPoolExecutor(len(visitors)) as pool:
        try:
            yield [pool.submit(work, visitor) for visitor in visitors]
        finally:
            over.set()


def _connected(port: int, path: str) -> socket.socket:
    """A connection that a worker has taken already: it answered once."""
    line = socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    Visitor(line=line, path=path, keeps_pages=False).open_page()
    return line


def _answer(line: socket.socket) -> tuple[int, dict[str, str], str]:
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(line)
    head, _, body = got.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    fields = {
        name.lower(): value.strip() for name, _, value in (text.partition(":") for text in rest)
    }
    status = int(first.split()[1])
    length = 0 if status == 304 else int(fields["content-length"])
    while len(body) < length:
        body += _more(line)
    return status, fields, body.decode()


def _more(line: socket.socket) -> bytes:
    got = line.recv(65536)
    if not got:
        raise ConnectionResetError("the server hung up in the middle")
    return got


def _name(page: str) -> str:
    found = _HEADING.search(page)
    return html.unescape(found[1]).strip() if found else ""


def _socket_inodes(folder: Path) -> Iterator[str]:
    for descriptor in folder.iterdir():
        try:
            target = str(descriptor.readlink())
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            yield target[8:-1]


def _port(place: str) -> int:
    return int(place.rpartition(":")[2], 16)
