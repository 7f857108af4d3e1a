"""Odd bytes over a socket, to the real server: none kills a worker or brings out a fault."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from landing.web.headers import security_headers
from landing.web.resources import resource_dir
from landing.web.stylesheet import read_stylesheet
from tests.landing.web.cast import SITE_URL, make_site
from tests.landing.web.odd_requests import CANARY, OddRequest, odd_requests
from tests.processes import Workshop, free_port

OVER_A_SOCKET = 5_000
AT_ONCE = 48
SEED = 20_261_126
PATIENCE_SECONDS = 120  # for what is a whole request; it is the test that fails, not the machine
ODD_SECONDS = 1  # for what is none: the server may well wait for the rest
GUARDED = tuple(
    name.lower().encode()
    for name in security_headers(read_stylesheet(resource_dir("static") / "site.css"))
)
_ANSWER = re.compile(rb"(?s)HTTP/1\.[01] (\d{3})[^\r\n]*\r\n(.*?)\r\n\r\n")
_BARE = (b"400", b"414", b"431")  # what the server refuses itself, without a word


def written(asked: OddRequest) -> bytes:
    """Write a request down as it goes over the wire, to be the connection's last."""
    lines = [asked.method.encode() + b" " + (asked.target or b"/") + b" HTTP/1.1"]
    lines += [
        f"{name}: {value}".encode("latin-1")
        for name, value in asked.headers
        # What is said again would be hidden; a connection that is kept would be waited for.
        if name not in ("Accept-Encoding", "Connection", "Upgrade")
    ]
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + asked.body


def plain(random: Random) -> bytes:
    """Write a whole request that must be answered, whatever stands in it."""
    (asked,) = odd_requests(random, 1)
    lines = written(asked).partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    kept = filter(_is_harmless, lines)
    return b"\r\n".join([b"GET /c/" + CANARY.encode() + b" HTTP/1.1", *kept]) + b"\r\n\r\n"


def _is_harmless(line: bytes) -> bool:
    """Whether a header leaves a request without a body as whole as it was."""
    lengths = (b"content-length", b"transfer-encoding", b"expect")
    return not line.lower().startswith(lengths)


def torn(random: Random, raw: bytes) -> bytes:
    """Tear a request: bits turned, bytes put in or left out, parts twice, ends of lines changed."""
    for _ in range(random.choice((1, 1, 2, 5))):
        at, to = sorted(random.randrange(len(raw) + 1) for _ in range(2))
        match random.randrange(7):
            case 0:
                raw = raw[:at] + random.randbytes(random.randrange(1, 5)) + raw[at:]
            case 1:
                raw = raw[:at] + raw[at + random.randrange(1, 9) :]
            case 2:
                raw = raw[:to] + raw[at : at + 400] + raw[to:]
            case 3:
                raw = raw[:at]
            case 4:
                raw = raw.replace(b"\r\n", random.choice((b"\n", b"\r", b"\r\n ", b"\n\r\n")), 3)
            case 5:
                raw = raw.replace(b"HTTP/1.1", random.choice((b"HTTP/1.0", b"HTTP/2.0", b"X")), 1)
            case _:
                head, _, body = raw.partition(b"\r\n\r\n")
                sizes = (b"%x" % len(body), b"-1", b"zz", b"ffffffffffffffff", b"0")
                chunk = random.choice(sizes) + b"\r\n" + body + b"\r\n0\r\n\r\n"
                raw = head + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk
    return raw


def odd_bytes(random: Random, count: int) -> Iterator[tuple[bytes, bool]]:
    """Make what is sent, and tell whether it is a whole request, which must be answered."""
    for number in range(count):
        kind = number % 10
        if kind < 3:
            yield plain(random), True
        elif kind == 9:
            yield random.randbytes(random.randrange(1, 3000)), False
        else:
            (asked,) = odd_requests(random, 1)
            raw = written(asked)
            yield (raw if kind < 6 else torn(random, raw)), False


