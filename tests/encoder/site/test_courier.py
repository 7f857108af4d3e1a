"""The courier: in order, once each, patient with a site that is away, and never in the way."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from encoder.errors import SiteAwayError, SiteRefusedError
from encoder.ledger import Ledger
from encoder.ledger.outbox import Settled, SiteJob
from encoder.site import Courier, Delivery, Postman, SiteClient
from encoder.site.courier import BATCH
from landing.contract.token import mint_token
from tests.encoder.kit import BENCH, START
from tests.encoder.ledger.cast import WHOLE, card, record
from tests.encoder.site.counter import Asked, Counter, Reply, counter, problem, taken

PATIENCE = 20.0  # seconds until a test gives up; what it waits for takes a fraction of one
DOWN = Reply(status=503, kind="text/html")


@dataclass
class Bench:
    """A ledger with a job of a site, and what its operator was told."""

    ledger: Ledger
    told: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def book(self, count: int = 1) -> list[str]:
        """Book so many more cards."""
        new = [mint_token() for _ in range(count)]
        for token in new:
            uid = f"04{len(self.tokens):012X}"
            self.ledger.begin(card(uid, token), at=START, by=BENCH)
            record(self.ledger, uid, *WHOLE)
            self.tokens.append(token)
        return new

    def postman(self, served: Counter, kind: type[Postman] = Postman) -> Postman:
        """A postman to this counter."""
        return kind(
            self.ledger,
            SiteClient(served.site, "t", quiet_seconds=2.0),
            job="J-1",
            station="bench-1",
            now=lambda: START,
            tell=self.told.append,
        )

    def courier(self, served: Counter, now: Callable[[], datetime] = lambda: START) -> Courier:
        """A courier to this counter, in a hurry."""
        client = SiteClient(served.site, "t", quiet_seconds=2.0)
        postman = Postman(
            self.ledger, client, job="J-1", station="s", now=now, tell=self.told.append
        )
        return Courier(postman, client, tell=self.told.append, first_pause=0.01, longest_pause=0.05)

    @property
    def waiting(self) -> int:
        """How many cards wait."""
        return self.ledger.outbox.count_waiting("J-1")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A bench whose job came from a site."""
    with Ledger.open(tmp_path / "ledger.db", writable=True) as ledger:
        ledger.outbox.keep_job(SiteJob(job="J-1", address="a", document="{}"), at=START)
        yield Bench(ledger)


def deliver_all(postman: Postman) -> None:
    """Tell of everything that waits."""
    while postman.deliver():
        pass


def until(condition: Callable[[], bool]) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_cards_are_told_in_order_and_once_each(bench: Bench) -> None:
    tokens = bench.book(BATCH + 5)

    with counter(taken) as served:
        deliver_all(bench.postman(served))
        deliver_all(bench.postman(served))

    assert [len(asked.tokens) for asked in served.asked] == [BATCH, 5]
    assert [token for asked in served.asked for token in asked.tokens] == tokens
    assert bench.waiting == 0


def test_answer_that_was_lost_has_the_card_told_again(bench: Bench) -> None:
    tokens = bench.book(2)
    with counter(lambda _: DOWN) as served:
        postman = bench.postman(served)
        with pytest.raises(SiteAwayError):
            postman.deliver()
        served.answer = taken
        deliver_all(postman)

    assert [asked.tokens for asked in served.asked] == [tokens, tokens]
    assert bench.waiting == 0


class Hasty(Postman):
    """The seeded fault: what is on its way counts as told."""

    def deliver(self) -> bool:
        """Keep the yes ahead of the question."""
        batch = self._outbox.waiting(self._job, after=self._mark, limit=BATCH)
        self._outbox.settle([Settled(entry, "taken") for entry in batch], at=START)
        return super().deliver()


@pytest.mark.parametrize(("kind", "lost"), [(Postman, False), (Hasty, True)])
def test_card_told_to_a_site_that_is_away_is_not_lost(
    bench: Bench, kind: type[Postman], lost: bool
) -> None:
    bench.book()
    with counter(lambda _: DOWN) as served:
        with suppress(SiteAwayError):
            bench.postman(served, kind).deliver()
        served.answer = taken
        deliver_all(bench.postman(served))

    assert bench.waiting == 0
    assert (len(served.asked) < 2) == lost


def refusing(*tokens: str, named: bool = True) -> Callable[[Asked], Reply]:
    """A site that refuses every report with one of these cards in it."""

    def answer(asked: Asked) -> Reply:
        bad = [token for token in asked.tokens if token in tokens]
        if not bad:
            return taken(asked)
        faults = [{"token": token, "fault": "it is bound elsewhere"} for token in bad]
        return problem(409, "A contradiction.", **({"faults": faults} if named else {}))

    return answer


@pytest.mark.parametrize("named", [True, False])
def test_refused_card_is_kept_and_shown_and_holds_up_no_other(bench: Bench, named: bool) -> None:
    tokens = bench.book(5)

    with counter(refusing(tokens[1], tokens[3], named=named)) as served:
        deliver_all(bench.postman(served))
        asked = len(served.asked)
        deliver_all(bench.postman(served))

    refused = [entry.token for entry in bench.ledger.outbox.not_taken()]
    assert refused == [tokens[1], tokens[3]]
    assert bench.waiting == 0
    assert len(bench.told) == 2
    assert len(served.asked) == asked


