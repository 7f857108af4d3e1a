"""The tap page: how fast it is answered, beside nginx that serves the same bytes from a file."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from landing.contract.token import mint_token
from tests.bench.effort import IS_SHORT, ROUNDS, SECONDS
from tests.bench.figures import Figure, Suite
from tests.bench.raw_http import PHONE
from tests.bench.static_twin import Address, static_twin
from tests.bench.tap_site import TapSite, tap_site
from tests.bench.wrk import CONNECTIONS, Load, in_turn, load, p99_ms, per_second, share_percent
from tests.processes import free_port, wait_until_ready

LEAST_SHARE_PERCENT = 50.0
P99_LIMIT_MS = 3.0
LEAST_COUNTING_PERCENT = 97.0
COUNTING_ROUNDS = 1 if IS_SHORT else 6
COUNTING_SECONDS = 1 if IS_SHORT else 3
_METHOD = (
    f"`wrk -t1 -c{CONNECTIONS}`, keep-alive, a phone's headers; one worker, as `serve` starts by"
    f" itself. {ROUNDS} rounds of\n{SECONDS} s each, everyone in turn; shares are the median of"
    " the rounds' ratios, the rest medians of the\nrounds. nginx is Debian's, a worker a core, one"
    " plain file with the page's brotli bytes and the same\nheaders: each answer is as long as the"
    " site's to the byte (checked). The bare WSGI application answers\nas many constant bytes from"
    " the same server; Flask is the site past all that is laid in front of it.\nCounting on and"
    f" off are two running sites on one database, {COUNTING_ROUNDS} rounds of"
    f" {COUNTING_SECONDS} s, every other round in\nturned order. The unknown card is one token"
    " that no card has; misses are not limited."
)
Loads = dict[str, list[Load]]


def measure() -> Suite:
    """Make one card, and ask for its page as often as can be."""
    with tap_site() as site, ExitStack() as stack:
        token = site.new_card("zoe")
        stack.enter_context(site.serving())
        page = _at(site, token)
        twin, known_twin = stack.enter_context(static_twin(page, site.folder))
        flask = stack.enter_context(_peer(site, "flask"))
        bare = stack.enter_context(_peer(site, "bare", str(len(page.ask().body))))
        known = page.as_known()
        seen = _rounds(
            {
                "ours": (page, 200),
                "nginx": (twin, 200),
                "unknown": (_at(site, mint_token()), 404),
                "bare": (bare, 200),
                "flask": (replace(flask, path=page.path), 200),
            }
        )
        seen |= _rounds({"ours 304": (known, 304), "nginx 304": (known_twin, 304)})
        counting = _counting(site, token)
    return Suite(title="The tap page", method=_METHOD, figures=(*_figures(seen), counting))


def _figures(seen: Loads) -> Iterator[Figure]:
    for what, ending in (("page", ""), ("page not changed (304)", " 304")):
        ours, nginx = seen[f"ours{ending}"], seen[f"nginx{ending}"]
        yield _rates(f"{what}, requests a second", ours, "nginx, the same bytes", nginx)
        yield Figure(
            what=f"{what}, share of nginx's",
            ours=share_percent(ours, nginx),
            against="at least",
            theirs=LEAST_SHARE_PERCENT,
            unit="%",
        )
        yield _milliseconds(f"{what}, p99", ours, "limit", P99_LIMIT_MS)
        yield _milliseconds(f"{what}, p99", ours, "nginx", p99_ms(nginx))
    ours = seen["ours"]
    yield _rates("page, requests a second", ours, "bare WSGI, same server", seen["bare"])
    yield _rates("page, requests a second", ours, "Flask renders each time", seen["flask"])
    yield _rates("unknown card (404), requests a second", seen["unknown"], "page", ours)


def _rates(what: str, ours: list[Load], against: str, theirs: list[Load]) -> Figure:
    return Figure(
        what=what, ours=per_second(ours), against=against, theirs=per_second(theirs), unit="/s"
    )


def _milliseconds(what: str, ours: list[Load], against: str, theirs: float) -> Figure:
    return Figure(what=what, ours=p99_ms(ours), against=against, theirs=theirs, unit="ms")


def _counting(site: TapSite, token: str) -> Figure:
    """The page while taps are counted, beside the page while they are not."""
    sites = {
        switch: replace(site, port=free_port(), more={"WECARD_COUNT_TAPS": switch})
        for switch in ("1", "0")
    }
    with sites["1"].serving(), sites["0"].serving():
        seen = in_turn(
            {
                switch: partial(_asked, _at(one, token), 200, COUNTING_SECONDS)
                for switch, one in sites.items()
            },
            COUNTING_ROUNDS,
        )
    return Figure(
        what="page with counting on, share of counting off",
        ours=100 * per_second(seen["1"]) / per_second(seen["0"]),
        against="at least",
        theirs=LEAST_COUNTING_PERCENT,
        unit="%",
    )


def _rounds(contestants: dict[str, tuple[Address, int]]) -> Loads:
    runs = {
        name: partial(_asked, address, status, SECONDS)
        for name, (address, status) in contestants.items()
    }
    return in_turn(runs, ROUNDS)


def _asked(address: Address, status: int, seconds: int) -> Load:
    """Ask for some seconds; every answer must have that status."""
    before = address.ask()
    found = load(address.url, seconds, address.headers)
    after = address.ask()
    refused = found.answers if status >= 400 else 0
    if (before.status, after.status, found.refused) != (status, status, refused):
        raise AssertionError(f"{address.url}: {before.status}, {after.status}, {found}")
    return found


def _at(site: TapSite, token: str) -> Address:
    return Address(port=site.port, path=f"/c/{token}", headers=PHONE)


@contextmanager
def _peer(site: TapSite, *words: str) -> Iterator[Address]:
    """Run one of the plain servers on the site's own data."""
    own = replace(site, port=free_port())
    command = [sys.executable, "-m", "tests.bench.peers.plain_servers", words[0], str(own.port)]
    process = subprocess.Popen(
        [*command, *words[1:]], env=own.variables(), cwd=Path(__file__).parents[2]
    )
    try:
        wait_until_ready(f"{own.site}/readyz", process)
        yield Address(port=own.port, path="/", headers=PHONE)
    finally:
        process.terminate()
        process.wait(timeout=30)
