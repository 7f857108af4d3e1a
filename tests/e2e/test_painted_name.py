"""The clock of the first sight: it stops when the name is on the screen, and not before.

Limits of time are one-sided here: a page that holds its name back for a second cannot be seen to
show it sooner, however slow the machine is.
"""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser

from tests.bench.painted import Emulated, name_painted_ms, new_phone
from tests.e2e.browser import chromium

NAME = "Zoé Lefèvre"
HELD_BACK_SECONDS = 1.0
HIDDEN_AT_FIRST = (
    "<style>h1 { visibility: hidden; animation: show 1ms 1s forwards }"
    "@keyframes show { to { visibility: visible } }</style><h1>"
)
HEADS = {
    "/at-once": ("<h1>", NAME),
    "/held-back": ("<p>Dupont Industries", f"</p><h1>{NAME}"),
    "/hidden": (HIDDEN_AT_FIRST, NAME),
    "/other-name": ("<h1>", "Page not found"),
}


class Pages(BaseHTTPRequestHandler):
    """A few pages; one sends its name a second after all the rest."""

    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        """Send a page in two parts."""
        first, second = HEADS.get(self.path, ("<p>", "other"))
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(f"<!doctype html><title>t</title>{first}".encode())
        if self.path == "/held-back":
            time.sleep(HELD_BACK_SECONDS)
        self.wfile.write(second.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The pages' address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as started:
        yield started


def test_name_is_seen_to_be_painted(browser: Browser, site: str) -> None:
    with new_phone(browser, before=f"{site}/other") as phone:
        painted_ms = name_painted_ms(phone, f"{site}/at-once", NAME)

    assert painted_ms > 0


@pytest.mark.parametrize("page", ["held-back", "hidden"])
def test_name_that_comes_late_is_not_painted_before(browser: Browser, site: str, page: str) -> None:
    with new_phone(browser, before=f"{site}/other") as phone:
        painted_ms = name_painted_ms(phone, f"{site}/{page}", NAME)

    assert painted_ms >= 1000 * HELD_BACK_SECONDS


def test_emulated_network_holds_the_name_back(browser: Browser, site: str) -> None:
    slow = Emulated(latency_ms=1500, down_bits=1e6, up_bits=1e6)

    with new_phone(browser, before=f"{site}/other") as phone:
        painted_ms = name_painted_ms(phone, f"{site}/at-once", NAME, slow)

    assert painted_ms >= 1500


def test_another_name_is_no_figure(browser: Browser, site: str) -> None:
    with (
        new_phone(browser, before=f"{site}/other") as phone,
        pytest.raises(AssertionError, match="Page not found"),
    ):
        name_painted_ms(phone, f"{site}/other-name", NAME)
