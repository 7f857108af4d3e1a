"""One reader of a run: wait for a card, visit it, wait until it is taken away."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from encoder.errors import CardLostError, CardRefusedError, CollisionError, ReaderError
from encoder.readers.field import Field
from encoder.station.events import Card, Event, Removed
from encoder.station.visit import Verdict, Visit

_DRAWN_UID = 0x08
_ABSENT_LOOKS = 2  # a card at the edge of the field may miss one look
_IN_HAND_SECONDS = 0.02
_LAST_REMOVAL_SECONDS = 5.0  # the last card need not be waited for


class Work(Protocol):
    """The run that a lane belongs to."""

    @property
    def is_over(self) -> bool:
        """Whether no further card is to be taken."""

    @property
    def is_last(self) -> bool:
        """Whether no card is needed behind the one at hand."""

    @property
    def is_stopping(self) -> bool:
        """Whether to leave off."""

    @property
    def seconds(self) -> Callable[[], float]:
        """A clock that only ever goes forward."""

    @property
    def pause(self) -> Callable[[float], None]:
        """How to wait."""

    def visit(self, field: Field, uid: bytes) -> Visit:
        """A visit of the card that was selected."""

    def laid(self, reader: str) -> None:
        """Say that a card is at a reader."""

    def tell(self, card: Card, verdict: Verdict, reader: str) -> None:
        """Book a presentation and say so."""

    def emit(self, event: Event) -> None:
        """Tell what happened."""


class Lane:
    """One reader; ``named`` where its events must say which reader they come from."""

    def __init__(self, work: Work, path: str, field: Field, *, named: bool) -> None:
        self.path = path
        self._work = work
        self._field = field
        self._name = path if named else None

    def work(self) -> None:
        """Serve cards until the run is over, or no further card will come.

        Raises:
            EncoderError: the reader was lost, or the ledger or a label cannot be written.
        """
        while not self._work.is_over and self._serve_next():
            pass

    def _serve_next(self) -> bool:
        """Wait for a card and serve it; False when none will come any more."""
        try:
            uid = self._field.sense()
        except CollisionError as error:
            self._refuse_two(None, CardRefusedError("two-cards", str(error)))
            return True
        if uid is not None:
            self._serve(uid)
        elif self._field.exhausted:
            return False
        else:
            self._work.pause(self._field.poll_seconds)
        return True

    def _serve(self, uid: bytes) -> None:
        started = self._work.seconds()
        self._work.laid(self.path)
        visit = self._work.visit(self._field, uid)
        verdict = visit.run()
        if verdict is None:
            self._work.pause(_IN_HAND_SECONDS)
            return
        self._tell(visit.event(self._work.seconds() - started), verdict)
        if isinstance(verdict.error, ReaderError):
            return  # the next look tells whether the reader is there again
        if isinstance(verdict.error, CardLostError):
            self._removed(visit.uid)
            if verdict.error.other is not None:
                message = "the card came in before the last one was done"
                self._refuse_two(verdict.error.other, CardRefusedError("two-cards", message))
        else:
            self._await_removal(uid)

    def _refuse_two(self, uid: bytes | None, error: CardRefusedError) -> None:
        """Refuse cards that answered together, or one that answered where another should."""
        event = Card(
            status="refused",
            token=None,
            uid=uid.hex().upper() if uid else None,
            chip=None,
            reason="two-cards",
            exchanges=0,
            writes=0,
            seconds=0.0,
        )
        self._tell(event, Verdict(status="refused", reason="two-cards", error=error))
        self._await_removal(uid)

    def _tell(self, card: Card, verdict: Verdict) -> None:
        self._work.tell(replace(card, reader=self._name), verdict, self.path)

    def _removed(self, uid: str | None) -> None:
        self._work.emit(Removed(uid=uid, reader=self._name))

    def _await_removal(self, uid: bytes | None) -> None:
        """Look until the card answers no more; the last card is not waited for without end."""
        started, absent = self._work.seconds(), 0
        while True:
            if self._work.is_stopping or self._is_late(started):
                return
            answering = self._is_answering(uid)
            absent = 0 if answering else absent + 1
            if answering is None or absent == _ABSENT_LOOKS:
                break
            self._work.pause(self._field.poll_seconds)
        self._removed(uid.hex().upper() if uid else None)

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
        return self._work.is_last and self._work.seconds() - started > _LAST_REMOVAL_SECONDS


def _are_drawn(*uids: bytes | None) -> bool:
    """Whether all are of the kind that a phone draws anew each time the field comes on.

    Source: ISO/IEC 14443-3, 6.5.4 (UIDs of four bytes, the first of them 08h).
    """
    return all(uid is not None and len(uid) == 4 and uid[0] == _DRAWN_UID for uid in uids)
