"""What the operator can do on the page, and what of it is remembered."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock
from typing import Any

from encoder.errors import EncoderError, SiteError
from encoder.readers import SeenReader
from encoder.site import SiteClient, SiteSource, is_address
from encoder.web.board import Board
from encoder.web.memory import Memory
from encoder.web.shift import Choice, Shift
from encoder.web.supplies import Obtained, Supplies
from landing.contract.documents import Job

_MOST_READERS = 8


@dataclass(frozen=True, slots=True)
class _FromDocument:
    """A job that was dropped on the page; no site is told of it."""

    job: Job
    source: SiteSource | None = None
    client: SiteClient | None = None


class Controls:
    """The page's levers; safe for threads. Everything that fails raises EncoderError."""

    def __init__(
        self,
        supplies: Supplies,
        memory: Memory,
        board: Board,
        *,
        list_readers: Callable[[], list[SeenReader]],
    ) -> None:
        self._supplies = supplies
        self._memory = memory
        self._board = board
        self._list_readers = list_readers
        self._turn = RLock()
        self._obtained: Obtained | None = None
        self._shift: Shift | None = None

    def wake_up(self) -> None:
        """Go on where the last process was: with the job that it had, at work or not."""
        kept = self._memory.now
        self._board.fix(readers=list(kept.readers), printer=kept.printer, chosen=None)
        try:
            if kept.document is not None:
                self._take(_FromDocument(self._supplies.read_job(kept.document)))
            elif kept.address is not None:
                self._take(self._supplies.obtain_job(kept.address))
            if kept.is_open and self._obtained is not None:
                self._open(kept.readers, kept.printer, is_resumed=True, is_paused=kept.is_paused)
        except EncoderError as error:
            self._board.turn_to("fault", error)

    def readers(self) -> list[dict[str, Any]]:
        """The readers that can be chosen, and what is wrong with those that cannot."""
        return [
            {"path": one.path, "name": one.name, "problem": one.problem, "cure": one.cure}
            for one in self._list_readers()
        ]

    def drop_job(self, document: str) -> None:
        """Choose the job of a file."""
        with self._turn:
            self._refuse_at_work()
            self._take(_FromDocument(self._supplies.read_job(document)))
            self._memory.change(document=document, address=None)

    def fetch_job(self, address: str) -> None:
        """Choose a job at its site."""
        with self._turn:
            self._refuse_at_work()
            if not is_address(address):
                raise SiteError(
                    f"{address[:200]!r} is not the address of a job; no card was touched",
                    hint="it reads https://SITE/api/v1/jobs/J-2026-0001, as job new told it",
                )
            self._board.turn_to("site")
            try:
                obtained = self._supplies.obtain_job(address)
            finally:
                self._board.turn_to("setup")
            self._take(obtained)
            self._memory.change(document=None, address=address)

    def start(self, readers: tuple[str, ...], printer: str) -> None:
        """Begin to work on the chosen job."""
        with self._turn:
            self._refuse_at_work()
            if self._obtained is None:
                raise EncoderError("no job was chosen", hint="choose a job first")
            if not 0 < len(set(readers)) == len(readers) <= _MOST_READERS:
                raise EncoderError("no reader was chosen, or one twice", hint="choose a reader")
            self._open(readers, printer)

    def pause(self, *, paused: bool) -> None:
        """Pause after the card at hand, or go on."""
        with self._turn:
            shift = self._at_work()
            self._memory.change(is_paused=paused)
            if paused:
                shift.pause()
            else:
                shift.resume()

    def finish(self) -> None:
        """Close the job after the card at hand, and forget its names."""
        with self._turn:
            shift, self._shift = self._at_work(), None
            shift.finish()
            shift.join()
            self._obtained = None
            self._memory.forget_job()
            self._board.fix(chosen=None, delivery=None)
            self._board.close_job()

    def again(self) -> None:
        """Try once more after a fault."""
        with self._turn:
            if self._board.phase != "fault":
                return
            kept = self._memory.now
            if self._shift is not None:
                self._shift.join()
                self._shift = None
            if self._obtained is None:
                self.wake_up()
            else:
                self._open(kept.readers, kept.printer)

    def redo(self, token: str, uid: str) -> None:
        """Scrap a spoiled card; the next blank takes its token."""
        self._at_work().redo(token, uid)

    def print_again(self, token: str) -> None:
        """Print a card's label once more."""
        self._at_work().print_again(token)

    def print_missing(self) -> None:
        """Print all labels that are missing."""
        self._at_work().print_missing()

    def report(self) -> tuple[str, str]:
        """The job at work, and its report for the site."""
        shift = self._at_work()
        return shift.job.job, shift.report()

    def site_of(self, token: str) -> str | None:
        """The site of a token of the job at work, or None."""
        job = self._obtained.job if self._obtained else None
        if job is None or all(item.token != token for item in job.items):
            return None
        return job.site

    def stop(self) -> None:
        """End with the process: the card at hand is finished, the job stays remembered."""
        with self._turn:
            if self._shift is not None:
                self._shift.finish()
                self._shift.join()

    def _take(self, obtained: Obtained) -> None:
        self._obtained = obtained
        job = obtained.job
        chosen = {
            "name": job.job,
            "site": job.site,
            "cards": len(job.items),
            "protection": job.policy.protection,
            "chips": list(job.policy.chips),
            "from_site": obtained.source is not None,
        }
        self._board.fix(chosen=chosen)

    def _open(
        self,
        readers: tuple[str, ...],
        printer: str,
        *,
        is_resumed: bool = False,
        is_paused: bool = False,
    ) -> None:
        if self._obtained is None:
            raise EncoderError("no job was chosen", hint="choose a job first")
        opened = self._supplies.open_printer(printer) if printer else None
        choice = Choice(readers=readers, printer=opened, is_resumed=is_resumed)
        self._memory.change(readers=readers, printer=printer, is_open=True, is_paused=is_paused)
        self._board.fix(readers=list(readers), printer=printer)
        self._board.turn_to("starting")
        self._shift = Shift(self._supplies, self._obtained, choice, self._board)
        self._shift.start(paused=is_paused)

    def _at_work(self) -> Shift:
        if self._shift is None:
            raise EncoderError("no job is at work", hint="start one first")
        return self._shift

    def _refuse_at_work(self) -> None:
        if self._shift is not None:
            raise EncoderError("a job is at work already", hint="finish it first")
