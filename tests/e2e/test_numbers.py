"""The owner's numbers in a real browser: legible at every width, in light, dark and forced colours.

The site runs in this process: what is looked at is the page, not how it is served.
"""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from landing.profile.model import Profile
from landing.storage.database import open_database
from landing.storage.taps import TapChannel, TapKey, add_taps
from landing.web.numbers import SPANS
from landing.web.numbers_key import new_numbers_path
from tests.e2e.browser import SCHEMES, WIDTHS, Traffic, chromium, visitor
from tests.landing.web.cast import COMPANY, COMPANY_CARD, MARC, NOW, ZOE, ZOE_CARD, make_site
from tests.processes import free_port

PICTURES = os.environ.get("WECARD_PICTURES")  # where to keep the screenshots, if anywhere
SECOND_CARD = "WEMETCARD2346"
HUGE = 12_345_678
BUSY: dict[TapChannel, float] = {"chip": 6, "qr": 3, "link": 2, "vcard": 3, "form": 1.6}

# Every text of the drawing, as far as it reaches out of it on either side; in CSS pixels.
_OVERHANG = """() => {
  const chart = document.querySelector('svg.chart').getBoundingClientRect();
  return Math.max(...[...document.querySelectorAll('svg.chart text')].map(text => {
    const box = text.getBoundingClientRect();
    return Math.max(chart.left - box.left, box.right - chart.right,
                    chart.top - box.top, box.bottom - chart.bottom);
  }));
}"""
# Every two texts of the drawing that stand on one another.
_COLLISIONS = """() => {
  const texts = [...document.querySelectorAll('svg.chart text')];
  const boxes = texts.map(text => text.getBoundingClientRect());
  return boxes.flatMap((one, at) => boxes.slice(at + 1)
    .map((two, next) => [one, two, at, at + 1 + next])
    .filter(([a, b]) => a.left < b.right && b.left < a.right
                        && a.top + 2 < b.bottom && b.top + 2 < a.bottom)
    .map(([a, b, i, j]) => texts[i].textContent + ' | ' + texts[j].textContent));
}"""


