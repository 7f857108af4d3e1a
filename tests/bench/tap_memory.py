"""What one web process keeps in memory while it answers for a million different cards."""

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from landing.contract.token import mint_token
from landing.storage.profiles import insert_profile
from tests.bench.effort import IS_SHORT
from tests.bench.figures import Figure, Suite
from tests.bench.tap_site import TapSite, tap_site
from tests.bench.wrk import CONNECTIONS, load

PROFILES = 1_000
CARDS = 5_000 if IS_SHORT else 1_000_000
MOMENTS = (500, 1_000, 2_000) if IS_SHORT else (5_000, 20_000, 50_000)
LIMIT_MB = 256.0
_MOST_SECONDS = 400  # a site that takes longer is no figure
_SEED = 20261122
_METHOD = (
    f"{CARDS:,} active cards of {PROFILES:,} profiles in one SQLite file; `serve` with one"
    f" worker. `wrk` opens {MOMENTS[-1]:,} of\nthem once each over {CONNECTIONS} keep-alive"
    " connections, in an order of chance: to make that many pages takes minutes.\nAll of them are"
    " then opened once in a process with the site's own WSGI application, its look-up and counts"
    " as they\nare, where a real page is copied with the card's token instead of being rendered."
    " Resident memory without the\ndatabase's mapped file (RssAnon)."
)
# wrk sleeps until its time is over, unless it is interrupted: a child of its own does that, after
# os.execute, which is deaf to it. From the end of the list on, the last card is opened again.
_WALK = """
local paths, at = {}, 0
function init(words)
    for token in io.lines(words[1]) do paths[#paths + 1] = "/c/" .. token end
end
function request()
    at = at + 1
    if at == #paths + 1 then os.execute("(sleep 0.1; kill -INT $PPID) &") end
    return wrk.format("GET", paths[math.min(at, #paths)])
end
"""
_OPEN_ALL = """
import os, sys
from pathlib import Path
from landing.app import create_app
from landing.settings import settings_from
from tests.bench.tap_memory import memory_mb
app = create_app(settings_from(os.environ))
tokens = Path(sys.argv[1]).read_text().split()
kept = app.wsgi_app._app
asked = {
    "REQUEST_METHOD": "GET", "QUERY_STRING": "", "HTTP_ACCEPT_ENCODING": "identity",
    "HTTP_HOST": os.environ["WECARD_SITE_URL"].partition("//")[2],
    "SERVER_NAME": "", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "SCRIPT_NAME": "",
    "wsgi.url_scheme": "http", "REMOTE_ADDR": "127.0.0.1",
}
def tap(token):
    return b"".join(app.wsgi_app(asked | {"PATH_INFO": "/c/" + token}, lambda *_: None))
real = tap(tokens[0])
assert tokens[0].encode() in real
size = len(real) // 3  # as compressed pages have it
def copy(environ, start_response):
    token = environ["PATH_INFO"][3:]
    start_response("200 OK", [("Content-Type", "text/html"), ("ETag", '"' + token + '"')])
    return [real[:size] + token.encode()]
kept._app = copy
for number, token in enumerate(tokens, start=1):
    assert tap(token).endswith(token.encode()) or number == 1
    if number in (len(tokens) // 10, len(tokens)):
        print(memory_mb(os.getpid(), "RssAnon"), flush=True)
"""


def measure() -> Suite:
    """Open every card once, and look at the worker on the way."""
    with tap_site() as site:
        tokens = _fill(site)
        with site.serving() as server:
            worker = _only_child(server.pid)
            idle_mb = memory_mb(worker, "RssAnon")
            seen = dict(_walked(site, worker, tokens))
        tenth, all_mb = _million(site, tokens)
    _, middle, last = MOMENTS
    return Suite(
        title="Memory of a web process",
        method=_METHOD,
        figures=(
            *(
                _figure(f"after {moment:,} different cards", seen[moment], "before any", idle_mb)
                for moment in MOMENTS
            ),
            _figure(
                f"after {last:,} different cards", seen[last], f"after {middle:,}", seen[middle]
            ),
            _figure(f"after {CARDS:,}, pages copied", all_mb, f"after {CARDS // 10:,}", tenth),
            _figure(f"after {CARDS:,}, pages copied", all_mb, "limit", LIMIT_MB),
        ),
    )


def _million(site: TapSite, tokens: list[str]) -> tuple[float, float]:
    """Open all cards in a process of its own; its memory after a tenth of them, and after all."""
    listed = site.folder / "all-tokens"
    listed.write_text("\n".join(tokens), encoding="ascii")
    done = subprocess.run(
        [sys.executable, "-c", _OPEN_ALL, listed],
        env=site.variables(),
        capture_output=True,
        text=True,
        check=True,
    )
    tenth, all_mb = map(float, done.stdout.split())
    return tenth, all_mb


def _figure(what: str, ours: float, against: str, theirs: float) -> Figure:
    return Figure(what=what, ours=ours, against=against, theirs=theirs, unit="MB")


def _walked(site: TapSite, worker: int, tokens: list[str]) -> Iterator[tuple[int, float]]:
    """Open the cards in turn; the worker's memory at each moment."""
    script, listed = site.folder / "walk.lua", site.folder / "tokens"
    script.write_text(_WALK, encoding="ascii")
    done = 0
    for moment in MOMENTS:
        listed.write_text("\n".join(tokens[done:moment]), encoding="ascii")
        found = load(site.site, _MOST_SECONDS, script=(script, listed))
        if found.refused or found.answers < moment - done - CONNECTIONS:
            raise AssertionError(found)
        done = moment
        yield moment, memory_mb(worker, "RssAnon")


def _fill(site: TapSite) -> list[str]:
    """Make the profiles and their cards; the cards' tokens, in an order of chance."""
    source, zoe = random.Random(_SEED), site.person("zoe")
    people = [
        replace(zoe, uid=str(UUID(int=number)), reference=f"person-{number}", slug=None)
        for number in range(PROFILES)
    ]
    with site.database_open() as database, database.writing() as db:
        for person in people:
            insert_profile(db, person)
    tokens = list({mint_token(source.randrange): None for _ in range(CARDS)})
    _insert_cards(site.database, sorted(tokens), [person.uid for person in people])
    return tokens


def _insert_cards(database: Path, tokens: list[str], owners: list[str]) -> None:
    """Insert by the driver, in the order of the key: a million rows are a matter of seconds."""
    at = "2026-11-22 14:00:00.000000"
    rows = (
        (token, "active", owners[number % len(owners)], at, at)
        for number, token in enumerate(tokens)
    )
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany(
            "INSERT INTO cards (token, state, profile_uid, created_at, state_changed_at)"
            " VALUES (?, ?, ?, ?, ?)",
            rows,
        )


def _only_child(parent: int) -> int:
    text = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    (child,) = text.split()
    return int(child)


def memory_mb(worker: int, name: str) -> float:
    """A figure of the process's state. Source: proc(5), status."""
    lines = Path(f"/proc/{worker}/status").read_text(encoding="utf-8").splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith(f"{name}:"))
    return int(kilobytes) * 1024 / 1e6
