"""A blank card finds its owner, and shows its code to another phone: in a real browser."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page

from landing.contract.activation import format_activation
from landing.contract.documents import JobItem, dump_report, parse_job
from landing.contract.url import qr_url
from tests.e2e.browser import SCHEMES, WIDTHS, Traffic, chromium, visitor
from tests.factories import ZOE, write_people
from tests.landing.records import a_reported_card, report_of
from tests.processes import Workshop, free_port

PICTURES = os.environ.get("WECARD_PICTURES")  # where to keep the screenshots, if anywhere
LEA = {
    "given_name": "Léa",
    "family_name": "Barthès",
    "company": "Fromagerie du Causse",
    "function": "Maître fromagère",
    "mobile": "06 39 98 12 34",
    "email": "lea.barthes@fromagerie.example",
    "website": "www.fromagerie.example",
}
ELSEWHERE = "elsewhere.example"
PIXEL_RATIO = 2  # as tests/e2e/browser.py has it
QUIET_ZONE = 4
SIDE = 25 + 2 * QUIET_ZONE  # modules of a card's code on a host as short as this one


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A site that serves, Zoé's card, and blank ones with their codes."""

    workshop: Workshop
    zoe: str
    blanks: list[JobItem]

    def page(self, token: str) -> str:
        """The address on a card's chip."""
        return f"{self.workshop.site}/c/{token}"


@pytest.fixture(scope="module")
def parcel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parcel]:
    """A site that serves, with one card of Zoé's and three of nobody."""
    workshop = Workshop(folder=tmp_path_factory.mktemp("workshop"), port=free_port())
    people = write_people(workshop.folder, (ZOE,))
    workshop.done("wecard-landing", "migrate")
    workshop.done("wecard-landing", "profile", "import", people)
    workshop.done("wecard-landing", "profile", "set", "zoe", "--slug", "zoe-lefevre")
    zoe, *_ = _made(workshop, 0)
    blanks = _made(workshop, 100, "--blank", "3")
    with workshop.serving():
        yield Parcel(workshop=workshop, zoe=zoe.token, blanks=blanks)


def _made(workshop: Workshop, first: int, *words: str) -> list[JobItem]:
    """Order cards, and report that they were encoded."""
    path, report = workshop.folder / f"{first}.json", workshop.folder / f"report-{first}.json"
    workshop.done("wecard-landing", "job", "new", "--out", path, *words)
    job = parse_job(path.read_text(encoding="utf-8"))
    cards = tuple(a_reported_card(item.token, first + item.position) for item in job.items)
    report.write_text(dump_report(replace(report_of(job), cards=cards)), encoding="utf-8")
    workshop.done("wecard-landing", "job", "report", report)
    return list(job.items)


@pytest.fixture(scope="module")
def browser(parcel: Parcel) -> Iterator[Browser]:
    """Chromium, for the whole file; to it, one more host is this machine."""
    with chromium(f"--host-resolver-rules=MAP {ELSEWHERE} {parcel.workshop.site[7:]}") as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A French visitor's phone."""
    with visitor(browser) as phone:
        yield phone.new_page()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["activation", "qr"])
def test_pages_have_no_accessibility_fault(
    parcel: Parcel, browser: Browser, name: str, width: int, scheme: str
) -> None:
    addresses = {
        "activation": parcel.page(parcel.blanks[0].token),
        "qr": f"{parcel.page(parcel.zoe)}/qr",
    }
    with visitor(browser, width=width) as phone:
        page = phone.new_page()
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")

        page.goto(addresses[name])

        assert _axe_findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        _keep_picture(page, f"{name}-{width}-{scheme}")


def test_refused_form_keeps_the_words_and_looks_right(parcel: Parcel, page: Page) -> None:
    page.goto(parcel.page(parcel.blanks[0].token))
    _fill(page, parcel.blanks[1])

    with page.expect_response(lambda answer: answer.request.method == "POST") as answering:
        page.locator("form [type=submit]").click()

    assert answering.value.status == 422
    for name, words in LEA.items():
        assert page.locator(f"[name={name}]").input_value() == words
    assert page.evaluate("document.activeElement.name") == "code"
    assert _axe_findings(page) == []
    _keep_picture(page, "activation-refused-360-light")


def test_blank_card_is_its_owners_after_one_form(parcel: Parcel, page: Page) -> None:
    traffic = Traffic.of(page)
    blank = parcel.blanks[1]
    page.goto(parcel.page(blank.token))
    _fill(page, blank)

    page.locator("form [type=submit]").click()
    page.wait_for_selector("text=Léa Barthès")

    assert page.url == parcel.page(blank.token)
    assert "06 39 98 12 34" in page.inner_text("body")
    assert page.context.cookies() == []
    assert page.locator("script").count() == 0
    assert traffic.hosts == {f"127.0.0.1:{parcel.workshop.port}"}
    assert _axe_findings(page) == []


