"""Who sends slowly waits at the proxy, and nobody waits behind them."""

import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from landing.server import BLOCKING_THREADS
from tests.landing.deploy.fronts import NAME, PROXIES, Front, fronted, without
from tests.landing.web.cast import ZOE_CARD

TAP = f"/c/{ZOE_CARD}"
SENDERS = 3 * BLOCKING_THREADS
HEAD = (
    f"POST {TAP}/connect HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 60000\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n\r\nmessage="
)
UNBUFFERED = {
    "nginx": lambda text: text.replace(
        "proxy_request_buffering on;", "proxy_request_buffering off;"
    ),
    "caddy": without("buffer_requests"),
}


@contextmanager
def dripping(front: Front) -> Iterator[list[ssl.SSLSocket]]:
    """Begin more forms than the site has threads, and send each byte by byte."""
    context = ssl.create_default_context(cafile=front.folder / "cert.pem")
    with ExitStack() as opened:
        senders = []
        for _ in range(SENDERS):
            plain = socket.create_connection(("127.0.0.1", front.https), timeout=20)
            sender = opened.enter_context(context.wrap_socket(plain, server_hostname=NAME))
            sender.sendall(HEAD.encode())
            senders.append(sender)
        for _ in range(20):
            for sender in senders:
                sender.sendall(b"x")
        yield senders


def test_slow_senders_keep_nobody_waiting(front: Front) -> None:
    with dripping(front):
        answers = [front.ask(TAP) for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 200]


@pytest.mark.parametrize("proxy", PROXIES)
def test_slow_sender_who_is_let_through_would_be_noticed(proxy: str, tmp_path: Path) -> None:
    with (
        fronted(proxy, tmp_path / "front", change=UNBUFFERED[proxy]) as front,
        dripping(front),
        pytest.raises(subprocess.CalledProcessError),
    ):
        front.ask(TAP, "--max-time", "4")