@pytest.mark.parametrize(
    ("job", "is_cancelled"),
    [(problem(410), True), (problem(404), False), (DOWN, False), (Reply(), False)],
)
def test_withdrawn_card_is_put_aside_and_its_job_looked_at(
    bench: Bench, job: Reply, is_cancelled: bool
) -> None:
    (token,) = bench.book()

    def answer(asked: Asked) -> Reply:
        return job if asked.method == "GET" else taken(asked, withdrawn=(token,))

    with counter(answer) as served:
        postman = bench.postman(served)
        deliver_all(postman)

    assert postman.is_cancelled == is_cancelled
    (job_kept,) = bench.ledger.outbox.jobs()
    assert (job_kept.document is None) == is_cancelled
    (kept,) = bench.ledger.outbox.not_taken()
    assert (kept.token, kept.answer) == (token, "withdrawn")
    assert "put this card aside" in bench.told[0]


@pytest.mark.parametrize("status", [401, 403, 404, 413, 422])
def test_refused_station_leaves_all_cards_waiting(bench: Bench, status: int) -> None:
    bench.book(3)

    with counter(lambda _: problem(status)) as served, pytest.raises(SiteRefusedError):
        bench.postman(served).deliver()

    assert bench.waiting == 3
    assert bench.ledger.outbox.not_taken() == []


def test_courier_tells_what_an_earlier_run_left_and_each_new_card(bench: Bench) -> None:
    bench.book(2)
    with counter(taken) as served:
        courier = bench.courier(served)
        courier.start()
        until(lambda: bench.waiting == 0)
        bench.book()
        courier.wake()
        until(lambda: bench.waiting == 0)
        left = courier.finish(PATIENCE)

    assert left == Delivery("idle", 0)
    assert [token for asked in served.asked for token in asked.tokens] == bench.tokens
    assert bench.told == []


def test_courier_waits_for_a_site_that_is_away_and_says_so_twice_at_most(bench: Bench) -> None:
    bench.book(3)
    with counter(lambda _: DOWN) as served:
        courier = bench.courier(served)
        courier.start()
        until(lambda: len(served.asked) >= 4)
        away = courier.status()
        served.answer = taken
        until(lambda: bench.waiting == 0)
        courier.finish(PATIENCE)

    assert (away.state in ("away", "sending"), away.waiting) == (True, 3)
    assert len(bench.told) == 2
    assert "work goes on" in bench.told[0]
    assert "is back" in bench.told[1]


def test_courier_comes_back_no_sooner_than_the_site_asks_for(bench: Bench) -> None:
    bench.book()
    later = Reply(status=503, kind="text/html", headers=(("Retry-After", "120"),))

    with counter(lambda _: later) as served:
        courier = bench.courier(served)
        courier.start()
        until(lambda: courier.status().state == "away")
        time.sleep(0.5)  # ten of its own pauses
        asked = len(served.asked)
        courier.finish(0.0)

    assert asked == 1


def test_courier_stops_at_once_when_the_token_is_refused(bench: Bench) -> None:
    bench.book(1)
    with counter(lambda _: problem(401, "No such token.")) as served:
        courier = bench.courier(served)
        courier.start()
        until(lambda: bool(bench.told))
        bench.book(1)
        courier.wake()
        left = courier.finish(PATIENCE)

    assert (left.state, left.waiting) == ("stopped", 2)
    assert len(served.asked) == 1
    assert "No such token" in bench.told[0]
    assert "wait in the ledger" in bench.told[0]


def test_finishing_makes_one_more_try_and_keeps_the_rest(bench: Bench) -> None:
    bench.book(2)
    with counter(lambda _: DOWN) as served:
        client = SiteClient(served.site, "t")
        courier = Courier(bench.postman(served), client, tell=bench.told.append, first_pause=60.0)
        courier.start()
        until(lambda: courier.status().state == "away")
        asked = len(served.asked)
        left = courier.finish(0.3)

    assert (left.waiting, bench.waiting) == (2, 2)
    assert len(served.asked) > asked


def test_bench_goes_on_while_the_site_says_nothing(bench: Bench) -> None:
    with counter(lambda asked: Reply(delay=1.5)) as served:
        courier = bench.courier(served)
        courier.start()
        until(lambda: not bench.waiting)
        bench.book()
        courier.wake()
        until(lambda: bool(served.asked))
        begun = time.monotonic()
        bench.book(20)
        courier.wake()
        worked = time.monotonic() - begun
        answered = courier.status().state != "sending"
        courier.finish(0.0)

    assert not answered, f"20 cards took {worked:.2f} s"


def test_fault_of_ours_is_told_and_loses_nothing(bench: Bench) -> None:
    bench.book()

    def broken_clock() -> datetime:
        raise RuntimeError("the clock is broken")

    with counter(taken) as served:
        courier = bench.courier(served, now=broken_clock)
        courier.start()
        until(lambda: bool(bench.told))
        courier.finish(0.1)

    assert "a fault of ours: RuntimeError" in bench.told[0]
    assert bench.waiting == 1
