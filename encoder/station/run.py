"""A job's run: one lane a reader, one worklist and one ledger, until nothing remains."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from threading import RLock

from encoder.errors import EncoderError, ReaderError
from encoder.ledger import Presentation
from encoder.readers.field import Field
from encoder.station.encoding import Desk, Encoding
from encoder.station.events import Card, End, Event, Ready
from encoder.station.lane import Lane
from encoder.station.session import Session
from encoder.station.visit import Verdict, Visit
from encoder.station.worklist import Worklist


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a run needs of the world outside; none of it is called by two readers at once.

    ``after_card`` is called ahead of each card's event; ``trouble`` tells of a reader that was
    lost while others go on; ``laid`` that a card is at a reader and must not be moved.
    """

    emit: Callable[[Event, Verdict | None], None]
    after_card: Callable[[], None]
    trouble: Callable[[str], None]
    stopping: Callable[[], bool]
    seconds: Callable[[], float]
    pause: Callable[[float], None]
    laid: Callable[[str], None] = lambda _reader: None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; ``open_failures`` counts failed cards that did not come back."""

    end: End
    open_failures: int


class JobRun:
    """One job at one or several readers, each a path with its open field."""

    def __init__(
        self,
        desk: Desk,
        readers: Sequence[tuple[str, Field]],
        worklist: Worklist,
        around: Surroundings,
        *,
        overwrite: bool = False,
        encoding: type[Encoding] = Encoding,
    ) -> None:
        self._desk = desk
        self._readers = readers
        self._worklist = worklist
        self._around = around
        self._overwrite = overwrite
        self._encoding = encoding
        self._turn = RLock()
        self._broken_off = False
        self._done = 0
        self._refused = 0
        self._open_failures: set[str] = set()

    def run(self) -> Outcome:
        """Work until nothing remains, no card will come, or someone says stop.

        Raises:
            EncoderError: the last reader was lost, or the ledger or a label cannot be written;
                ``end`` was emitted.
        """
        names = ", ".join(path for path, _ in self._readers)
        self.emit(Ready(job=self._desk.job.job, reader=names, remaining=self._worklist.remaining))
        try:
            self._work()
        except EncoderError:
            with suppress(EncoderError):  # what went wrong first is to be told
                self._end()
            raise
        return Outcome(self._end(), len(self._open_failures))

    @property
    def is_over(self) -> bool:
        """Whether no further card is to be taken."""
        return not self._worklist.remaining or self.is_stopping

    @property
    def is_last(self) -> bool:
        """Whether no card is needed behind the one at hand."""
        return not self._worklist.remaining

    @property
    def is_stopping(self) -> bool:
        """Whether someone asked to stop, or another reader's lane broke off."""
        return self._broken_off or self._around.stopping()

    @property
    def seconds(self) -> Callable[[], float]:
        """A clock that only ever goes forward."""
        return self._around.seconds

    @property
    def pause(self) -> Callable[[float], None]:
        """How to wait."""
        return self._around.pause

    def visit(self, field: Field, uid: bytes) -> Visit:
        """A visit of the card that was selected."""
        session = Session(field, uid)
        return Visit(
            self._desk,
            self._worklist,
            session,
            overwrite=self._overwrite,
            encoding=self._encoding,
        )

    def laid(self, reader: str) -> None:
        """Say that a card is at a reader, ahead of the first frame to it."""
        with self._turn:
            self._around.laid(reader)

    def tell(self, card: Card, verdict: Verdict, reader: str) -> None:
        """Count and book a presentation, bring the report up to date, then say so."""
        with self._turn:
            self._count(card)
            try:
                self._book(card, reader)
                self._around.after_card()
            finally:
                self.emit(card, verdict)

    def emit(self, event: Event, verdict: Verdict | None = None) -> None:
        """Tell what happened, one at a time."""
        with self._turn:
            self._around.emit(event, verdict)

    def _count(self, card: Card) -> None:
        if card.status == "refused":
            self._refused += 1
        elif card.status == "failed":
            self._open_failures.add(card.uid or "")
        else:
            self._open_failures.discard(card.uid or "")
            self._done += card.status in ("done", "resumed")

    def _book(self, card: Card, reader: str) -> None:
        desk = self._desk
        shown = Presentation(
            job=desk.job.job,
            status=card.status,
            reason=card.reason,
            token=card.token,
            uid=card.uid,
            chip=card.chip,
            reader=reader,
            exchanges=card.exchanges,
            writes=card.writes,
            seconds=card.seconds,
        )
        desk.ledger.present(shown, at=desk.clock(), by=desk.bench)

    def _work(self) -> None:
        """Work all lanes; a lost reader ends the run only when no other one is left."""
        several = len(self._readers) > 1
        lanes = [Lane(self, path, field, named=several) for path, field in self._readers]
        if not several:
            lanes[0].work()
            return
        with ThreadPoolExecutor(len(lanes), thread_name_prefix="reader") as pool:
            futures = [pool.submit(self._guarded, lane) for lane in lanes]
            wait(futures)
        self._raise_first(futures)

    def _guarded(self, lane: Lane) -> None:
        """Work one lane; a fault that is not its reader's ends the others, too."""
        try:
            lane.work()
        except ReaderError as error:
            with self._turn:
                self._around.trouble(f"{lane.path}: {error}")
            raise
        except BaseException:
            self._broken_off = True
            raise

    def _raise_first(self, futures: Sequence[Future[None]]) -> None:
        """Raise what went wrong; lost readers only where they left work undone."""
        errors = [error for future in futures if (error := future.exception()) is not None]
        lost = [error for error in errors if isinstance(error, ReaderError)]
        for error in errors:
            if error not in lost:
                raise error
        if lost and not self.is_over:
            raise lost[0]

    def _end(self) -> End:
        end = End(
            done=self._done,
            refused=self._refused,
            failed=self._worklist.unfinished,
            remaining=self._worklist.remaining,
        )
        self.emit(end)
        return end
