"""The operator's page in a real browser: keys alone, refusals, kills, pictures."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, ViewportSize, expect

from encoder.chips.models import NTAG213
from encoder.simulator.chip import VirtualChip
from encoder.simulator.tearing import TearPhase
from encoder.web.server import shown_privately
from landing.contract.documents import Job, JobItem, Label, Policy, dump_job
from landing.contract.token import mint_token
from landing.contract.url import card_url
from tests.e2e.browser import SCHEMES, WIDTHS, chromium
from tests.encoder.kit import SITE, START, new_chip, seen_by_phone
from tests.stations import Bench, RunningStation, bench_in

PICTURES = os.environ.get("WECARD_PICTURES")
_NOT_KEPT = ("fr-360-dark", "fr-1280-dark", "en-360-light", "en-1280-light")
PEOPLE = ("Zoé Lefèvre", "Anne-Laure Ey", "Bérénice Castelnau-Montgaillard", "Ingeborg Ahl")
HEIGHTS = {360: 740, 1280: 800}
TITLES = {
    "lay": {"en": "Lay a card", "fr": "Posez une carte"},
    "take": {"en": "Take it away", "fr": "Retirez-la"},
    "refused": {"en": "Card refused", "fr": "Carte refusée"},
    "failed": {"en": "Not finished", "fr": "Pas terminée"},
    "done": {"en": "All done", "fr": "Tout est fait"},
    "paused": {"en": "Paused", "fr": "En pause"},
}


def named_job(cards: int) -> Job:
    """A job for people."""
    items = []
    for position in range(1, cards + 1):
        token = mint_token()
        label = Label(name=PEOPLE[position % len(PEOPLE)], line="Dupont Industries")
        url = card_url(SITE, token)
        items.append(JobItem(position=position, token=token, url=url, label=label))
    policy = Policy(chips=("NTAG213", "NTAG215", "NTAG216"))
    return Job(job="J-2026-0042", site=SITE, created_at=START, policy=policy, items=tuple(items))


def locked_chip() -> VirtualChip:
    """A card that someone locked."""
    blank = new_chip(NTAG213).memory
    return VirtualChip(NTAG213, b"\x04locked", memory=blank[:10] + b"\xff\xff" + blank[12:])


@contextmanager
def neighbour(caught: list[str]) -> Iterator[str]:
    """Another account's server on this machine, that notes the cookies it is shown."""

    class Catch(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            caught.append(self.headers.get("Cookie", ""))
            self.send_response(204 if self.path.endswith(".ico") else 200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Catch) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the whole file."""
    with chromium() as running:
        yield running


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A bench with a virtual reader."""
    with bench_in(tmp_path) as made:
        yield made


def operator(browser: Browser, width: int = 1280, locale: str = "en-GB") -> BrowserContext:
    """The workshop's browser."""
    size = ViewportSize(width=width, height=HEIGHTS[width])
    return browser.new_context(locale=locale, viewport=size, device_scale_factor=1)


def title(page: Page, state: str, language: str = "en") -> None:
    """Wait until the large state says this."""
    panel = page.locator(f".panel[data-state={state}] .title")
    expect(panel).to_have_text(TITLES[state][language], timeout=30_000)


def choose(page: Page, job: Job) -> None:
    """Give the page a job file."""
    content = dump_job(job).encode()
    file = FilePayload(name="job.json", mimeType="application/json", buffer=content)
    page.locator("#file").set_input_files(file)
    expect(page.locator("#chosen")).to_contain_text(job.job)


def open_page(page: Page, station: RunningStation, *, expects: str = "setup") -> None:
    """Come in with the station's key."""
    page.goto(station.address)
    page.wait_for_url(re.compile(r"/(en|fr)/$"))
    page.locator(f".panel[data-state={expects}]").wait_for()


def begin(page: Page, bench: Bench, station: RunningStation, cards: int = 3) -> Job:
    """From the key to the first "lay a card"."""
    job = named_job(cards)
    open_page(page, station)
    choose(page, job)
    page.locator("#printer").fill("file:labels")
    page.locator("#start").click()
    page.locator(".panel[data-state=lay]").wait_for()
    return job


def test_job_is_worked_to_its_last_card_with_a_refusal_a_torn_card_and_a_kill(
    bench: Bench, browser: Browser
) -> None:
    chips = [new_chip(NTAG213) for _ in range(3)]
    with operator(browser) as context:
        page = context.new_page()
        with bench.station() as station:
            begin(page, bench, station)
            bench.lay(locked_chip())
            title(page, "refused")
            expect(page.locator(".panel .why")).to_have_text(
                "The card was locked before it came here."
            )
            bench.lift()
            title(page, "lay")
            bench.place.tear(5, TearPhase.HALF)
            bench.lay(chips[0])
            title(page, "failed")
            page.reload()
            title(page, "failed")
            bench.lay(chips[0])
            title(page, "take")
            station.kill()
            bench.lift()
            page.locator(".panel[data-state=gone]").wait_for()

        with bench.station():
            title(page, "lay")
            for chip in chips[1:]:
                bench.lay(chip)
                page.locator(f".card[data-uid='{chip.uid.hex().upper()}']").wait_for()
                bench.lift()
            title(page, "done")
            expect(page.locator("#done")).to_have_text("3 of 3 done")
            expect(page.locator(".card[data-printed=printed]")).to_have_count(3)

    assert all(seen_by_phone(chip) for chip in chips)
    assert len(list((bench.workshop.folder / "labels").glob("*.pdf"))) == 3


def test_keyboard_alone_is_enough(bench: Bench, browser: Browser) -> None:
    spoiled, fresh = new_chip(NTAG213), new_chip(NTAG213)
    with operator(browser) as context, bench.station("--printer", "file:labels") as station:
        page = context.new_page()
        content = dump_job(named_job(1)).encode()
        job = FilePayload(name="job.json", mimeType="application/json", buffer=content)
        page.on("filechooser", lambda chooser: chooser.set_files(job))
        open_page(page, station)
        _tab_to(page, "choose")
        page.keyboard.press("Enter")
        expect(page.locator("#chosen")).to_contain_text("J-2026-0042")
        _tab_to(page, "start")
        page.keyboard.press("Enter")
        title(page, "lay")
        page.keyboard.press("p")
        title(page, "paused")
        page.keyboard.press("p")
        title(page, "lay")
        bench.lay(spoiled)
        title(page, "done")
        bench.lift()
        page.keyboard.press("d")
        expect(page.locator("#ask")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("d")
        expect(page.locator("#ask")).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        title(page, "lay")
        bench.lay(fresh)
        title(page, "done")
        page.keyboard.press("f")
        expect(page.locator("#setup")).to_be_visible()

    assert seen_by_phone(fresh) == seen_by_phone(spoiled) is not None


def test_browser_that_is_opened_for_the_operator_comes_in_by_a_private_file(
    bench: Bench, browser: Browser
) -> None:
    with bench.station() as station, operator(browser) as context:
        page = context.new_page()
        with shown_privately(station.address) as shown:
            mode = Path(shown.removeprefix("file://")).stat().st_mode
            page.goto(shown)
            page.wait_for_url(f"{station.origin}/en/")

    assert mode & 0o077 == 0
    assert not Path(shown.removeprefix("file://")).exists()


def test_two_browsers_see_the_same(bench: Bench, browser: Browser) -> None:
    with bench.station() as station, operator(browser) as one, operator(browser, 360) as two:
        first, second = one.new_page(), two.new_page()
        begin(first, bench, station, cards=1)
        first.locator("#other").click()
        expect(first.locator("#tell-address")).to_contain_text("key=")
        second.goto(first.locator("#tell-address").inner_text())
        title(second, "lay")

        bench.lay(new_chip(NTAG213))

        title(first, "done")
        title(second, "done")


def test_each_state_is_heard(bench: Bench, browser: Browser) -> None:
    with bench.station() as station, operator(browser) as context:
        page = context.new_page()
        page.add_init_script(
            "window.heard = [];"
            "document.addEventListener('station:sound', (event) => heard.push(event.detail));"
        )
        begin(page, bench, station, cards=1)

        bench.lay(locked_chip())
        title(page, "refused")
        bench.lift()
        title(page, "lay")
        bench.lay(new_chip(NTAG213))
        title(page, "done")

        heard = page.evaluate("heard")
    assert [state for state in heard if state in ("refused", "done")] == ["refused", "done"]
    assert "lay" in heard


def test_page_keeps_nothing_but_its_cookie_and_pass_and_speaks_to_nobody_else(
    bench: Bench, browser: Browser
) -> None:
    asked: list[str] = []
    with bench.station() as station, operator(browser) as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: asked.append(f"console:{message.text}"))
        begin(page, bench, station, cards=1)
        bench.lay(new_chip(NTAG213))
        title(page, "done")

        (cookie,) = context.cookies()
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 1]
    assert cookie.get("httpOnly") is True
    assert all(url.startswith(f"{station.origin}/") for url in asked), asked


