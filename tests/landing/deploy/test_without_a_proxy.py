"""What the site's own server lets in, for whoever reaches it without a proxy."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from landing.server import HEAD_BYTES, HEAD_SECONDS
from tests.landing.deploy.fronts import DEPLOY
from tests.processes import Workshop, free_port


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A site that runs, with nobody in it."""
    made = Workshop(folder=tmp_path_factory.mktemp("bare"), port=free_port())
    made.done("wecard-landing", "migrate")
    with made.serving():
        yield made


def sent(workshop: Workshop, raw: bytes) -> bytes:
    """Send bytes; answer all that comes back until the server ends the connection."""
    answer = b""
    with socket.create_connection(("127.0.0.1", workshop.port), timeout=60) as connection:
        connection.sendall(raw)
        while piece := connection.recv(65536):
            answer += piece
    return answer


def request_with(workshop: Workshop, *lines: str, first: str = "GET / HTTP/1.1") -> bytes:
    """Write a request to the site, the last of its connection."""
    host = f"Host: 127.0.0.1:{workshop.port}"
    return "\r\n".join([first, host, *lines, "Connection: close", "", ""]).encode()


@pytest.mark.parametrize(
    ("first", "line", "status"),
    [
        ("GET / HTTP/1.0", "X-Odd: 1", b"200"),
        (f"GET /?{'x' * 5_000} HTTP/1.1", "X-Odd: 1", b"414"),
        (f"GET /{'x' * 50_000} HTTP/1.1", "X-Odd: 1", b"414"),
        ("GET / HTTP/1.1", f"Cookie: {'x' * 20_000}", b"431"),
        ("GET / HTTP/1.1", f"Cookie: {'x' * 60_000}", b"431"),
        ("GET / HTTP/1.1", "Host: evil.example", b"400"),
        ("GET evil.example:443 HTTP/1.1", "X-Odd: 1", b"400"),
        ("CONNECT evil.example:443 HTTP/1.1", "X-Odd: 1", b"400"),
        ("OPTIONS * HTTP/1.1", "X-Odd: 1", b"400"),
        ("OPTIONS / HTTP/1.1", "X-Odd: 1", b"405"),
        ("TRACE / HTTP/1.1", "X-Odd: zqCanaryqz", b"405"),
        ("GET / HTTP/1.1", "Range: bytes=0-1", b"200"),
        ("GET / HTTP/1.1", "Expect: 100-continue", b"200"),
        ("GET / HTTP/1.1", "Expect: nonsense", b"200"),
        ("GET /c/%00 HTTP/1.1", "X-Odd: 1", b"404"),
        ("GET /c/%c0%af HTTP/1.1", "X-Odd: 1", b"404"),
        ("GET /c/%zz HTTP/1.1", "X-Odd: 1", b"404"),
        ("GET /c%2f7H3K9QX2MZ4DG HTTP/1.1", "X-Odd: 1", b"404"),
    ],
)
def test_odd_request_gets_a_page_of_ours(
    workshop: Workshop, first: str, line: str, status: bytes
) -> None:
    answer = sent(workshop, request_with(workshop, line, first=first))

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split(b" ")[1] == status
    assert b"\r\nx-content-type-options: nosniff" in head
    assert b"<!doctype html>" in body
    assert b"evil" not in answer
    assert b"zqCanaryqz" not in answer


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (f"Cookie: {'x' * 2 * HEAD_BYTES}", b"431"),
        ("\r\n".join(f"X-{number}: 1" for number in range(100)), b"431"),
        ("X-Odd : 1", b"400"),
        ("Content-Length: -1", b"400"),
        ("Content-Length: 1\r\nContent-Length: 2", b"400"),
        ("Transfer-Encoding: gzip", b"400"),
    ],
)
def test_what_no_worker_should_see_is_refused_without_a_word(
    workshop: Workshop, line: str, status: bytes
) -> None:
    answer = sent(workshop, request_with(workshop, line, first="POST / HTTP/1.1"))

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split(b" ")[1] == status
    assert b"server:" not in head
    assert body == b""


def test_http_2_is_for_the_proxy(workshop: Workshop) -> None:
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"

    assert sent(workshop, preface) == b""


def test_proxies_let_go_of_a_connection_before_the_site_does() -> None:
    nginx = (DEPLOY / "nginx" / "wecard.conf").read_text(encoding="utf-8")
    caddy = (DEPLOY / "caddy" / "Caddyfile").read_text(encoding="utf-8")

    inward = [
        *re.findall(r"(?s)upstream wecard_site \{.*?keepalive_timeout (\d+)s", nginx),
        *re.findall(r"\tkeepalive (\d+)s", caddy),
    ]

    assert len(inward) == 2
    assert all(int(seconds) < HEAD_SECONDS for seconds in inward)


def test_unit_serves_where_the_proxies_look() -> None:
    places = [
        re.findall(pattern, (DEPLOY / Path(file)).read_text(encoding="utf-8"))
        for file, pattern in (
            ("systemd/wecard-landing.service", r"--bind (\S+)"),
            ("nginx/wecard.conf", r"server (\S+:\d+);"),
            ("caddy/Caddyfile", r"reverse_proxy (\S+)"),
        )
    ]

    assert places == [["127.0.0.1:8000"]] * 3
