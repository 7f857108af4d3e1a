"""Labels on their way to the printer: a thread of its own, so that no card waits for paper."""

from collections.abc import Callable
from datetime import datetime
from queue import SimpleQueue
from threading import Thread

from encoder.errors import EncoderError
from encoder.labels.render import Style
from encoder.ledger import Bench, Ledger
from encoder.printers import Printer
from encoder.printing import PrintedLabel, PrintOrder, PrintRoom
from encoder.web.board import Board, PrintState
from landing.contract.documents import Job

_SHOWN_AS: dict[str, PrintState] = {
    "printed": "printed",
    "already-printed": "printed",
    "unsure": "unsure",
    "not-done": "none",
    "failed": "failed",
}
_Wish = tuple[frozenset[str], bool]


class Press:
    """Prints what it is asked for, one wish after another, and says so on the board.

    Entered and left with the job's ledger; labels that wait when it is left are printed first.
    """

    def __init__(
        self,
        job: Job,
        ledger: Ledger,
        printer: Printer,
        board: Board,
        *,
        style: Style,
        bench: Bench,
        clock: Callable[[], datetime],
    ) -> None:
        self._job = job
        self._ledger = ledger
        self._printer = printer
        self._board = board
        self._style = style
        self._bench = bench
        self._clock = clock
        self._wishes: SimpleQueue[_Wish | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name="press", daemon=True)

    def start(self) -> None:
        """Be ready."""
        self._thread.start()

    def card_done(self, token: str) -> None:
        """Print a card's label, or count it where labels come out on sheets, many at once."""
        if self._style.layout.sheet is not None and self._printer.takes == "pdf":
            self._board.print_state(token, "none")
            self._board.unprinted(self._board.unprinted_labels + 1)
        else:
            self.put(token)

    def put(self, token: str, *, again: bool = False) -> None:
        """Have one card's label printed; ``again`` where it may be out already."""
        self._board.print_state(token, "waiting")
        self._wishes.put((frozenset([token]), again))

    def catch_up(self) -> None:
        """Have all labels printed that no row says anything of, or that failed."""
        self._wishes.put((frozenset(), False))

    def finish(self) -> None:
        """Print what waits, then stop."""
        self._wishes.put(None)
        self._thread.join()

    def count_missing(self) -> int:
        """How many done cards have no label that came out."""
        cards = {c.token: c.uid for c in self._ledger.cards(self._job.job) if c.is_done}
        out = {
            (row.what.token, row.what.uid)
            for row in self._ledger.prints(self._job.job)
            if row.what.outcome == "printed" and row.what.layout == self._style.layout.name
        }
        return len(set(cards.items()) - out)

    def _work(self) -> None:
        while (wish := self._wishes.get()) is not None:
            tokens, again = wish
            try:
                self._print(tokens, again=again)
            except EncoderError as error:
                self._fail(tokens, f"{error}; {error.hint}")
            except Exception as error:  # noqa: BLE001 - a thread that dies in silence is never missed
                self._fail(tokens, f"a fault of ours: {type(error).__name__}: {error}")

    def _print(self, tokens: frozenset[str], *, again: bool) -> None:
        order = PrintOrder(
            job=self._job,
            style=self._style,
            printer=self._printer,
            tokens=tokens,
            again=again,
        )
        room = PrintRoom(order, self._ledger, bench=self._bench, clock=self._clock)
        for label in room.run():
            self._tell(label)
        if not tokens:
            self._board.unprinted(self.count_missing())

    def _tell(self, label: PrintedLabel) -> None:
        state = "again" if label.note else _SHOWN_AS[label.status]
        told = [label.note, label.detail, label.hint]
        self._board.print_state(label.token, state, "; ".join(filter(None, told)))

    def _fail(self, tokens: frozenset[str], words: str) -> None:
        for token in tokens:
            self._board.print_state(token, "failed", words)
        self._board.notice(words)
