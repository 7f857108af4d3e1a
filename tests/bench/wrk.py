"""Load with ``wrk``: what it is told, and what it found."""

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.raw_http import PHONE

CONNECTIONS = 32
_IN_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one run of wrk saw; ``refused`` answers are neither 2xx nor 3xx."""

    answers: int
    refused: int
    per_second: float
    p99_ms: float


def load(
    url: str,
    seconds: int,
    headers: Mapping[str, str] = PHONE,
    *,
    script: tuple[str | Path, ...] = (),
) -> Load:
    """Ask again and again over 32 keep-alive connections; ``script`` is a Lua file and its words.

    Raises:
        AssertionError: a connection failed.
    """
    words: list[str | Path] = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
    for name, value in headers.items():
        words += ["-H", f"{name}: {value}"]
    if script:
        words += ["-s", script[0]]
    words += [url, "--", *script[1:]]
    ended = subprocess.run(words, capture_output=True, text=True, check=True)
    if "Socket errors" in ended.stdout:
        raise AssertionError(ended.stdout)
    return _read(ended.stdout)


def in_turn(contestants: Mapping[str, Callable[[], Load]], rounds: int) -> dict[str, list[Load]]:
    """Let each run once a round, every other round from the last to the first."""
    seen: dict[str, list[Load]] = {name: [] for name in contestants}
    names = list(contestants)
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            seen[name].append(contestants[name]())
    return seen


def per_second(loads: list[Load]) -> float:
    """The median of requests a second."""
    return median(found.per_second for found in loads)


def p99_ms(loads: list[Load]) -> float:
    """The median of the 99th percentiles."""
    return median(found.p99_ms for found in loads)


def share_percent(ours: list[Load], theirs: list[Load]) -> float:
    """Our requests a second in theirs, the median of the rounds."""
    pairs = zip(ours, theirs, strict=True)
    return 100 * median(mine.per_second / other.per_second for mine, other in pairs)


def _read(text: str) -> Load:
    number, unit = _found(r"\s99%\s+([\d.]+)(us|ms|s|m)", text)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return Load(
        answers=int(_found(r"(\d+) requests in", text)[0]),
        refused=int(refused[1]) if refused else 0,
        per_second=float(_found(r"Requests/sec:\s+([\d.]+)", text)[0]),
        p99_ms=float(number) * _IN_MS[unit],
    )


def _found(pattern: str, text: str) -> tuple[str, ...]:
    match = re.search(pattern, text)
    if match is None:
        raise AssertionError(text)
    return match.groups()