def test_tab_without_the_pass_shows_how_to_get_in_and_the_first_one_goes_on(
    bench: Bench, browser: Browser
) -> None:
    with bench.station() as station, operator(browser) as context:
        page, bare = context.new_page(), context.new_page()
        begin(page, bench, station, cards=1)

        bare.goto(f"{station.origin}/en/")
        expect(bare.locator("h1")).to_have_text("This page needs its key")
        bare.goto(f"{station.origin}/en/figures")
        expect(bare.locator("h1")).to_have_text("This page needs its key")
        page.reload()
        title(page, "lay")
        page.goto(f"{station.origin}/en/figures")
        expect(page.locator("main.figures h1")).to_be_visible()


def test_neighbour_with_another_port_gets_the_cookie_and_no_more(
    bench: Bench, browser: Browser
) -> None:
    caught: list[str] = []
    with bench.station() as station, operator(browser) as context, neighbour(caught) as address:
        page = context.new_page()
        begin(page, bench, station, cards=1)

        page.goto(address)
        stored = page.evaluate("sessionStorage.length")
        forged = {"Cookie": caught[0], "Station_Pass": ""}
        answers = [
            station.ask("POST", f"/do/{act}", "{}", **forged) for act in ("address", "finish")
        ]

    assert "wecard_station_" in caught[0]
    assert stored == 0
    assert [status for status, _ in answers] == [401, 401]


