"""When a page's name is on the screen: Chromium's own paint timing, on a phone's processor.

The heading is marked for the browser's Element Timing before it is ever painted; the entry that
follows is the moment at which the frame that first shows its text was handed to the screen,
counted from the start of the navigation. Source: W3C Element Timing, renderTime.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, CDPSession, Page

CPU_SLOW_DOWN = 4  # a phone of the middle class beside a desk computer
WAIT_MS = 60_000
_WATCH = """
(() => {
    new MutationObserver(() => document.querySelector("h1")?.setAttribute("elementtiming", "name"))
        .observe(document, { childList: true, subtree: true });
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
            window.namePainted ??= [entry.renderTime, entry.element.textContent.trim()];
    }).observe({ type: "element", buffered: true });
})()
"""
_SEEN = "window.namePainted ?? null"
_PAUSE_MS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulated:
    """A network that Chromium slows down by itself, where nothing better can be had."""

    latency_ms: float
    down_bits: float
    up_bits: float


@contextmanager
def new_phone(browser: Browser, *, before: str) -> Iterator[Page]:
    """A phone that remembers nothing; its browser is awake, as it just showed another page.

    What a browser does once for a new profile, before its first connection, is not the page's.
    """
    phone = browser.new_context(
        locale="fr-FR",
        viewport={"width": 360, "height": 740},
        device_scale_factor=3,
        is_mobile=True,
    )
    try:
        page = phone.new_page()
        page.goto(before)
        yield page
    finally:
        phone.close()


def name_painted_ms(page: Page, url: str, name: str, network: Emulated | None = None) -> float:
    """Open a page; answer how long after the beginning of the navigation its name was painted.

    Raises:
        AssertionError: the page came to nothing, or its heading says something else.
    """
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOW_DOWN})
    session.send("Page.enable")
    session.send("Page.addScriptToEvaluateOnNewDocument", {"source": _WATCH})
    _slow_down(session, network)
    page.goto(url, wait_until="load", timeout=WAIT_MS)
    for _ in range(WAIT_MS // _PAUSE_MS):
        seen = session.send("Runtime.evaluate", {"expression": _SEEN, "returnByValue": True})
        if seen["result"].get("value") is not None:
            return _checked(seen["result"]["value"], name)
        page.wait_for_timeout(_PAUSE_MS)
    raise AssertionError(f"{url} never painted a name")


def _checked(value: list[object], name: str) -> float:
    painted_ms, text = value
    if text != name or not isinstance(painted_ms, int | float) or painted_ms <= 0:
        raise AssertionError(value)
    return float(painted_ms)


def _slow_down(session: CDPSession, network: Emulated | None) -> None:
    if network is None:
        return
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": network.latency_ms,
            "downloadThroughput": network.down_bits / 8,
            "uploadThroughput": network.up_bits / 8,
        },
    )
