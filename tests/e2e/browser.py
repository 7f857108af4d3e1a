"""Debian's Chromium, headless, that speaks to this machine alone."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    Response,
    sync_playwright,
)

MessageT = TypeVar("MessageT", Request, Response)

PICTURES = os.environ.get("WECARD_PICTURES")  # where to keep the screenshots, if anywhere
PICTURE_COLOURS, PICTURE_BYTES = (256, 96, 48, 24), 120_000
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
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"


@contextmanager
def chromium(*words: str) -> Iterator[Browser]:
    """Start Chromium, with further words on its command line; it ends with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *words])
        try:
            yield browser
        finally:
            browser.close()


def visitor(
    browser: Browser,
    *,
    locale: str = "fr-FR",
    width: int = 360,
    height: int = 740,
    agent: str | None = None,
    java_script: bool = True,
) -> BrowserContext:
    """A stranger's phone: nothing remembered, 360 px wide."""
    return browser.new_context(
        locale=locale,
        viewport={"width": width, "height": height},
        device_scale_factor=2,
        user_agent=agent,
        java_script_enabled=java_script,
    )


def keep_picture(page: Page, name: str) -> None:
    """Keep what the page looks like, if the run is told where (``WECARD_PICTURES``)."""
    if PICTURES:
        keep_image(Image.open(BytesIO(page.screenshot(full_page=True))), name)


def keep_image(image: Image.Image, name: str) -> None:
    """Keep a picture in few colours, if the run is told where."""
    if PICTURES:
        file = Path(PICTURES) / f"{name}.png"
        for colours in PICTURE_COLOURS:
            image.convert("RGB").quantize(colours).save(file, optimize=True)
            if file.stat().st_size < PICTURE_BYTES:
                break


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
