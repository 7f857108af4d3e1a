"""The watchdog: a reader that is lost, slow or long idle is opened again, and the operator told."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from encoder.errors import CollisionError, ReaderError, SilenceError
from encoder.readers.field import Field
from encoder.readers.watchdog import (
    BACK_OFF_SECONDS,
    IDLE_SECONDS,
    MOST_LOSSES,
    SLOW_SECONDS,
    Watchdog,
)

UID = bytes.fromhex("04A1B2C3D4E580")
GONE = ReaderError("the reader was lost: no such device")


@dataclass(slots=True)
class Clock:
    """A clock that goes when someone waits."""

    now: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def seconds(self) -> float:
        """The time."""
        return self.now

    def pause(self, seconds: float) -> None:
        """Wait."""
        self.pauses.append(seconds)
        self.now += seconds


class Board:
    """A reader that does as it is told.

    A look takes ``look_seconds``; ``error`` is raised once; it can be opened from ``back_at`` on.
    """

    exhausted = False
    poll_seconds = 0.01

    def __init__(self, clock: Clock, *, storage_only: bool = False) -> None:
        self.storage_only = storage_only
        self.clock = clock
        self.found: bytes | None = None
        self.error: Exception | None = None
        self.look_seconds = 0.0
        self.back_at = 0.0
        self.openings = 0
        self.is_open = False

    @contextmanager
    def open(self) -> Iterator[Field]:
        """Open it, if it is there; a new opening mends it."""
        assert not self.is_open
        self.openings += 1
        if self.clock.now < self.back_at:
            raise ReaderError("no reader was found at usb")
        self.is_open = True
        try:
            yield self
        finally:
            self.is_open = False

    def sense(self) -> bytes | None:
        """Look."""
        self.clock.now += self.look_seconds
        self._fail()
        return self.found

    def exchange(self, frame: bytes) -> bytes:
        """Answer with the frame."""
        self._fail()
        return frame

    def _fail(self) -> None:
        error, self.error = self.error, None
        if error is not None:
            raise error


class Bench:
    """A board, a clock, a watchdog over both, and what it told."""

    def __init__(self, *, storage_only: bool = False) -> None:
        self.clock = Clock()
        self.board = Board(self.clock, storage_only=storage_only)
        self.told: list[str] = []
        self.dog = Watchdog(
            self.board.open,
            on_trouble=self.told.append,
            seconds=self.clock.seconds,
            pause=self.clock.pause,
        )


@pytest.fixture
def bench() -> Iterator[Bench]:
    """A bench with its reader open."""
    bench = Bench()
    with bench.dog:
        yield bench
    assert not bench.board.is_open


def test_reader_that_works_is_opened_once(bench: Bench) -> None:
    bench.board.found = UID

    found = [bench.dog.sense() for _ in range(3)]

    assert (found, bench.dog.exchange(b"\x60")) == ([UID] * 3, b"\x60")
    assert (bench.board.openings, bench.told, bench.clock.pauses) == (1, [], [])


def test_reader_that_is_not_there_at_first_is_not_waited_for() -> None:
    bench = Bench()
    bench.board.back_at = math.inf

    with pytest.raises(ReaderError, match="no reader was found"), bench.dog:
        pass

    assert (bench.board.openings, bench.clock.pauses) == (1, [])


def test_loss_in_an_exchange_fails_the_card_and_the_next_look_opens_the_reader(
    bench: Bench,
) -> None:
    bench.board.error = GONE

    with pytest.raises(ReaderError, match="no such device"):
        bench.dog.exchange(b"\x60")
    with pytest.raises(ReaderError, match="no card is selected"):
        bench.dog.exchange(b"\x60")
    bench.board.found = UID
    found = bench.dog.sense()

    assert (found, bench.board.openings) == (UID, 2)
    assert bench.told == [f"{GONE}; it is opened again", "the reader is back"]


def test_loss_in_a_look_is_mended_within_the_look(bench: Bench) -> None:
    bench.board.error, bench.board.found = GONE, UID

    found = bench.dog.sense()

    assert (found, bench.board.openings) == (UID, 2)
    assert bench.clock.pauses == [BACK_OFF_SECONDS[0]]


def test_reader_that_comes_back_in_time_is_found(bench: Bench) -> None:
    bench.board.error, bench.board.back_at = GONE, sum(BACK_OFF_SECONDS[:3])

    found = bench.dog.sense()

    assert found is None
    assert bench.clock.pauses == list(BACK_OFF_SECONDS[:3])
    assert bench.told == [f"{GONE}; it is opened again", "the reader is back"]


def test_reader_that_stays_away_is_lost_for_good_within_seconds(bench: Bench) -> None:
    bench.board.error, bench.board.back_at = GONE, math.inf

    with pytest.raises(ReaderError, match="does not come back: no reader was found") as caught:
        bench.dog.sense()

    assert caught.value.exit_code == 3
    assert bench.clock.pauses == list(BACK_OFF_SECONDS)
    assert bench.clock.now < 5


def test_slow_reader_is_opened_again_and_looks_anew(bench: Bench) -> None:
    bench.clock.now, bench.board.look_seconds = 100.0, SLOW_SECONDS + 19

    bench.dog.sense()

    assert bench.board.openings == 2
    assert bench.told == ["the reader has become slow; it is opened again"]


def test_reader_that_is_slow_by_nature_is_not_opened_all_the_time(bench: Bench) -> None:
    bench.board.look_seconds = SLOW_SECONDS + 0.5

    for _ in range(50):
        bench.dog.sense()

    assert bench.board.openings == 2


def test_reader_that_saw_no_card_for_long_is_opened_again_without_a_word(bench: Bench) -> None:
    bench.clock.now = IDLE_SECONDS + 1

    bench.dog.sense()
    bench.dog.sense()

    assert (bench.board.openings, bench.told) == (2, [])


@pytest.mark.parametrize("busy", [UID, CollisionError("two cards")])
def test_reader_that_sees_cards_is_left_alone(bench: Bench, busy: bytes | Exception) -> None:
    bench.clock.now = IDLE_SECONDS - 1
    if isinstance(busy, Exception):
        bench.board.error = busy
        with pytest.raises(CollisionError):
            bench.dog.sense()
    else:
        bench.board.found = busy
        bench.dog.sense()

    bench.clock.now += IDLE_SECONDS - 1
    bench.dog.sense()

    assert bench.board.openings == 1


def test_silent_chip_is_no_reason_to_open_the_reader(bench: Bench) -> None:
    bench.board.error = SilenceError("no answer")

    with pytest.raises(SilenceError):
        bench.dog.exchange(b"\x60")

    assert (bench.dog.exchange(b"\x30"), bench.board.openings) == (b"\x30", 1)


def lose_a_card(bench: Bench) -> None:
    """Find a card, and lose the reader in the first exchange."""
    bench.dog.sense()
    bench.board.error = GONE
    with pytest.raises(ReaderError):
        bench.dog.exchange(b"\x60")


def test_reader_that_is_lost_with_every_card_is_given_up(bench: Bench) -> None:
    for _ in range(MOST_LOSSES):
        lose_a_card(bench)

    with pytest.raises(ReaderError, match="5 times within a minute"):
        bench.dog.sense()


def test_losses_that_lie_far_apart_are_no_reason_to_give_up(bench: Bench) -> None:
    for _ in range(3 * MOST_LOSSES):
        lose_a_card(bench)
        bench.clock.now += 20

    assert bench.dog.sense() is None


def test_what_the_reader_can_do_is_known_while_it_is_away() -> None:
    bench = Bench(storage_only=True)
    with bench.dog:
        bench.board.error = GONE
        with pytest.raises(ReaderError):
            bench.dog.exchange(b"\x30\x00")

        assert bench.dog.storage_only
        assert not bench.dog.exhausted
        assert bench.dog.poll_seconds > 0


class DeafWatchdog(Watchdog):
    """A broken watchdog: it goes on with the reader it has."""

    def _close(self) -> None:
        """Keep the reader."""


class HastyWatchdog(Watchdog):
    """A broken watchdog: a loss in an exchange is taken for silence."""

    def exchange(self, frame: bytes) -> bytes:
        """Send one frame."""
        try:
            return super().exchange(frame)
        except ReaderError as error:
            raise SilenceError("no answer") from error


@pytest.mark.parametrize(
    ("broken", "invariant"),
    [
        (DeafWatchdog, test_loss_in_a_look_is_mended_within_the_look),
        (DeafWatchdog, test_slow_reader_is_opened_again_and_looks_anew),
        (HastyWatchdog, test_loss_in_an_exchange_fails_the_card_and_the_next_look_opens_the_reader),
    ],
)
def test_broken_watchdogs_are_caught(
    broken: type[Watchdog], invariant: Callable[[Bench], None]
) -> None:
    bench = Bench()
    bench.dog = broken(
        bench.board.open,
        on_trouble=bench.told.append,
        seconds=bench.clock.seconds,
        pause=bench.clock.pause,
    )

    with bench.dog, pytest.raises((AssertionError, SilenceError)):
        invariant(bench)
