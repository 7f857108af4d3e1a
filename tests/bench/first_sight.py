"""From the tap to the name on the screen, over a slow network, beside a heavy link page."""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from tests.bench.both_pages import RUNS, Painted, open_in_turn
from tests.bench.figures import Figure, Suite
from tests.bench.painted import CPU_SLOW_DOWN, Emulated
from tests.bench.slow_link import (
    DOWN_BITS,
    ROUND_TRIP_SECONDS,
    SITE_ADDRESS,
    UP_BITS,
    NoSlowLinkError,
    Places,
    slow_link,
)
from tests.e2e.browser import CHROMIUM

LIMIT_MS = 900.0
_EMULATED = Emulated(latency_ms=1000 * ROUND_TRIP_SECONDS, down_bits=DOWN_BITS, up_bits=UP_BITS)
_METHOD = (
    f"Chromium, 360 px wide, its processor slowed {CPU_SLOW_DOWN} times; {ROUND_TRIP_SECONDS} s a"
    f" round trip, {DOWN_BITS / 1e6} Mbit/s down, {UP_BITS / 1e6} up;\nnginx with TLS 1.3, HTTP/2"
    " and a certificate of its own in front of both pages (`serve` behind it for\nours). Every one"
    " of {runs} runs has a browser profile and connections of its own, and its browser is awake:"
    "\nit just showed a page of another host. The two pages take turns. Counted from the start"
    " of the\nnavigation to the frame that first shows the name: Chromium's Element Timing of the"
    " heading, marked from\noutside before it is painted. The name of the host is not looked up in"
    " the DNS. {network}\nThe peer is a page made to LinkStack's measured weight and parts"
    " (tests/bench/peers/heavy_page.py)."
)
_LINK = (
    "The network is two\nnamespaces joined by a line that holds every packet back, so that"
    " handshakes and slow start take their\nround trips."
)
_NO_LINK = (
    "This machine\nlets us make no slow line: the network is the browser's own emulation, which"
    " does not hold handshakes back."
)


def measure() -> Suite:
    """Open both pages, in turn, many times."""
    try:
        with slow_link() as places:
            painted, network = _over(places), _LINK
    except NoSlowLinkError:
        painted, network = open_in_turn("127.0.0.1", CHROMIUM, _EMULATED), _NO_LINK
    ours, theirs = median(painted["ours"]), median(painted["theirs"])
    what = f"tap to name painted, median of {RUNS}"
    return Suite(
        title="First sight",
        method=_METHOD.format(runs=RUNS, network=network),
        figures=(
            Figure(what=what, ours=ours, against="limit", theirs=LIMIT_MS, unit="ms"),
            Figure(
                what=what, ours=ours, against="a page like LinkStack's", theirs=theirs, unit="ms"
            ),
            Figure(
                what="tap to name painted, the slowest",
                ours=max(painted["ours"]),
                against="a page like LinkStack's",
                theirs=max(painted["theirs"]),
                unit="ms",
            ),
        ),
    )


def _over(places: Places) -> Painted:
    words = ["-m", "tests.bench.both_pages", SITE_ADDRESS, places.client]
    ended = subprocess.run(
        [*Places.inside(places.site), sys.executable, *words],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        check=True,
    )
    painted: Painted = json.loads(ended.stdout)
    return painted
