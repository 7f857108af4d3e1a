"""A site's counter on loopback that answers as a test tells it, also what no site would."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DRIP_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer; ``drips`` sends it a byte at a time, ``raw`` in the place of HTTP."""

    status: int = 200
    kind: str = "application/json"
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()
    length: int | None = None
    drips: bool = False
    raw: bytes | None = None
    delay: float = 0.0


@dataclass(slots=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def tokens(self) -> list[str]:
        """The cards of a report."""
        return [card["token"] for card in json.loads(self.body)["cards"]]


Answerer = Callable[[Asked], Reply]


@dataclass(slots=True)
class Counter:
    """The server, what it was asked, and how it answers."""

    port: int
    answer: Answerer
    asked: list[Asked] = field(default_factory=list)

    @property
    def site(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


def problem(status: int, detail: str = "No.", **more: Any) -> Reply:
    """A problem document."""
    body = json.dumps({"status": status, "detail": detail, **more}).encode()
    return Reply(status=status, kind="application/problem+json", body=body)


def taken(asked: Asked, *, withdrawn: tuple[str, ...] = ()) -> Reply:
    """All cards of a report booked."""
    document = json.loads(asked.body)
    active = len(document["cards"]) - len(withdrawn)
    counts = {"active": active, "unclaimed": 0, "again": 0, "unchanged": 0}
    answer = {"job": document["job"], **counts, "withdrawn": list(withdrawn)}
    return Reply(body=json.dumps(answer).encode())


@contextmanager
def counter(answer: Answerer) -> Iterator[Counter]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def log_message(self, *_: object) -> None:
            pass

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = Asked(self.command, self.path, dict(self.headers.items()), body)
            served.asked.append(asked)
            reply = served.answer(asked)
            time.sleep(reply.delay)
            try:
                self._send(reply)
            except OSError:  # the asker has had enough
                self.close_connection = True

        def _send(self, reply: Reply) -> None:
            if reply.raw is not None:
                self.wfile.write(reply.raw)
                self.close_connection = True
                return
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            length = len(reply.body) if reply.length is None else reply.length
            self.send_header("Content-Length", str(length))
            for name, value in reply.headers:
                self.send_header(name, value)
            self.end_headers()
            for part in [reply.body] if not reply.drips else [b"%c" % byte for byte in reply.body]:
                self.wfile.write(part)
                time.sleep(DRIP_SECONDS if reply.drips else 0)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = Counter(server.server_address[1], answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
