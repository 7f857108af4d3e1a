"""The courier: a thread that tells the site of each booked card, and never holds up the bench.

Cards are told in the order they were booked. When the site is away the courier waits, longer each
time, and tries again; when it refuses the station, it stops and says so at once. Whatever was not
answered stays in the ledger for the next run.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from threading import Condition, Thread
from typing import Literal

from encoder.errors import EncoderError, SiteAwayError, SiteRefusedError
from encoder.ledger import Ledger
from encoder.ledger.outbox import Settled, Waiting
from encoder.site.address import JobAddress
from encoder.site.client import SiteClient
from landing.contract.documents import Report
from landing.contract.token import format_token

BATCH = 100
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
_JOIN_SECONDS = 1.0

DeliveryState = Literal["idle", "sending", "away", "stopped"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the reports stand: ``message`` is why the site is away or the courier stopped."""

    state: DeliveryState
    waiting: int
    message: str = ""


class _ChangedError(Exception):
    """A card of a batch was scrapped or encoded anew; no byte of the batch was sent."""


class Postman:
    """Tells the site of what waits, once; without a thread, a clock or patience."""

    def __init__(
        self,
        ledger: Ledger,
        client: SiteClient,
        *,
        job: str,
        station: str,
        now: Callable[[], datetime],
        tell: Callable[[str], None],
    ) -> None:
        self._outbox = ledger.outbox
        self._client = client
        self._job = job
        self._station = station
        self._now = now
        self._tell = tell
        self._mark = 0
        self.is_cancelled = False

    @property
    def waiting(self) -> int:
        """How many cards wait."""
        return self._outbox.count_waiting(self._job, after=self._mark)

    def deliver(self) -> bool:
        """Tell of the next cards; False when none waits.

        Raises:
            SiteAwayError: the cards still wait; later it may work.
            SiteRefusedError: the cards still wait; something must be set right first.
        """
        batch = self._outbox.waiting(self._job, after=self._mark, limit=BATCH)
        if not batch:
            return False
        try:
            settled = self._settled(batch)
        except _ChangedError:
            return True  # the batch is put together anew
        self._outbox.settle(settled, at=self._now())
        self._mark = batch[-1].booking
        if any(entry.answer == "withdrawn" for entry in settled) and not self.is_cancelled:
            self.is_cancelled = self._is_gone()
            if self.is_cancelled:  # nor may a later run make cards of it while the site is away
                self._outbox.forget_document(self._job)
        return True

    def _is_gone(self) -> bool:
        """Whether a withdrawn token is one of many: no further card is to be wasted then."""
        try:
            self._client.fetch_job(JobAddress(self._client.site, self._job))
        except SiteRefusedError as error:
            return error.status == HTTPStatus.GONE
        except SiteAwayError:
            return False
        return False

    def _settled(self, batch: Sequence[Waiting]) -> list[Settled]:
        """The site's answer to each card; where it names none of those it refuses, one by one."""
        if not batch:
            return []
        try:
            withdrawn = self._client.send_report(
                self._report(batch), ahead=lambda: self._mark_tried(batch)
            )
        except SiteRefusedError as error:
            if error.status != HTTPStatus.CONFLICT:
                raise
            return self._without_refused(batch, error)
        return self._taken(batch, withdrawn)

    def _mark_tried(self, batch: Sequence[Waiting]) -> None:
        """From here on the site may have these cards in service, whatever comes back."""
        if not self._outbox.try_all(batch, at=self._now()):
            raise _ChangedError

    def _without_refused(self, batch: Sequence[Waiting], error: SiteRefusedError) -> list[Settled]:
        named = [entry for entry in batch if entry.card.token in error.faults]
        others = [entry for entry in batch if entry.card.token not in error.faults]
        if not named and len(batch) > 1:
            return [answer for entry in batch for answer in self._settled([entry])]
        settled = []
        for entry in named or batch:
            why = error.faults.get(entry.card.token, str(error))
            token = format_token(entry.card.token)
            self._tell(f"{token}: the site refuses this card: {why}; {error.hint}")
            settled.append(Settled(entry, "refused", why))
        return settled + (self._settled(others) if named else [])

    def _taken(self, batch: Sequence[Waiting], withdrawn: frozenset[str]) -> list[Settled]:
        settled = []
        for entry in batch:
            token = entry.card.token
            if token not in withdrawn:
                settled.append(Settled(entry, "taken"))
                continue
            why = "the token was withdrawn or retired at the site"
            self._tell(f"{format_token(token)}: put this card aside: {why}; it opens no page")
            settled.append(Settled(entry, "withdrawn", why))
        return settled

    def _report(self, batch: Sequence[Waiting]) -> Report:
        cards = tuple(entry.card for entry in batch)
        return Report(job=self._job, station=self._station, cards=cards)


