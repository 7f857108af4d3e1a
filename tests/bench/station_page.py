"""The operator's page: how late it shows a card, and how many cards an hour go through."""

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from encoder.chips.models import NTAG213
from landing.contract.documents import Job
from tests.bench.figures import Figure, Suite
from tests.e2e.browser import chromium
from tests.encoder.kit import make_job, new_chip
from tests.stations import Bench, RunningStation, bench_in

CARDS = 60
SWAP_SECONDS = 0.8
LATE_LIMIT_MS = 50.0
RATE_LIMIT = 3500.0
_METHOD = (
    "`wecard-encoder station` as a process of its own, a printer `file:` on, nfcpy's udp driver at"
    " a virtual reader in another process. A simulated operator lifts a card as soon as the page"
    f" says that it is done and lays the next one {SWAP_SECONDS} s later. How late the page shows"
    " a card: from the time that the station wrote into its event, behind the booking, to the"
    " moment that Chromium had the large state in its document (p95), and to the moment that a"
    " plain client of the event stream had it."
)
_WATCH = """
    window.seen = [];
    new MutationObserver(() => {
        const card = document.querySelector(".card");
        if (card && !seen.some(([at]) => at === card.dataset.at))
            seen.push([card.dataset.at, performance.timeOrigin + performance.now()]);
    }).observe(document.getElementById("cards"), { childList: true });
"""


def measure() -> Suite:
    """Work a job by hand, watched by a browser and by a plain client."""
    with TemporaryDirectory() as folder, bench_in(Path(folder)) as bench:
        seconds, browser_ms, client_ms = _worked(bench)
    return Suite(
        title="The operator's page",
        method=_METHOD,
        figures=(
            _limit("card done to shown in Chromium, p95", browser_ms, LATE_LIMIT_MS, "ms"),
            _limit("card done to told to an event client, p95", client_ms, LATE_LIMIT_MS, "ms"),
            Figure(
                what=f"cards an hour, {SWAP_SECONDS} s to swap, printing on",
                ours=3600 * (CARDS - 1) / seconds,
                against="at least",
                theirs=RATE_LIMIT,
                unit="",
            ),
        ),
    )


def _worked(bench: Bench) -> tuple[float, float, float]:
    with (
        bench.entered("--printer", "file:labels") as station,
        chromium() as browser,
        _listening(station) as heard,
    ):
        page = browser.new_page()
        page.goto(json.loads(station.ask("POST", "/do/address", "{}")[1])["address"])
        page.locator("#panels .panel").wait_for()
        page.evaluate(_WATCH)
        job: Job = make_job(CARDS)
        station.choose(job)
        station.do("start", readers=[bench.reader], printer="file:labels")
        station.until_panel("lay")
        seconds = _work_by_hand(bench, heard)
        page.wait_for_function(f"seen.length === {CARDS}")
        seen = [(at, shown / 1000) for at, shown in page.evaluate("seen")]
        station.until(lambda state: {c["printed"] for c in state["cards"]} == {"printed"})
    return seconds, _p95_ms(seen), _p95_ms(list(heard.items()))


def _work_by_hand(bench: Bench, heard: dict[str, float]) -> float:
    """Swap cards as an operator does; the seconds from the first card done to the last."""
    begun = 0.0
    for number in range(CARDS):
        bench.lay(new_chip(NTAG213))
        while len(heard) <= number:
            time.sleep(0.002)
        begun = begun or time.monotonic()
        bench.lift()
        time.sleep(SWAP_SECONDS)
    return time.monotonic() - SWAP_SECONDS - begun


@contextmanager
def _listening(station: RunningStation) -> Iterator[dict[str, float]]:
    """When a plain client of the stream was told of each card, by the time in its event."""
    heard: dict[str, float] = {}
    request = urllib.request.Request(f"{station.origin}/events", headers=station.visit.headers)
    stream = urllib.request.urlopen(request)

    def listen() -> None:
        for line in stream:
            if line.startswith(b"data: "):
                cards = json.loads(line[6:])["cards"]
                if cards:
                    heard.setdefault(cards[0]["at"], time.time())
                if len(heard) == CARDS:
                    return

    thread = threading.Thread(target=listen)
    thread.start()
    try:
        yield heard
    finally:
        thread.join(timeout=60)
        stream.close()


def _p95_ms(seen: list[tuple[str, float]]) -> float:
    """The 95th percentile of how long it took; the event's time is cut to milliseconds."""
    late = sorted(1000 * (shown - datetime.fromisoformat(at).timestamp()) for at, shown in seen)
    return late[-(-len(late) * 95 // 100) - 1]


def _limit(what: str, ours: float, limit: float, unit: str) -> Figure:
    return Figure(what=what, ours=ours, against="limit", theirs=limit, unit=unit)