class _Quiet(WSGIRequestHandler):
    """A server that says nothing of each request."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002
        """Keep still."""


@dataclass(frozen=True, slots=True)
class Pages:
    """A running site, and the address of each owner's page."""

    site: str
    paths: dict[str, str]

    def url(self, owner: Profile, days: int) -> str:
        """Where an owner's page stands."""
        return f"{self.site}{self.paths[owner.uid]}?days={days}"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """Zoé after a fair, a company with huge numbers, and Marc whom nobody has tapped yet."""
    port = free_port()
    site = make_site(tmp_path_factory.mktemp("numbers"), site_url=f"http://127.0.0.1:{port}")
    url, lock_path = site.settings.database_url, site.settings.lock_path
    with open_database(url, lock_path) as store, store.writing() as db:
        add_taps(db, _fair(ZOE, (ZOE_CARD, SECOND_CARD, "")))
        add_taps(db, {TapKey(COMPANY.uid, COMPANY_CARD, NOW.date(), way): HUGE for way in BUSY})
        paths = {
            owner.uid: new_numbers_path(db, owner.uid, random=secrets.token_urlsafe)
            for owner in (ZOE, MARC, COMPANY)
        }
    server = make_server("127.0.0.1", port, site.app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield Pages(f"http://127.0.0.1:{port}", paths)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the whole file."""
    with chromium() as running:
        yield running


def _fair(owner: Profile, tokens: tuple[str, ...]) -> dict[TapKey, int]:
    """A year of quiet weeks, and three days of a fair."""
    random = Random(3)
    counts: dict[TapKey, int] = {}
    for back in range(366):
        day = NOW.date() - timedelta(days=back)
        lively = 6 if back in (10, 11, 12) else 1 if day.weekday() < 5 else 0.2
        for token in tokens:
            for way, usual in BUSY.items():
                count = int(random.random() * usual * lively * 2)
                if count and (way == "link") == (token == ""):
                    counts[TapKey(owner.uid, token, day, way)] = count
    return counts


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("name", "owner", "days"),
    [
        ("numbers", ZOE, 30),
        ("numbers-year", ZOE, 365),
        ("numbers-huge", COMPANY, 30),
        ("numbers-none", MARC, 30),
    ],
    ids=["month", "year", "huge", "none"],
)
def test_page_has_no_accessibility_fault_and_no_word_out_of_place(
    pages: Pages, browser: Browser, name: str, owner: Profile, days: int, width: int, scheme: str
) -> None:
    with visitor(browser, width=width) as phone:
        page = phone.new_page()
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")

        page.goto(pages.url(owner, days))

        _keep_picture(page, f"{name}-{width}-{scheme}")
        page.locator("summary").click()
        assert _axe_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("owner", [ZOE, COMPANY, MARC], ids=["fair", "huge", "none"])
@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_no_word_of_the_chart_is_cut_off_or_stands_on_another_at_320_px(
    pages: Pages, browser: Browser, owner: Profile, locale: str
) -> None:
    with visitor(browser, width=320, locale=locale) as phone:
        page = phone.new_page()

        for days in SPANS:
            page.goto(pages.url(owner, days))

            assert page.evaluate(_OVERHANG) <= 0.5
            assert page.evaluate(_COLLISIONS) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_word_that_is_cut_off_or_covered_would_be_noticed(pages: Pages, browser: Browser) -> None:
    with visitor(browser, width=320) as phone:
        page = phone.new_page()
        page.goto(pages.url(ZOE, 30))

        page.evaluate("document.querySelectorAll('svg.chart text')[1].textContent = 'W'.repeat(60)")

        assert page.evaluate(_OVERHANG) > 0.5
        assert page.evaluate(_COLLISIONS) != []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_bars_can_be_told_from_the_page_and_from_one_another(
    pages: Pages, browser: Browser, scheme: str
) -> None:
    """Source: WCAG 2.2, 1.4.11 (3 : 1 against what is beside); by lightness, whatever the hue."""
    with visitor(browser) as phone:
        page = phone.new_page()
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(pages.url(ZOE, 30))

        colours = {
            mark: page.evaluate(f"getComputedStyle(document.querySelector('.chart .{mark}')).fill")
            for mark in ("chip", "qr", "link", "quiet")
        }
        paper = page.evaluate("getComputedStyle(document.querySelector('.sheet')).backgroundColor")

    assert {mark for mark, fill in colours.items() if _contrast(fill, paper) < 3} == set()
    assert _contrast(colours["chip"], colours["qr"]) > 1.6
    assert _contrast(colours["chip"], colours["link"]) > 2


def test_bars_keep_apart_where_the_reader_forces_the_colours(
    pages: Pages, browser: Browser
) -> None:
    with visitor(browser) as phone:
        page = phone.new_page()
        page.emulate_media(forced_colors="active")
        page.goto(pages.url(ZOE, 30))

        fills = {
            page.evaluate(f"getComputedStyle(document.querySelector('.chart .{mark}')).fill")
            for mark in ("chip", "qr", "link")
        }
        _keep_picture(page, "numbers-360-forced")

    assert len(fills) == 3


def test_page_stays_at_home_and_keeps_nothing(pages: Pages, browser: Browser) -> None:
    with visitor(browser) as phone:
        page = phone.new_page()
        traffic = Traffic.of(page)

        page.goto(pages.url(ZOE, 365), wait_until="networkidle")

        assert len(traffic.requests) == 1
        assert page.context.cookies() == []
        assert page.locator("script").count() == 0
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_other_span_and_the_table_are_reached_by_the_keyboard(
    pages: Pages, browser: Browser
) -> None:
    with visitor(browser) as phone:
        page = phone.new_page()
        page.goto(pages.url(ZOE, 30))

        page.locator(".spans a").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**?days=7")
        page.locator("summary").focus()
        page.keyboard.press("Enter")

        assert page.locator("details table tbody tr").count() == 7
        assert page.locator("details table").is_visible()


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    parts = [int(part) / 255 for part in colour.removeprefix("rgb(").rstrip(")").split(",")[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _axe_findings(page: Page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    return [violation["id"] for violation in found.response["violations"]]


def _keep_picture(page: Page, name: str) -> None:
    if PICTURES:
        shot = Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB")
        shot.quantize(256).save(Path(PICTURES) / f"{name}.png", optimize=True)
