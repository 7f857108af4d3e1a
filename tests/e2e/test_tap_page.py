"""The tap page in a real browser: it fits, it is read, it is touched, it does not move."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.e2e.browser import IPHONE, SCHEMES, Traffic, chromium, keep_image, keep_picture, visitor
from tests.e2e.measures import (
    OUTLINE_PX,
    axe_findings,
    low_contrasts,
    outside,
    paints,
    restyle,
    small_targets,
    tab_stops,
    watch_paints,
)
from tests.e2e.tap_people import PEOPLE, TapSite, tap_site

SCREENS = (320, 360, 412, 768, 1024, 1280, 1920)  # px
FOLD_PX = 640
KEPT = {"coloured": "tap-colour", "minimal": "tap-minimal", "arabic": "tap-arabic"}
KEPT_LIGHT = {**KEPT, "long": "tap-long", "company": "tap-company"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TapSite]:
    """A site with all the people's cards."""
    with tap_site(tmp_path_factory.mktemp("tap")) as site:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the whole file."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """A French visitor's iPhone, 360 × 640 px."""
    with _phone(browser) as running:
        yield running


@pytest.fixture
def page(phone: BrowserContext) -> Iterator[Page]:
    """A new page on that phone, which has kept nothing of the one before."""
    opened = phone.new_page()
    yield opened
    opened.close()
    phone.clear_cookies()


def _phone(browser: Browser, *, java_script: bool = True) -> BrowserContext:
    return visitor(browser, height=FOLD_PX, agent=IPHONE, java_script=java_script)


