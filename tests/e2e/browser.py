"""Debian's Chromium, headless, that speaks to this machine alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page, Response, sync_playwright

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
def chromium() -> Iterator[Browser]:
    """Start Chromium; it ends with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
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
    """What a page asked for: the responses, in order, the favicon's apart."""

    responses: list[Response] = field(default_factory=list)

    @classmethod
    def of(cls, page: Page) -> "Traffic":
        """Listen to ``page`` from now on."""
        traffic = cls()
        page.on("response", traffic._take)
        return traffic

    def _take(self, response: Response) -> None:
        if "favicon" not in response.url:
            self.responses.append(response)

    @property
    def hosts(self) -> set[str]:
        """The hosts asked, with their ports."""
        return {response.url.split("/")[2] for response in self.responses}

    @property
    def body_bytes(self) -> int:
        """The bodies' bytes as they were sent, compressed."""
        return sum(response.request.sizes()["responseBodySize"] for response in self.responses)
