"""A job at work behind the page: one thread that holds ledger, readers, press and courier."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Condition, Thread

from encoder.errors import EncoderError, JobError, ReaderError
from encoder.ledger import BookedCard, Ledger
from encoder.printers import Printer
from encoder.readers import Field
from encoder.site import Courier, Delivery, Postman, forget_when_done
from encoder.station.encoding import Desk
from encoder.station.events import Card, Event
from encoder.station.run import JobRun, Surroundings
from encoder.station.visit import Verdict
from encoder.station.worklist import Worklist
from encoder.web.board import Board, DoneCard
from encoder.web.press import Press
from encoder.web.supplies import Obtained, Supplies
from landing.contract.documents import Job, Report, dump_report, format_time

_RETRY_SECONDS = 2.0
_FLUSH_SECONDS = 5.0
_SITE_LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the operator chose for a job."""

    readers: tuple[str, ...]
    printer: Printer | None = None
    is_resumed: bool = False  # after the process was killed: what it left behind is caught up


class Shift:
    """A job from its start to its finish; every method may be called from any thread."""

    def __init__(
        self, supplies: Supplies, obtained: Obtained, choice: Choice, board: Board
    ) -> None:
        self._supplies = supplies
        self._obtained = obtained
        self._choice = choice
        self._board = board
        self._news = Condition()
        self._is_paused = False
        self._is_ending = False
        self._ledger: Ledger | None = None
        self._worklist: Worklist | None = None
        self._press: Press | None = None
        self._courier: Courier | None = None
        self._thread = Thread(target=self._work, name="shift", daemon=True)

    @property
    def job(self) -> Job:
        """The job at work."""
        return self._obtained.job

    def start(self, *, paused: bool = False) -> None:
        """Begin; paused where it was paused when the process died."""
        self._is_paused = paused
        self._thread.start()

    def pause(self) -> None:
        """Finish the card at hand and take no other."""
        self._turn(paused=True)

    def resume(self) -> None:
        """Take cards again."""
        self._turn(paused=False)

    def finish(self) -> None:
        """Finish the card at hand, print what waits, tell the site for some seconds, close."""
        with self._news:
            self._is_ending = True
            self._news.notify_all()

    def join(self) -> None:
        """Wait until it is closed."""
        self._thread.join()

    def redo(self, token: str, uid: str) -> BookedCard:
        """Scrap a done card that was spoiled; the next blank takes its token, at the site too.

        Raises:
            EncoderError: it is not that card any more.
        """
        ledger, worklist = self._opened()
        card = ledger.card_with_token(token)
        if card is None or card.uid != uid or card.job != self.job.job:
            raise EncoderError(
                f"the token {token} is not on the card {uid} any more; nothing was changed",
                hint="look at the list again",
            )
        gone = ledger.scrap(token, at=_now(), by=self._supplies.bench, although_done=True)
        worklist.reopen(token)
        self._board.forget_card(token)
        with self._news:
            self._news.notify_all()
        return gone

    def print_again(self, token: str) -> None:
        """Print a card's label once more.

        Raises:
            EncoderError: no printer was chosen.
        """
        self._chosen_press().put(token, again=True)

    def print_missing(self) -> None:
        """Print all labels that are missing.

        Raises:
            EncoderError: no printer was chosen.
        """
        self._chosen_press().catch_up()

    def report(self) -> str:
        """The job's report as it stands, for the site.

        Raises:
            EncoderError: the ledger is not open yet.
        """
        ledger, _ = self._opened()
        cards = ledger.reported(self.job.job)
        report = Report(job=self.job.job, station=self._supplies.bench.station, cards=cards)
        return dump_report(report)

    def delivery(self) -> Delivery | None:
        """How the reports to the site stand; None for a job from a file."""
        return self._courier.status() if self._courier is not None else None

    def _turn(self, *, paused: bool) -> None:
        with self._news:
            self._is_paused = paused
            self._news.notify_all()

    def _opened(self) -> tuple[Ledger, Worklist]:
        if self._ledger is None or self._worklist is None:
            raise EncoderError("the ledger is not open", hint="start the job first")
        return self._ledger, self._worklist

    def _chosen_press(self) -> Press:
        if self._press is None:
            raise EncoderError(
                "no printer was chosen; nothing was printed",
                hint="finish, choose a printer, and start the job again",
            )
        return self._press

    def _work(self) -> None:
        try:
            self._at_desk()
        except EncoderError as error:
            self._board.turn_to("fault", error)
        except Exception as error:  # noqa: BLE001 - a thread that dies in silence is never missed
            told = f"a fault of ours: {type(error).__name__}: {error}"
            self._board.turn_to("fault", EncoderError(told))
        finally:
            self._ledger = self._worklist = self._press = self._courier = None

    def _at_desk(self) -> None:
        key = self._supplies.key_for(self.job)
        with Ledger.open(self._supplies.ledger_path, writable=True) as ledger, ExitStack() as stack:
            worklist = Worklist(self.job, ledger, key_id=key.key_id if key else None)
            self._board.open_job(self.job, worklist, _last_cards(ledger, self.job, self._choice))
            self._ledger, self._worklist = ledger, worklist
            stack.callback(self._close, ledger, worklist)
            self._open_courier(ledger)
            self._open_press(ledger)
            desk = Desk(
                job=self.job,
                ledger=ledger,
                bench=self._supplies.bench,
                clock=_now,
                prove=lambda _item, _url: None,  # each label is proved when it is printed
                key=key,
            )
            self._serve(desk, worklist)

    def _serve(self, desk: Desk, worklist: Worklist) -> None:
        while not self._is_ending:
            if self._is_cancelled():
                raise JobError(
                    f"{self.job.job} was cancelled at the site; no further card is made of it",
                    hint="put the blank cards back, and finish the job here",
                )
            if not worklist.remaining:
                self._board.turn_to("done")
                self._wait(lambda: bool(worklist.remaining))
                continue
            self._board.turn_to("starting")
            try:
                with self._readers(worklist) as readers:
                    self._at_readers(desk, readers, worklist)
            except ReaderError as error:
                self._board.turn_to("reader-lost", error)
                self._wait(lambda: False, seconds=_RETRY_SECONDS)

    def _at_readers(self, desk: Desk, readers: list[tuple[str, Field]], worklist: Worklist) -> None:
        """Work until nothing remains; a box of virtual cards that is empty is opened anew."""
        while worklist.remaining and not self._is_ending:
            if self._is_paused:
                self._board.turn_to("paused")
                self._wait(lambda: not self._is_paused)
                continue
            self._board.open_readers([path for path, _ in readers])
            JobRun(
                desk, readers, worklist, self._around(), overwrite=self._supplies.overwrite
            ).run()
            if not self._is_paused:
                return

    @contextmanager
    def _readers(self, worklist: Worklist) -> Iterator[list[tuple[str, Field]]]:
        opening = self._supplies.open_readers(
            self.job, self._choice.readers, worklist.remaining, self._board.notice
        )
        with opening as readers:
            yield readers

    def _around(self) -> Surroundings:
        return Surroundings(
            emit=self._emit,
            after_card=lambda: None,
            trouble=self._board.notice,
            stopping=self._is_stopping,
            seconds=time.monotonic,
            pause=time.sleep,
            laid=self._board.laid,
        )

    def _emit(self, event: Event, verdict: Verdict | None) -> None:
        self._board.show(event, verdict, format_time(_now()))
        if isinstance(event, Card) and event.status in ("done", "resumed") and event.token:
            if self._press is not None:
                self._press.card_done(event.token)
            if self._courier is not None:
                self._courier.wake()

    def _is_stopping(self) -> bool:
        return self._is_paused or self._is_ending or self._is_cancelled()

    def _is_cancelled(self) -> bool:
        return self._courier is not None and self._courier.is_cancelled()

    def _wait(self, until: Callable[[], bool], *, seconds: float | None = None) -> None:
        with self._news:
            self._news.wait_for(lambda: self._is_ending or until(), seconds)

    def _open_press(self, ledger: Ledger) -> None:
        if self._choice.printer is None:
            return
        press = Press(
            self.job,
            ledger,
            self._choice.printer,
            self._board,
            style=self._supplies.style,
            bench=self._supplies.bench,
            clock=_now,
        )
        self._press = press
        press.start()
        self._board.unprinted(press.count_missing())
        if self._choice.is_resumed:
            press.catch_up()

    def _open_courier(self, ledger: Ledger) -> None:
        source, client = self._obtained.source, self._obtained.client
        if source is None or client is None:
            return
        source.keep(ledger, at=_now())
        postman = Postman(
            ledger,
            client,
            job=self.job.job,
            station=self._supplies.bench.station,
            now=_now,
            tell=self._board.notice,
        )
        self._courier = Courier(postman, client, tell=self._board.notice)
        self._courier.start()
        Thread(target=self._watch_site, args=(self._courier,), name="site", daemon=True).start()

    def _watch_site(self, courier: Courier) -> None:
        """Show how the reports stand, whenever that changes."""
        shown: Delivery | None = None
        while self._courier is courier:
            try:
                now = courier.status()
            except EncoderError:
                return  # the ledger is closed
            if now != shown:
                shown = now
                self._board.fix(delivery=_told(now))
            time.sleep(_SITE_LOOK_SECONDS)

    def _close(self, ledger: Ledger, worklist: Worklist) -> None:
        """Print what waits, and tell the site for some seconds; the rest stays in the ledger."""
        self._board.turn_to("ending")
        if self._press is not None:
            self._press.finish()
        courier, self._courier = self._courier, None
        if courier is not None:
            self._board.turn_to("site")
            left = courier.finish(_FLUSH_SECONDS)
            self._board.fix(delivery=_told(left))
            forget_when_done(ledger, self.job, remaining=worklist.remaining)


def _told(delivery: Delivery) -> dict[str, object]:
    return {
        "state": delivery.state,
        "waiting": delivery.waiting,
        "message": delivery.message,
    }


def _last_cards(ledger: Ledger, job: Job, choice: Choice) -> list[DoneCard]:
    """The job's last cards as the ledger has them, the latest first, with their labels' state."""
    names = {item.token: item.label.name for item in job.items}
    rows = {(row.what.token, row.what.uid): row.what for row in ledger.prints(job.job)}
    done = [card for card in ledger.cards(job.job) if card.is_done]
    last = sorted(done, key=lambda card: card.at, reverse=True)[:10]
    cards = []
    for card in last:
        row = rows.get((card.token, card.uid))
        outcome = row.outcome if row else "none"
        cards.append(
            DoneCard(
                token=card.token,
                uid=card.uid,
                chip=card.chip,
                name=names.get(card.token, ""),
                status="done",
                at=format_time(card.at),
                printed="unsure" if outcome == "begun" else outcome,
                detail=row.detail if row else "",
            )
        )
    return cards


def _now() -> datetime:
    return datetime.now(UTC)
