"""What one web process keeps in memory while it answers for a million different cards."""

import random
import sqlite3
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
MOMENTS = (500, 1_000, 2_000) if IS_SHORT else (10_000, 100_000, 1_000_000)
LIMIT_MB = 256.0
_MOST_SECONDS = 360  # a site that takes longer is no figure
_SEED = 20261122
_METHOD = (
    f"{MOMENTS[-1]:,} active cards of {PROFILES:,} profiles in one SQLite file; `serve` with one"
    f" worker. `wrk` opens each\ncard once over {CONNECTIONS} keep-alive connections, in an order"
    " of chance. Resident memory of the worker (VmRSS), and the\nmost it ever had"
    " (VmHWM)."
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


def measure() -> Suite:
    """Open every card once, and look at the worker on the way."""
    with tap_site() as site:
        tokens = _fill(site)
        with site.serving() as server:
            worker = _only_child(server.pid)
            idle_mb = _memory_mb(worker, "VmRSS")
            seen = dict(_walked(site, worker, tokens))
            most_mb = _memory_mb(worker, "VmHWM")
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
            _figure(f"after {last:,} different cards", seen[last], "limit", LIMIT_MB),
            _figure("the most it ever had", most_mb, "limit", LIMIT_MB),
        ),
    )


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
        yield moment, _memory_mb(worker, "VmRSS")


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
    tokens = list({mint_token(source.randrange): None for _ in range(MOMENTS[-1])})
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


def _memory_mb(worker: int, name: str) -> float:
    """A figure of the process's state. Source: proc(5), status."""
    lines = Path(f"/proc/{worker}/status").read_text(encoding="utf-8").splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith(f"{name}:"))
    return int(kilobytes) * 1024 / 1e6
