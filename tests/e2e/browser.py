"""Debian's Chromium, headless, that speaks to this machine alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    Response,
    sync_playwright,
)

MessageT = TypeVar("MessageT", Request, Response)

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDTHS = (360, 1280)
SCHEMES = ("light", "dark")


@contextmanager
def chromium(*words: str) -> Iterator[Browser]:
    """Start Chromium, with further words on its command line; it ends with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *words])
        try:
            yield browser
        finally:
            browser.close()


def visitor(browser: Browser, *, locale: str = "fr-FR", width: int = 360) -> BrowserContext:
    """A stranger's phone: nothing remembered, 360 px wide."""
    return browser.new_context(
        locale=locale, viewport={"width": width, "height": 740}, device_scale_factor=2
    )


@dataclass
class Traffic:
    """What a page asked for and what came, in order, the favicon apart.

    A host that does not answer was asked all the same: hosts are those of the requests.
    """

    requests: list[Request] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)

    @classmethod
    def of(cls, page: Page) -> "Traffic":
        """Listen to ``page`` from now on."""
        traffic = cls()
        page.on("request", lambda request: traffic._take(request, traffic.requests))
        page.on("response", lambda response: traffic._take(response, traffic.responses))
        return traffic

    def _take(self, message: MessageT, into: list[MessageT]) -> None:
        if "favicon" not in message.url:
            into.append(message)

    @property
    def hosts(self) -> set[str]:
        """The hosts asked, with their ports."""
        return {request.url.split("/")[2] for request in self.requests}

    @property
    def body_bytes(self) -> int:
        """The bodies' bytes as they were sent, compressed."""
        return sum(response.request.sizes()["responseBodySize"] for response in self.responses)
