"""The proxies' own pages in a real browser: in their colours, at any width, without a finding."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.e2e.browser import chromium
from tests.landing.deploy.fronts import Front, fronted

SHEETS = {"light": "rgb(255, 255, 255)", "dark": "rgb(23, 28, 31)"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all of them."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """A proxy whose site is not there; Caddy's pages are the same ones, under the same headers."""
    with fronted("nginx", tmp_path_factory.mktemp("stopped") / "front", serving=False) as running:
        yield running


def _opened(browser: Browser, front: Front, scheme: str, width: int) -> Page:
    context = browser.new_context(
        ignore_https_errors=True,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 640},
    )
    page = context.new_page()
    answer = page.goto(f"https://127.0.0.1:{front.https}/c/7H3K9QX2MZ4DG")
    assert answer is not None
    assert answer.status == 502
    return page


@pytest.mark.parametrize("scheme", SHEETS)
@pytest.mark.parametrize("width", [320, 1280])
def test_page_of_a_stopped_site_looks_right(
    browser: Browser, stopped: Front, scheme: str, width: int
) -> None:
    page = _opened(browser, stopped, scheme, width)

    sheet = page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor")
    overflow = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    findings = [finding["id"] for finding in found.response["violations"]]
    page.context.close()

    assert sheet == SHEETS[scheme]
    assert not overflow
    assert findings == []


def test_page_without_its_style_would_be_noticed(browser: Browser, tmp_path: Path) -> None:
    def change(text: str) -> str:
        return text.replace("style-src 'sha256-", "style-src 'sha256-x")

    with fronted("nginx", tmp_path / "front", serving=False, change=change) as front:
        page = _opened(browser, front, "light", 320)
        sheet = page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor")

    assert sheet != SHEETS["light"]