def test_blank_card_is_claimed_with_the_keyboard_alone(parcel: Parcel, page: Page) -> None:
    blank = parcel.blanks[2]
    page.goto(parcel.page(blank.token))

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "code"
    page.keyboard.type(_code(blank).lower())
    page.keyboard.press("Tab")
    page.keyboard.type("Noé")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Noé')")

    assert page.url == parcel.page(blank.token)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("width", "height"), [(320, 568), (360, 740), (740, 360), (568, 320), (1280, 800)]
)
def test_code_is_read_from_the_screen_and_fills_it(
    parcel: Parcel, browser: Browser, width: int, height: int, scheme: str
) -> None:
    with visitor(browser, width=width) as phone:
        page = phone.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(f"{parcel.page(parcel.zoe)}/qr")

        box = page.locator("main svg").bounding_box()
        shot = Image.open(BytesIO(page.screenshot()))

        assert _codes(shot) == [qr_url(parcel.workshop.site, parcel.zoe)]
        assert box is not None
        assert box["width"] >= 0.85 * min(width, height)
        assert box["y"] + box["height"] <= height
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        _assert_white_around(shot, box)


def test_dark_plate_would_be_noticed(parcel: Parcel, page: Page) -> None:
    page.goto(f"{parcel.page(parcel.zoe)}/qr")
    box = page.locator("main svg").bounding_box()
    assert box is not None

    page.evaluate("document.querySelector('main svg path').setAttribute('fill', '#171c1f')")

    with pytest.raises(AssertionError):
        _assert_white_around(Image.open(BytesIO(page.screenshot())), box)


@pytest.mark.parametrize("emulated", [{"forced_colors": "active"}, {"media": "print"}])
def test_code_is_read_in_forced_colours_and_in_print(
    parcel: Parcel, page: Page, emulated: dict[str, str]
) -> None:
    page.emulate_media(color_scheme="dark", **emulated)  # type: ignore[arg-type]
    page.goto(f"{parcel.page(parcel.zoe)}/qr")

    shot = Image.open(BytesIO(page.screenshot()))

    assert _codes(shot) == [qr_url(parcel.workshop.site, parcel.zoe)]


def test_scanned_code_of_a_profile_opens_it(parcel: Parcel, page: Page) -> None:
    page.goto(f"{parcel.workshop.site}/p/zoe-lefevre/qr")
    (text,) = _codes(Image.open(BytesIO(page.screenshot())))

    answer = page.goto(text)

    assert text == f"{parcel.workshop.site}/p/zoe-lefevre".upper()
    assert answer is not None
    assert answer.status == 200
    assert "Zoé Lefèvre" in page.inner_text("h1")


def test_typed_code_leads_on_through_a_card_in_redirect_mode(parcel: Parcel, page: Page) -> None:
    """The policy of our forms must not keep a browser from following where the card leads."""
    parcel.workshop.done("wecard-landing", "card", "redirect", parcel.zoe, f"http://{ELSEWHERE}/x")
    page.goto(parcel.workshop.site)
    page.locator("[name=code]").fill(parcel.zoe)

    page.locator("form [type=submit]").click()

    page.wait_for_url(f"http://{ELSEWHERE}/x")


def _code(item: JobItem) -> str:
    return format_activation(item.label.activation)


def _fill(page: Page, item: JobItem) -> None:
    page.locator("[name=code]").fill(_code(item))
    for name, words in LEA.items():
        page.locator(f"[name={name}]").fill(words)


def _codes(shot: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(shot.convert("L"), try_invert=False)]


def _assert_white_around(shot: Image.Image, box: FloatRect) -> None:
    """Four modules of pure white on every side, as a reader needs them."""
    left, top = box["x"] * PIXEL_RATIO + 1, box["y"] * PIXEL_RATIO + 1
    right, bottom = left + box["width"] * PIXEL_RATIO - 2, top + box["height"] * PIXEL_RATIO - 2
    quiet = QUIET_ZONE * (right - left) / SIDE - 2
    picture = shot.convert("L")
    for area in (
        (left, top, right, top + quiet),
        (left, top, left + quiet, bottom),
        (left, bottom - quiet, right, bottom),
        (right - quiet, top, right, bottom),
    ):
        x0, y0, x1, y1 = map(round, area)
        assert picture.crop((x0, y0, x1, y1)).getextrema() == (255, 255)


def _axe_findings(page: Page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    return [violation["id"] for violation in found.response["violations"]]


def _keep_picture(page: Page, name: str) -> None:
    if PICTURES:
        shot = Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB")
        shot.quantize(256).save(Path(PICTURES) / f"{name}.png", optimize=True)
