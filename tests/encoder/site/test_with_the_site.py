"""The real command at the real site: whatever dies in between, every card is known in the end."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from encoder.chips.models import NTAG213
from encoder.ledger import Ledger
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.server import FieldServer
from tests.encoder.cli.command import events_in
from tests.encoder.kit import new_chip
from tests.processes import COMMANDS, Workshop, free_port

PATIENCE = 90.0  # seconds until a test gives up
CARDS = 4


class GatedBox(CardBox):
    """An operator who lays no more cards down than the test has allowed so far."""

    def __init__(self, cards: list[VirtualChip]) -> None:
        self.allowed = 0
        self._laid = 0
        super().__init__(cards)

    def _wait_or_lay(self) -> None:
        if self._laid < self.allowed or self._gap:
            super()._wait_or_lay()

    def _lay(self, card: VirtualChip) -> None:
        self._laid += 1
        super()._lay(card)


@dataclass
class Bench:
    """A workshop with a job of blank cards at its site, and a station's token."""

    workshop: Workshop
    job: str
    address: str

    @property
    def token_file(self) -> Path:
        """Where the token stands."""
        return self.workshop.folder / "station.token"

    def new_token(self) -> None:
        """Have the site make a token."""
        self.token_file.touch(0o600)
        self.token_file.write_text(self.workshop.done("wecard-landing", "station", "new", "b-1"))

    def words(self, reader: str) -> list[str]:
        """How the command is called."""
        ledger = str(self.workshop.ledger)
        token = str(self.token_file)
        return ["run", self.address, "--reader", reader, "--ledger", ledger, "--token-file", token]

    @contextmanager
    def running(self, reader: str) -> Iterator[subprocess.Popen[str]]:
        """Run the job in a process of its own; it is ended with the block."""
        process = subprocess.Popen(
            [COMMANDS / "wecard-encoder", *self.words(reader), "--json"],
            env=self.workshop.variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def rows(self, statement: str) -> list[Any]:
        """Ask the site's database."""
        opened = sqlite3.connect(self.workshop.database)
        try:
            return opened.execute(statement).fetchall()
        finally:
            opened.close()

    def at_site(self) -> set[tuple[str, str]]:
        """Token and UID of each card that the site knows as made."""
        return set(self.rows("SELECT token, uid FROM cards WHERE state = 'unclaimed'"))

    def at_bench(self) -> set[tuple[str, str]]:
        """Token and UID of each card that the ledger has as done."""
        with Ledger.open(self.workshop.ledger, writable=False) as ledger:
            return {(card.token, card.uid) for card in ledger.cards() if card.is_done}

    def waiting(self) -> int:
        """How many cards wait in the ledger."""
        with Ledger.open(self.workshop.ledger, writable=False) as ledger:
            return ledger.outbox.count_waiting(self.job)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A site with a job; it does not run yet."""
    workshop = Workshop(folder=tmp_path, port=free_port())
    workshop.done("wecard-landing", "migrate")
    words = ("job", "new", "--blank", str(CARDS), "--no-file", "--json")
    made = json.loads(workshop.done("wecard-landing", *words))
    bench = Bench(workshop, made["job"], made["address"])
    bench.new_token()
    return bench


@pytest.fixture
def box() -> GatedBox:
    """Blank cards, none of them laid down yet."""
    return GatedBox([new_chip(NTAG213) for _ in range(CARDS)])


def until(condition: Callable[[], bool]) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def made(bench: Bench, count: int) -> Callable[[], bool]:
    """Whether the ledger has so many cards done."""
    return lambda: bench.workshop.ledger.exists() and _done(bench) >= count


def _done(bench: Bench) -> int:
    opened = sqlite3.connect(bench.workshop.ledger)
    try:
        return int(
            opened.execute("SELECT count(*) FROM stages WHERE stage = 'booked'").fetchone()[0]
        )
    except sqlite3.OperationalError:  # the run is just making it
        return 0
    finally:
        opened.close()


def end_of(process: subprocess.Popen[str]) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, events and talk of a run that ends by itself."""
    stdout, stderr = process.communicate(timeout=PATIENCE)
    return process.returncode, events_in(stdout), stderr


def test_whole_job_goes_from_the_site_and_back_without_a_file(bench: Bench) -> None:
    with bench.workshop.serving():
        result = bench.workshop.run("wecard-encoder", *bench.words("sim"), "--json")

    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert [event["event"] for event in events_in(result.stdout)][-1] == "end"
    assert len(bench.at_site()) == CARDS
    assert bench.at_site() == bench.at_bench()
    assert bench.rows("SELECT DISTINCT station FROM cards") == [("b-1",)]
    with Ledger.open(bench.workshop.ledger, writable=False) as ledger:
        (kept,) = ledger.outbox.jobs()
    assert kept.document is None


def test_site_that_goes_and_comes_back_knows_every_card(bench: Bench, box: GatedBox) -> None:
    with FieldServer(box) as server, ExitStack() as stack:
        with bench.workshop.serving():
            process = stack.enter_context(bench.running(server.path))
            box.allowed = 1
            until(lambda: len(bench.at_site()) == 1)
        box.allowed = 3
        until(made(bench, 3))
        away = bench.waiting()
        with bench.workshop.serving():
            until(lambda: len(bench.at_site()) == 3)
            box.allowed = CARDS
            code, _, told = end_of(process)

    assert code == 0
    assert away == 2
    assert bench.at_site() == bench.at_bench()
    assert told.count("cannot be reached") == 1
    assert told.count("is back") == 1


def test_rest_is_sent_later_when_the_site_stays_away(bench: Bench, box: GatedBox) -> None:
    with FieldServer(box) as server, bench.workshop.serving(), bench.running(server.path):
        box.allowed = 1
        until(lambda: len(bench.at_site()) == 1)

    resumed = bench.workshop.run("wecard-encoder", *bench.words("sim"), "--json")
    shown = json.loads(bench.workshop.done("wecard-encoder", *_report(bench, "show"), "--json"))
    away = bench.workshop.run("wecard-encoder", *_report(bench, "send"))
    with bench.workshop.serving():
        sent = bench.workshop.run("wecard-encoder", *_report(bench, "send"), "--json")

    assert resumed.returncode == 0
    assert "the job is the one that the ledger kept" in resumed.stderr
    assert f"{CARDS - 1} cards are booked and wait" in resumed.stderr
    assert shown["waiting"] == {bench.job: CARDS - 1}
    assert (away.returncode, "still wait in the ledger" in away.stderr) == (4, True)
    assert json.loads(sent.stdout) == {"waiting": {bench.job: 0}, "not_taken": []}
    assert len(bench.at_site()) == CARDS
    assert bench.at_site() == bench.at_bench()


def _report(bench: Bench, verb: str) -> list[str]:
    words = ["report", verb, "--ledger", str(bench.workshop.ledger)]
    return [*words, "--token-file", str(bench.token_file)] if verb == "send" else words


def test_run_killed_between_card_and_report_loses_neither(bench: Bench, box: GatedBox) -> None:
    with FieldServer(box) as server:
        with bench.workshop.serving(), bench.running(server.path) as process:
            box.allowed = 1
            until(lambda: len(bench.at_site()) == 1)
            os.kill(process.pid, signal.SIGSTOP)
        assert _done(bench) == 1
    # The site is away while the next run books a card, and dies ahead of any report.
    with FieldServer(box) as server, bench.running(server.path) as process:
        box.allowed = 2
        until(made(bench, 2))
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
        lost = bench.at_bench() - bench.at_site()
    with (
        FieldServer(box) as server,
        bench.workshop.serving(),
        bench.running(server.path) as process,
    ):
        box.allowed = CARDS
        code, _, _ = end_of(process)

    assert len(lost) == 1
    assert code == 0
    assert len(bench.at_site()) == CARDS
    assert bench.at_site() == bench.at_bench()


def test_token_revoked_in_mid_run_is_told_at_once_and_work_goes_on(
    bench: Bench, box: GatedBox
) -> None:
    with bench.workshop.serving(), FieldServer(box) as server:
        with bench.running(server.path) as process:
            box.allowed = 1
            until(lambda: len(bench.at_site()) == 1)
            bench.workshop.done("wecard-landing", "station", "revoke", "b-1")
            box.allowed = CARDS
            code, events, told = end_of(process)
        bench.new_token()
        sent = bench.workshop.run("wecard-encoder", *_report(bench, "send"))

    assert (code, events[-1]["remaining"]) == (0, 0)
    assert "was revoked" in told
    assert f"{CARDS - 1} cards are booked and wait" in told
    assert sent.returncode == 0
    assert bench.at_site() == bench.at_bench()


@pytest.mark.parametrize(
    ("token", "told"), [("wcs_wrong", "refuses (401)"), ("", "there is no station token")]
)
def test_wrong_token_is_told_ahead_of_any_card(bench: Bench, token: str, told: str) -> None:
    bench.token_file.write_text(token)

    with bench.workshop.serving():
        result = bench.workshop.run("wecard-encoder", *bench.words("sim"), "--json")

    assert (result.returncode, result.stdout) == (4, "")
    assert told in result.stderr
    assert "hint: " in result.stderr
    assert not bench.workshop.ledger.exists()


def test_site_away_without_a_kept_job_is_exit_4(bench: Bench) -> None:
    result = bench.workshop.run("wecard-encoder", *bench.words("sim"), "--json")

    assert (result.returncode, result.stdout) == (4, "")
    assert "cannot be reached" in result.stderr
    assert "no card was touched" in result.stderr


def test_refused_card_is_kept_and_offered_again(bench: Bench) -> None:
    with bench.workshop.serving():
        bench.workshop.done("wecard-encoder", *bench.words("sim"), "--json")
    with sqlite3.connect(bench.workshop.database) as site:
        (token,) = site.execute("SELECT token FROM cards ORDER BY position").fetchone()
        site.execute("UPDATE cards SET uid = '04FFFFFFFFFF80' WHERE token = ?", (token,))
    site.close()
    with sqlite3.connect(bench.workshop.ledger) as ledger:
        ledger.execute("DELETE FROM deliveries")  # as if every answer had been lost
    ledger.close()

    with bench.workshop.serving():
        first = bench.workshop.run("wecard-encoder", *_report(bench, "send"), "--json")
        second = bench.workshop.run("wecard-encoder", *_report(bench, "send"), "--json")
        with sqlite3.connect(bench.workshop.database) as site:
            site.execute(
                "UPDATE cards SET uid = ? WHERE token = ?", (dict(bench.at_bench())[token], token)
            )
        site.close()
        third = bench.workshop.run("wecard-encoder", *_report(bench, "send"), "--again", "--json")

    assert [run.returncode for run in (first, second, third)] == [6, 0, 0]
    (kept,) = json.loads(second.stdout)["not_taken"]
    assert (kept["token"], kept["answer"]) == (token, "refused")
    assert "it is bound to the chip" in kept["message"]
    assert json.loads(third.stdout) == {"waiting": {bench.job: 0}, "not_taken": []}


def test_card_made_after_a_cancel_is_known_told_apart_and_the_last(
    bench: Bench, box: GatedBox
) -> None:
    with bench.workshop.serving(), FieldServer(box) as server:
        with bench.running(server.path) as process:
            box.allowed = 1
            until(lambda: len(bench.at_site()) == 1)
            bench.workshop.done("wecard-landing", "job", "cancel", bench.job)
            box.allowed = 2
            code, events, told = end_of(process)
        again = bench.workshop.run("wecard-encoder", *bench.words("sim"), "--json")

    assert (code, events[-1]["remaining"]) == (5, CARDS - 2)
    assert told.count("put this card aside") == 1
    assert f"{bench.job} was cancelled" in told
    assert bench.rows("SELECT count(uid) FROM cards WHERE state = 'retired'") == [(1,)]
    assert again.returncode == 4
    assert "was cancelled" in again.stderr
