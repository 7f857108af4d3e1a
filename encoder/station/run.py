"""A job's run: wait for a card, visit it, wait until it is taken away, until nothing remains."""

from collections.abc import Callable
from dataclasses import dataclass

from encoder.errors import (
    CardLostError,
    CardRefusedError,
    CollisionError,
    EncoderError,
    ReaderError,
)
from encoder.readers.field import Field
from encoder.station.encoding import Desk, Encoding
from encoder.station.events import Card, End, Event, Ready, Removed
from encoder.station.session import Session
from encoder.station.visit import Verdict, Visit
from encoder.station.worklist import Worklist

_DRAWN_UID = 0x08
_ABSENT_LOOKS = 2  # a card at the edge of the field may miss one look
_LAST_REMOVAL_SECONDS = 5.0  # the last card need not be waited for


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a run needs of the world outside; ``after_card`` is called ahead of each event."""

    emit: Callable[[Event, Verdict | None], None]
    after_card: Callable[[], None]
    stopping: Callable[[], bool]
    seconds: Callable[[], float]
    pause: Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; ``open_failures`` counts failed cards that did not come back."""

    end: End
    open_failures: int


class JobRun:
    """One job at one reader."""

    def __init__(
        self,
        desk: Desk,
        field: Field,
        worklist: Worklist,
        around: Surroundings,
        *,
        overwrite: bool = False,
        encoding: type[Encoding] = Encoding,
    ) -> None:
        self._desk = desk
        self._field = field
        self._worklist = worklist
        self._around = around
        self._overwrite = overwrite
        self._encoding = encoding
        self._done = 0
        self._refused = 0
        self._open_failures: set[str] = set()

    def run(self, reader: str) -> Outcome:
        """Work until nothing remains, no card will come, or someone says stop.

        Raises:
            EncoderError: the reader was lost, or the ledger or a label cannot be written; ``end``
                was emitted.
        """
        self._emit(Ready(job=self._desk.job.job, reader=reader, remaining=self._worklist.remaining))
        try:
            while self._worklist.remaining and not self._around.stopping():
                if not self._serve_next():
                    break
        except EncoderError:
            self._end()
            raise
        return Outcome(self._end(), len(self._open_failures))

    def _serve_next(self) -> bool:
        """Wait for a card and serve it; False when none will come any more."""
        try:
            uid = self._field.sense()
        except CollisionError as error:
            self._refuse_unselected(error)
            return True
        if uid is not None:
            self._serve(uid)
        elif self._field.exhausted:
            return False
        else:
            self._around.pause(self._field.poll_seconds)
        return True

    def _serve(self, uid: bytes) -> None:
        started = self._around.seconds()
        visit = Visit(
            self._desk,
            self._worklist,
            Session(self._field, uid),
            overwrite=self._overwrite,
            encoding=self._encoding,
        )
        verdict = visit.run()
        self._tell(visit.event(self._around.seconds() - started), verdict)
        if isinstance(verdict.error, ReaderError):
            raise verdict.error
        if isinstance(verdict.error, CardLostError):
            self._emit(Removed(uid=visit.uid))
            if verdict.error.other is not None:
                self._refuse_other(verdict.error.other)
        else:
            self._await_removal(uid)

    def _refuse_unselected(self, error: CollisionError) -> None:
        """Refuse cards that answered together: none was selected, no UID is known."""
        self._refuse_two(None, CardRefusedError("two-cards", str(error)))
        self._await_removal(None)

    def _refuse_other(self, other: bytes) -> None:
        """Refuse the card that answered where another one was expected."""
        error = CardRefusedError("two-cards", "the card came in before the last one was done")
        self._refuse_two(other.hex().upper(), error)
        self._await_removal(other)

    def _refuse_two(self, uid: str | None, error: CardRefusedError) -> None:
        event = Card(
            status="refused",
            token=None,
            uid=uid,
            chip=None,
            reason="two-cards",
            exchanges=0,
            writes=0,
            seconds=0.0,
        )
        self._tell(event, Verdict(status="refused", reason="two-cards", error=error))

    def _tell(self, card: Card, verdict: Verdict) -> None:
        """Count a presentation, bring the report up to date, then say so."""
        if card.status == "refused":
            self._refused += 1
        elif card.status == "failed":
            self._open_failures.add(card.uid or "")
        else:
            self._open_failures.discard(card.uid or "")
            self._done += card.status in ("done", "resumed")
        try:
            self._around.after_card()
        finally:
            self._emit(card, verdict)

    def _await_removal(self, uid: bytes | None) -> None:
        """Look until the card answers no more; the last card is not waited for without end."""
        started, absent = self._around.seconds(), 0
        while absent < _ABSENT_LOOKS:
            if self._around.stopping() or self._is_late(started):
                return
            answering = self._is_answering(uid)
            if answering is None:
                break
            absent = 0 if answering else absent + 1
            self._around.pause(self._field.poll_seconds)
        self._emit(Removed(uid=uid.hex().upper() if uid else None))

    def _is_answering(self, uid: bytes | None) -> bool | None:
        """Whether the card, or several together, still answer; None when another one does."""
        try:
            found = self._field.sense()
        except CollisionError:
            return True
        if found is None:
            return False
        return True if found == uid or _are_drawn(uid, found) else None

    def _is_late(self, started: float) -> bool:
        waited = self._around.seconds() - started
        return not self._worklist.remaining and waited > _LAST_REMOVAL_SECONDS

    def _end(self) -> End:
        end = End(
            done=self._done,
            refused=self._refused,
            failed=self._worklist.unfinished,
            remaining=self._worklist.remaining,
        )
        self._emit(end)
        return end

    def _emit(self, event: Event, verdict: Verdict | None = None) -> None:
        self._around.emit(event, verdict)


def _are_drawn(*uids: bytes | None) -> bool:
    """Whether all are of the kind that a phone draws anew each time the field comes on.

    Source: ISO/IEC 14443-3, 6.5.4 (UIDs of four bytes, the first of them 08h).
    """
    return all(uid is not None and len(uid) == 4 and uid[0] == _DRAWN_UID for uid in uids)
