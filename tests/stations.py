"""The station as a process of its own, at a virtual reader that a test lays cards on."""

import json
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.server import FieldServer
from landing.contract.documents import Job, dump_job
from tests.processes import COMMANDS, Workshop, free_port

PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Visit:
    """What a browser keeps that came in: its cookie, and the pass that its page has."""

    cookie: str = ""
    word: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """What goes along with each request of our own page."""
        return {"Cookie": self.cookie, "Station-Pass": self.word}


def come_in(address: str) -> Visit:
    """Use an address with a key."""
    with urllib.request.urlopen(address) as answer:
        cookie = str(answer.headers["Set-Cookie"]).partition(";")[0]
        return Visit(cookie, answer.read().decode().partition('data-pass="')[2].partition('"')[0])


@dataclass
class RunningStation:
    """A station that serves; ``visit`` is what a browser has that came in with the first key."""

    process: subprocess.Popen[str]
    port: int
    address: str
    visit: Visit = field(default_factory=Visit)

    @property
    def origin(self) -> str:
        """Its own origin."""
        return f"http://127.0.0.1:{self.port}"

    def enter(self) -> None:
        """Use the key that the station printed."""
        self.visit = come_in(self.address)

    def ask(
        self, method: str, path: str, body: str | None = None, **headers: str
    ) -> tuple[int, str]:
        """One request as our own page makes it, unless the headers say otherwise."""
        own = {"Host": f"127.0.0.1:{self.port}"} | self.visit.headers
        if method == "POST":
            own |= {"Origin": self.origin, "Content-Type": "application/json"}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in (own | given).items() if value}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, body, sent)
            answer: HTTPResponse = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def do(self, lever: str, **wish: Any) -> None:
        """Pull one of the page's levers."""
        status, told = self.ask("POST", f"/do/{lever}", json.dumps(wish))
        assert status == 200, told

    def choose(self, job: Job) -> None:
        """Drop a job on the page."""
        status, told = self.ask("POST", "/do/job", dump_job(job))
        assert status == 200, told

    def state(self) -> dict[str, Any]:
        """The state that every page shows."""
        status, told = self.ask("GET", "/state")
        assert status == 200, told
        return dict(json.loads(told))

    def until(self, is_so: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Wait for a state; answer it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            state = self.state()
            if is_so(state):
                return state
            time.sleep(0.02)
        raise AssertionError(f"it did not come to that: {state}")

    def until_panel(self, wanted: str) -> dict[str, Any]:
        """Wait until the first reader's panel shows a state."""
        return self.until(
            lambda state: (
                state["phase"] == "working" and [p["state"] for p in state["panels"]] == [wanted]
            )
        )

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()


@dataclass
class Bench:
    """A folder, a virtual place, and the stations that are started on them one after another."""

    workshop: Workshop
    place: VirtualField
    reader: str
    words: list[str] = field(default_factory=list)

    @property
    def ledger(self) -> Path:
        """The ledger."""
        return self.workshop.ledger

    @contextmanager
    def station(self, *words: str) -> Iterator[RunningStation]:
        """Start the command; it is ended as Ctrl-C would, if it was not killed."""
        fixed = ("--ledger", str(self.ledger), "--port", str(self.workshop.port), "--no-browser")
        named = ("--station", "bench-1", "--operator", "mona", "--reader", self.reader)
        with subprocess.Popen(
            [COMMANDS / "wecard-encoder", "station", *fixed, *named, *self.words, *words],
            cwd=self.workshop.folder,
            env=self.workshop.variables(),
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                assert process.stdout is not None
                address = process.stdout.readline().strip()
                assert address, "the station did not start"
                yield RunningStation(process, self.workshop.port, address)
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=PATIENCE_SECONDS)

    @contextmanager
    def entered(self, *words: str) -> Iterator[RunningStation]:
        """Start the command, and come in with its key."""
        with self.station(*words) as station:
            station.enter()
            yield station

    def lay(self, chip: VirtualChip) -> None:
        """Lay a card down."""
        self.place.lay(chip)

    def lift(self) -> None:
        """Take it away."""
        self.place.lift()


@contextmanager
def bench_in(folder: Path) -> Iterator[Bench]:
    """A bench with a reader, and nothing on it."""
    place = VirtualField()
    with FieldServer(place, free_port()) as server:
        yield Bench(Workshop(folder=folder, port=free_port()), place, server.path)