class Courier:
    """A postman with a thread; ``tell`` may be called from it."""

    def __init__(
        self,
        postman: Postman,
        client: SiteClient,
        *,
        tell: Callable[[str], None],
        first_pause: float = FIRST_PAUSE,
        longest_pause: float = LONGEST_PAUSE,
    ) -> None:
        self._postman = postman
        self._client = client
        self._tell = tell
        self._first_pause = first_pause
        self._longest_pause = longest_pause
        self._news = Condition()
        self._is_due = True  # what an earlier run left
        self._is_hurried = False
        self._is_ending = False
        self._state: DeliveryState = "idle"
        self._message = ""
        self._thread = Thread(target=self._work, name="courier", daemon=True)

    def start(self) -> None:
        """Begin with what waits already."""
        self._thread.start()

    def wake(self) -> None:
        """Say that a card was booked; returns at once."""
        with self._news:
            self._is_due = True
            self._news.notify_all()

    def is_cancelled(self) -> bool:
        """Whether the site has cancelled the job: no further card is to be made of it."""
        return self._postman.is_cancelled

    def status(self) -> Delivery:
        """How the reports stand."""
        with self._news:
            state, message = self._state, self._message
        return Delivery(state, self._postman.waiting, message)

    def finish(self, seconds: float) -> Delivery:
        """Send what waits for so many seconds at most, then stop."""
        deadline = time.monotonic() + seconds
        with self._news:
            self._is_due = self._is_hurried = True
            self._news.notify_all()
            while self._is_busy() and (left := deadline - time.monotonic()) > 0:
                self._news.wait(left)
            self._is_ending = True
            self._news.notify_all()
        self._client.close()
        self._thread.join(_JOIN_SECONDS)
        return self.status()

    def _is_busy(self) -> bool:
        return self._thread.is_alive() and (self._is_due or self._state in ("sending", "away"))

    def _work(self) -> None:
        pause = self._first_pause
        try:
            while self._wait_for_news():
                try:
                    while not self._is_ending and self._postman.deliver():
                        pause = self._first_pause
                    self._turn_to("idle")
                except SiteAwayError as error:
                    self._stay_away(error, pause)
                    pause = min(pause * 2, self._longest_pause)
        except EncoderError as error:
            self._stop(f"{error}; the reports wait in the ledger; hint: {error.hint}")
        except Exception as error:  # noqa: BLE001 - a thread that dies in silence is never missed
            self._stop(f"a fault of ours: {type(error).__name__}; the reports wait in the ledger")

    def _wait_for_news(self) -> bool:
        with self._news:
            while not self._is_due and not self._is_ending:
                self._news.wait()
            if self._is_ending:
                return False
            self._is_due = False
            self._state = "sending"
            return True

    def _stay_away(self, error: SiteAwayError, pause: float) -> None:
        """Tell of the first time that it is so, then wait; half of the pause is left to chance."""
        if self._message != str(error) and not self._is_ending:
            self._tell(f"{error}; work goes on, the reports wait in the ledger")
        self._turn_to("away", str(error))
        seconds = max(error.wait, pause * random.uniform(0.5, 1.0))  # noqa: S311 - no secret
        with self._news:
            hurried = self._is_hurried
            self._news.wait_for(
                lambda: self._is_ending or self._is_hurried != hurried,
                min(seconds, self._first_pause) if hurried else seconds,
            )
            self._is_due = True

    def _turn_to(self, state: DeliveryState, message: str = "") -> None:
        with self._news:
            was_away = self._state != "idle" and bool(self._message) and not message
            self._state, self._message = state, message
            self._news.notify_all()
        if was_away and not self._is_ending:
            self._tell("the site is back; it was told of every card that waited")

    def _stop(self, message: str) -> None:
        with self._news:
            self._state, self._message = "stopped", message
            self._news.notify_all()
        if not self._is_ending:
            self._tell(message)