def test_other_origins_page_gets_and_does_nothing(bench: Bench, browser: Browser) -> None:
    with bench.station() as station, operator(browser) as context:
        page = context.new_page()
        begin(page, bench, station, cards=1)
        stranger = context.new_page()  # the same browser, with the cookie at hand
        stranger.goto("about:blank")

        script = """async (address) => {
            const send = { method: "POST", mode: "no-cors", credentials: "include", body: "{}" };
            const answers = [];
            const read = { credentials: "include" };
            for (const [path, how] of [["/do/finish", send], ["/state", read]])
                answers.push(await fetch(address + path, how).then((a) => a.type, () => "refused"));
            return answers;
        }"""
        answers = stranger.evaluate(script, station.origin)

        title(page, "lay")
    assert answers[1] == "refused"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_state_is_readable_and_has_its_picture(
    bench: Bench, browser: Browser, language: str, width: int, scheme: str
) -> None:
    kept = f"{language}-{width}-{scheme}"
    with (
        bench.station() as station,
        operator(browser, width, {"fr": "fr-FR", "en": "en-GB"}[language]) as context,
    ):
        page = context.new_page()
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        open_page(page, station)
        choose(page, named_job(4))
        _look(page, f"station-setup-{kept}", width)
        page.locator("#printer").fill("file:labels")
        page.locator("#start").click()
        title(page, "lay", language)
        _look(page, f"station-lay-{kept}", width)
        bench.lay(locked_chip())
        title(page, "refused", language)
        _look(page, f"station-refused-{kept}", width)
        bench.lift()
        bench.place.tear(5, TearPhase.HALF)
        chips = [new_chip(NTAG213) for _ in range(4)]
        bench.lay(chips[0])
        title(page, "failed", language)
        _look(page, f"station-failed-{kept}", width)
        bench.lay(chips[0])
        title(page, "take", language)
        _look(page, f"station-take-{kept}", width)
        page.keyboard.press("d")
        expect(page.locator("#ask")).to_be_visible()
        _look(page, f"station-redo-{kept}", width)
        page.keyboard.press("Escape")
        bench.lift()
        page.keyboard.press("p")
        title(page, "paused", language)
        _look(page, f"station-paused-{kept}", width)
        page.keyboard.press("p")
        for chip in chips[1:]:
            title(page, "lay", language)
            bench.lay(chip)
            page.locator(f".card[data-uid='{chip.uid.hex().upper()}']").wait_for()
            bench.lift()
        title(page, "done", language)
        expect(page.locator(".card[data-printed=printed]")).to_have_count(4)
        _look(page, f"station-done-{kept}", width)
        page.goto(f"{station.origin}/{language}/figures")
        page.locator("main.figures h1").wait_for()
        _look(page, f"station-figures-{kept}", width)


