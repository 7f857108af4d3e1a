"""The tap page: what it weighs, and how fast it is answered beside a server that does nothing."""

import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from landing.contract.documents import parse_job
from tests.bench.figures import Figure, Suite
from tests.factories import ZOE, write_people
from tests.processes import Workshop, free_port, wait_until_ready

FIRST_VIEW_LIMIT_KB = 14.0
CONNECTIONS = 32
SECONDS = 8
_METHOD = (
    f"`wrk`, {CONNECTIONS} keep-alive connections, {SECONDS} s, one worker. The peer is a bare WSGI"
    " application that\nanswers constant bytes of the same length from the same server. Weight is"
    " of the bodies as sent,\nwith the picture and the logo."
)
_BARE = """
import sys
from granian.constants import Interfaces
from granian.server import Server
BODY = b"x" * int(sys.argv[2])
HEADERS = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(BODY)))]
def app(environ, start_response):
    start_response("200 OK", HEADERS)
    return [BODY]
Server("bare", port=int(sys.argv[1]), interface=Interfaces.WSGI, workers=1, blocking_threads=8,
       log_enabled=False, websockets=False).serve(target_loader=lambda *_: app, wrap_loader=False)
"""


def measure() -> Suite:
    """Make one card, weigh its page, and ask for it as often as can be."""
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(folder=Path(folder), port=free_port())
        url = active_card(workshop)
        with workshop.serving():
            weight, page_bytes = _weight(url)
            page = _requests_per_second(url)
        bare = _bare_requests_per_second(page_bytes)
    return Suite(
        title="The tap page",
        method=_METHOD,
        figures=(
            Figure(
                what="first view, compressed",
                ours=weight,
                against="limit",
                theirs=FIRST_VIEW_LIMIT_KB,
                unit="kB",
            ),
            Figure(
                what="page, requests a second",
                ours=page,
                against="bare WSGI, same server",
                theirs=bare,
                unit="/s",
            ),
        ),
    )


def active_card(workshop: Workshop) -> str:
    people = write_people(workshop.folder, (ZOE,))
    workshop.done("wecard-landing", "migrate")
    workshop.done("wecard-landing", "profile", "import", people)
    workshop.done("wecard-landing", "job", "new", "--out", "job.json")
    workshop.done(
        "wecard-encoder", *"run job.json --reader sim --report report.json --json".split()
    )
    workshop.done("wecard-landing", "job", "report", "report.json")
    job = parse_job((workshop.folder / "job.json").read_text(encoding="utf-8"))
    return job.items[0].url


def _weight(url: str) -> tuple[float, int]:
    page, text = _get(url, {"Accept-Encoding": "br"}), _get(url, {}).decode()
    site = url.split("/c/")[0]
    pictures = set(re.findall(r'(?:src|srcset)="(/m/[^" ]+\.webp)', text))
    total = len(page) + sum(len(_get(site + picture, {})) for picture in pictures)
    return total / 1000, len(page)


def _get(url: str, headers: dict[str, str]) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
        content: bytes = answer.read()
    return content


def _bare_requests_per_second(length: int) -> float:
    port = free_port()
    server = subprocess.Popen([sys.executable, "-c", _BARE, str(port), str(length)])
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/", server)
        return _requests_per_second(f"http://127.0.0.1:{port}/")
    finally:
        server.terminate()
        server.wait(timeout=30)


def _requests_per_second(url: str) -> float:
    words = f"wrk -t1 -c{CONNECTIONS} -d{SECONDS}s -H".split()
    result = subprocess.run(
        [*words, "Accept-Encoding: br", url], capture_output=True, text=True, check=True
    )
    if "Non-2xx" in result.stdout:
        raise AssertionError(result.stdout)
    found = re.search(r"Requests/sec:\s+([\d.]+)", result.stdout)
    if found is None:
        raise AssertionError(result.stdout)
    return float(found[1])