def _night(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")


@pytest.mark.parametrize(
    ("name", "scheme"),
    [(name, "light") for name in PEOPLE]
    + [(name, "dark") for name in ("full", "minimal", "arabic", "coloured", "yellow")],
)
def test_every_card_can_be_read_and_touched(
    served: TapSite, page: Page, name: str, scheme: str
) -> None:
    _night(page, scheme)
    page.goto(served.urls[name])
    if scheme == "light" and name in KEPT_LIGHT:
        keep_picture(page, f"{KEPT_LIGHT[name]}-360-light")

    page.locator("summary").click()

    assert axe_findings(page) == []
    assert low_contrasts(page) == []
    assert small_targets(page) == []


@pytest.mark.parametrize("name", PEOPLE)
def test_every_card_fits_every_screen(served: TapSite, page: Page, name: str) -> None:
    page.goto(served.urls[name])
    page.locator("summary").click()

    for width in SCREENS:
        page.set_viewport_size({"width": width, "height": FOLD_PX})
        assert (width, outside(page)) == (width, [])


@pytest.mark.parametrize("name", PEOPLE)
def test_both_buttons_are_in_sight_at_once(served: TapSite, page: Page, name: str) -> None:
    page.goto(served.urls[name])

    for label in ("Enregistrer le contact", "Envoyer mes coordonnées"):
        box = page.get_by_role("link", name=label).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= FOLD_PX


@pytest.mark.parametrize("name", ["full", "long", "arabic", "links"])
def test_text_twice_as_large_still_fits(served: TapSite, page: Page, name: str) -> None:
    page.goto(served.urls[name])

    restyle(page, "html { font-size: 200% }")

    assert outside(page) == []
    assert low_contrasts(page) == []
    assert small_targets(page) == []
    if name == "full":
        keep_picture(page, "tap-large-text-360")


def test_a_page_from_right_to_left_fits_too(served: TapSite, page: Page) -> None:
    page.goto(served.urls["full"])

    page.evaluate("document.documentElement.dir = 'rtl'")

    face = page.locator(".face").bounding_box()
    assert face is not None
    assert face["x"] > 180
    assert outside(page) == []


@pytest.mark.parametrize(("name", "width"), [("full", 360), ("full", 1280), ("minimal", 360)])
def test_the_tab_key_goes_through_the_page_in_order(
    served: TapSite, browser: Browser, name: str, width: int
) -> None:
    with visitor(browser, width=width, height=FOLD_PX) as phone:
        page = phone.new_page()
        page.goto(served.urls[name])
        expected = page.locator("a, summary").evaluate_all(
            "all => all.map((each) => each.getAttribute('href') || each.localName)"
        )
        if name == "full":  # the note and the code stand after the details
            assert [each.partition(":")[0] for each in expected[2:5]] == ["tel", "sms", "tel"]

        stops = tab_stops(page)

        assert [stop for stop, _ in stops] == expected
        assert [stop.rpartition("/")[2] for stop, _ in stops[:2]] == ["contact.vcf", "connect"]
        assert min(outline for _, outline in stops) >= OUTLINE_PX


@pytest.mark.parametrize("name", ["full", "minimal"])
def test_a_page_is_the_same_without_scripts(
    served: TapSite, browser: Browser, page: Page, name: str
) -> None:
    page.goto(served.urls[name], wait_until="networkidle")
    with _phone(browser, java_script=False) as phone:
        bare = phone.new_page()

        bare.goto(served.urls[name], wait_until="networkidle")

        assert bare.screenshot() == page.screenshot()
        assert page.locator("script").count() == 0
        bare.locator("summary").click()
        assert bare.locator("#place").is_visible()


@pytest.mark.parametrize("name", PEOPLE)
def test_a_visit_leaves_nothing_and_asks_no_one_else(
    served: TapSite, page: Page, name: str
) -> None:
    traffic = Traffic.of(page)

    page.goto(served.urls[name], wait_until="networkidle")

    assert traffic.hosts == {served.site.removeprefix("http://")}
    assert len(traffic.requests) <= 3
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def _slowly(route: Route) -> None:
    """Let a picture come long after the words."""
    time.sleep(0.3)
    route.continue_()


@pytest.mark.parametrize(
    ("name", "width"),
    [("full", 360), ("minimal", 360), ("company", 360), ("long", 360), ("full", 1280)],
)
def test_nothing_moves_and_the_face_or_the_name_is_painted_largest(
    served: TapSite, browser: Browser, name: str, width: int
) -> None:
    with visitor(browser, width=width, agent=IPHONE if width == 360 else None) as phone:
        page = phone.new_page()
        watch_paints(page)
        page.route("**/m/*", _slowly)

        page.goto(served.urls[name], wait_until="networkidle")

        painted = paints(page)
        assert painted.shift == 0
        assert painted.shows_who_it_is
        if name == "full":
            assert painted.largest == "face"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_around_the_card_can_be_read_and_touched(
    served: TapSite, browser: Browser, width: int, scheme: str
) -> None:
    with visitor(browser, width=width) as phone:
        page = phone.new_page()
        _night(page, scheme)
        for name, url in served.states.items():
            page.goto(url)

            assert (name, axe_findings(page)) == (name, [])
            assert (name, low_contrasts(page)) == (name, [])
            assert (name, small_targets(page)) == (name, [])
            assert (name, outside(page)) == (name, [])


@pytest.mark.parametrize("name", ["full", "minimal"])
def test_forced_colours_keep_buttons_and_face(served: TapSite, page: Page, name: str) -> None:
    page.emulate_media(forced_colors="active")

    page.goto(served.urls[name])

    borders = page.locator(".actions .button").evaluate_all(
        "all => all.map((each) => [getComputedStyle(each).borderTopWidth,"
        " getComputedStyle(each).borderTopColor === getComputedStyle(each).backgroundColor])"
    )
    assert borders == [["2px", False], ["2px", False]]
    assert page.locator(".cover").is_hidden()
    assert low_contrasts(page) == []
    if name == "full":
        keep_picture(page, "tap-forced-colours-360")


CARD_MM, MARGIN_MM = (85, 55), 15
POINTS_PER_MM = 72 / 25.4


def _printed(page: Page, folder: Path, paper: str) -> tuple[int, str, list[str]]:
    """Print a page; answer its pages, its words, and the words that leave the paper card."""
    file = folder / "card.pdf"
    page.pdf(path=file, format=paper, prefer_css_page_size=True)
    told = subprocess.run(
        ["pdftotext", "-bbox", file, "-"], capture_output=True, text=True, check=True
    ).stdout
    right, bottom = ((MARGIN_MM + side) * POINTS_PER_MM for side in CARD_MM)
    words, leaving = [], []
    for line in told.splitlines():
        if "<word" in line:
            _, _x0, _, _y0, _, x1, _, y1, *_ = line.split('"')[0:9]
            word = line.partition(">")[2].partition("<")[0]
            words.append(word)
            if float(x1) > right or float(y1) > bottom:
                leaving.append(word)
    return told.count("<page "), " ".join(words), leaving


@pytest.mark.parametrize(
    ("name", "paper"),
    [("full", "A4"), ("full", "Letter"), ("long", "A4"), ("arabic", "A4"), ("links", "A4")],
)
def test_paper_shows_a_business_card(
    served: TapSite, page: Page, tmp_path: Path, name: str, paper: str
) -> None:
    page.goto(served.urls[name])

    pages, words, leaving = _printed(page, tmp_path, paper)

    assert (pages, leaving) == (1, [])
    assert "Enregistrer" not in words
    assert "Montrer" not in words
    if name == "full":
        for said in ("Lefèvre", "Dupont Industries", "06 12 34 56 78", "zoe.lefevre@", "Toulouse"):
            assert said in words
        assert "Fax 05 61 00 00 01" in words


def test_a_word_beside_the_paper_card_would_be_noticed(
    served: TapSite, page: Page, tmp_path: Path
) -> None:
    page.goto(served.urls["full"])

    restyle(page, "@media print { .card { padding-top: 40mm; overflow: visible } }")

    assert _printed(page, tmp_path, "A4")[2]


def test_the_paper_card_is_kept_as_a_picture(served: TapSite, page: Page, tmp_path: Path) -> None:
    page.goto(served.urls["full"])

    page.pdf(path=tmp_path / "card.pdf", format="A4")

    subprocess.run(
        ["pdftoppm", "-r", "200", "-png", "-W", "1000", "-H", "700", "card.pdf", "card"],
        cwd=tmp_path,
        check=True,
    )
    (drawn,) = tmp_path.glob("card*.png")
    with Image.open(drawn) as picture:
        accent = picture.convert("RGB").getpixel((124, 300))  # in the coloured edge
        assert accent == (0x17, 0x50, 0x5F)
        keep_image(picture, "tap-print")


@pytest.mark.parametrize(
    ("measure", "css", "fault"),
    [
        (outside, ".actions { width: 30rem }", "sheet is cut off"),
        (outside, "body { width: 200vw }", "scrolls sideways"),
        (outside, "h1 { margin-left: -3rem }", "Zoé"),
        (small_targets, ".foot a { min-height: 0; font-size: 14px; line-height: 20px }", "lang"),
        (small_targets, ".button { min-height: 0; padding: 0 }", "button"),
        (low_contrasts, ".company { color: #999 }", "Dupont Industries: 2.8"),
        (low_contrasts, ".button { background: #9ab }", "Enregistrer le contact"),
    ],
)
def test_a_page_that_fails_a_measure_would_be_noticed(
    served: TapSite, page: Page, measure: object, css: str, fault: str
) -> None:
    page.goto(served.urls["full"])
    assert callable(measure)
    assert measure(page) == []

    restyle(page, css)

    assert any(fault in found for found in measure(page))


def test_a_focus_that_is_not_seen_would_be_noticed(served: TapSite, page: Page) -> None:
    page.goto(served.urls["minimal"])

    restyle(page, "a:focus-visible { outline: none }")

    assert min(outline for _, outline in tab_stops(page)) < OUTLINE_PX


def test_axe_finds_a_seeded_fault(served: TapSite, page: Page) -> None:
    page.goto(served.urls["full"])

    restyle(page, ".company { color: #999 }")

    assert axe_findings(page) == ["color-contrast"]


def test_a_page_that_moves_would_be_noticed(served: TapSite, page: Page) -> None:
    watch_paints(page)
    page.goto(served.urls["full"], wait_until="networkidle")

    page.evaluate(
        "document.querySelector('main').prepend(Object.assign(document.createElement('h2'),"
        " {textContent: 'Une annonce, et encore une annonce. '.repeat(40)}))"
    )
    page.wait_for_function("window.seen.shift > 0")

    painted = paints(page)
    assert painted.shift > 0
    assert not painted.shows_who_it_is


def test_a_visit_that_leaves_something_would_be_noticed(served: TapSite, page: Page) -> None:
    page.goto(served.urls["full"])

    page.evaluate("document.cookie = 'seen=1'; localStorage.setItem('seen', '1')")

    assert page.context.cookies() != []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 1
    page.evaluate("localStorage.clear()")