def faults_in(answer: bytes, *, must_answer: bool) -> Iterator[str]:
    """Tell what is wrong with all that came back over one connection."""
    answers = [found for found in _ANSWER.findall(answer) if found[0] != b"100"]
    if must_answer and not answers:
        yield "there is no answer"
    for status, head in answers:
        names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n")]
        if status >= b"500":
            yield f"the status is {status.decode()}"
        if status not in _BARE or b"content-length: 0" not in head.lower():
            missing = [name for name in GUARDED if name not in names]
            yield from (f"{name.decode()} is missing" for name in missing)
    if CANARY.encode() in answer:
        yield "something of the request is said again"
    if b"Traceback" in answer or b"panicked" in answer:
        yield "a failure is shown"


async def _send(port: int, raw: bytes, seconds: float) -> bytes:
    """Send it all, then read until the server ends the connection, or for so long."""
    answer = b""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(seconds):
            writer.write(raw)
            await writer.drain()
            while piece := await reader.read(65536):
                answer += piece
    except (TimeoutError, ConnectionError):
        pass  # what came until then is what is looked at
    finally:
        writer.close()
    return answer


async def _send_all(port: int, sent: list[tuple[bytes, bool]]) -> list[str]:
    """Send everything, many at once; answer the faults, each with what was sent."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(raw: bytes, whole: bool) -> list[str]:
        async with turns:
            answer = await _send(port, raw, PATIENCE_SECONDS if whole else ODD_SECONDS)
        faults = faults_in(answer, must_answer=whole)
        return [f"{fault}: {raw[:2000]!r}" for fault in faults if not _is_typed_code(raw, fault)]

    told = await asyncio.gather(*(one(raw, whole) for raw, whole in sent))
    return [fault for faults in told for fault in faults]


def _is_typed_code(raw: bytes, fault: str) -> bool:
    """What is typed as a code, or into the form, is shown to its writer again."""
    return "said again" in fault and (b"code=" in raw or b"POST" in raw.upper())


class NamedSite(Workshop):
    """A site under the name that the requests ask for."""

    def variables(self) -> dict[str, str]:
        """The settings, with the cast's own address."""
        return Workshop.variables(self) | {"WECARD_SITE_URL": SITE_URL}


def test_odd_bytes_break_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    workshop = NamedSite(folder=tmp_path, port=free_port(), secret="k" * 32)
    make_site(tmp_path / "site")
    sent = list(odd_bytes(Random(SEED), OVER_A_SOCKET))

    with workshop.serving("--workers", "2") as server:
        workers = _workers_of(server.pid)
        faults = asyncio.run(_send_all(workshop.port, sent))
        still = _workers_of(server.pid)

    assert faults == []
    assert len(workers) == 2
    assert still == workers
    assert capfd.readouterr().err == ""


def test_what_is_sent_is_odd_in_many_ways() -> None:
    kinds = Counter(whole for _, whole in odd_bytes(Random(SEED), 1000))

    assert kinds == {True: 300, False: 700}
    assert len({raw for raw, _ in odd_bytes(Random(SEED), 1000)}) > 900


GUARD = b"".join(name + b": x\r\n" for name in GUARDED)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "there is no answer"),
        (b"HTTP/1.1 500 Internal Server Error\r\n" + GUARD + b"\r\n", "the status is 500"),
        (b"HTTP/1.1 200 OK\r\n" + GUARD + b"\r\nHTTP/1.1 502 Bad\r\n" + GUARD + b"\r\n", "502"),
        (b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", "x-robots-tag is missing"),
        (b"HTTP/1.1 400 Bad\r\ncontent-length: 2\r\n\r\nno", "x-robots-tag is missing"),
        (b"HTTP/1.1 200 OK\r\n" + GUARD + b"\r\n" + CANARY.encode(), "said again"),
    ],
)
def test_broken_answer_would_be_noticed(answer: bytes, told: str) -> None:
    faults = list(faults_in(answer, must_answer=True))

    assert any(told in fault for fault in faults)


def test_whole_answers_are_right() -> None:
    bare = b"HTTP/1.1 431 Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"

    assert list(faults_in(b"HTTP/1.1 200 OK\r\n" + GUARD + b"\r\n" + bare, must_answer=True)) == []


def _workers_of(parent: int) -> list[int]:
    text = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return sorted(int(pid) for pid in text.split())