@pytest.mark.parametrize("state", ["hold", "known", "lost", "enough", "fault", "site", "gone"])
def test_rarer_states_are_readable(
    bench: Bench, browser: Browser, state: str, tmp_path: Path
) -> None:
    with bench.station() as station, operator(browser, 360, "fr-FR") as context:
        page = context.new_page()
        open_page(page, station)
        shown = _shown(page)
        page.route("**/events*", lambda route: route.abort())
        page.evaluate(
            """async ([shown, state]) => {
                const { showPanels } = await import("/static/panels.js");
                const station = ["fault", "site", "gone"].includes(state);
                const said = { reason: null, detail: "", token: null, name: "" };
                const panel = { reader: "usb", state, ...said };
                document.getElementById("setup").hidden = true;
                showPanels({ ...shown, phase: station ? state : "working", panels: [panel] });
            }""",
            [shown, state],
        )
        page.locator(f".panel[data-state={state}]").wait_for()
        _look(page, f"station-{state}-fr-360-light", 360)


def test_axe_finds_a_seeded_fault(bench: Bench, browser: Browser) -> None:
    with bench.station() as station, operator(browser) as context:
        page = context.new_page()
        open_page(page, station)

        page.evaluate("document.documentElement.removeAttribute('lang')")

        assert _axe_findings(page) == ["html-has-lang"]


def _shown(page: Page) -> dict[str, object]:
    asked = """async () => {
        const { ask } = await import("/static/pass.js");
        return (await ask("/state")).json();
    }"""
    return dict(page.evaluate(asked))


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is there, and is to be seen."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == name:
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"
            return
    raise AssertionError(f"Tab does not lead to {name}")


def _look(page: Page, name: str, width: int) -> None:
    """No finding of axe, nothing cut, and a picture where they are kept."""
    assert _axe_findings(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    cut = page.evaluate(
        "[...document.querySelectorAll('.panel p, button, .token, .name, h1, h2')]"
        ".filter((e) => e.offsetParent && e.scrollWidth > e.clientWidth + 1"
        " && getComputedStyle(e).display !== 'inline').map((e) => e.className + e.textContent)"
    )
    assert [words for words in cut if not words.startswith("unseen")] == [], name
    if PICTURES and not name.endswith(_NOT_KEPT):
        shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
        shot.quantize(128).save(Path(PICTURES) / f"{name}.png", optimize=True)


def _axe_findings(page: Page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    return [violation["id"] for violation in found.response["violations"]]
