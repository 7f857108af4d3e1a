"""Print the labels of cards that are done: each compared with its chip, none twice in silence.

A card's label is printed only when the ledger says that its lock was read back. A row is booked
ahead of the printer's first byte and one behind its last word: whatever dies in between, the next
command knows that the label may be out already.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from encoder.errors import EncoderError, PrinterError, QrMismatchError
from encoder.labels.content import LabelContent, content_of
from encoder.labels.render import Style, prove_label, render_label, render_pages
from encoder.ledger import Bench, BookedCard, BookedPrint, Ledger, Print, PrintOutcome
from encoder.printers import Document, Printer
from landing.contract.documents import Job, JobItem
from landing.contract.token import format_token

Status = Literal["printed", "already-printed", "unsure", "not-done", "failed"]

NOT_PRINTED_HINTS: dict[Status, str] = {
    "already-printed": "print a second one with --again, and destroy the first",
    "unsure": "look whether it came out; if it did not, print it with --again",
    "not-done": "finish the card first: wecard-encoder run",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintOrder:
    """Which labels, how, and where; no tokens are all of the job's done cards."""

    job: Job
    style: Style
    printer: Printer
    tokens: frozenset[str] = frozenset()
    again: bool = False
    codes: Mapping[str, str] = field(
        default_factory=dict
    )  # activation codes by token, in the place of the job's


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedLabel:
    """What became of one card's label."""

    token: str
    uid: str | None
    status: Status
    detail: str
    note: str = ""  # of other labels that are out for the same token
    error: EncoderError | None = None

    @property
    def hint(self) -> str:
        """What to do, where there is something to do."""
        return self.error.hint if self.error else NOT_PRINTED_HINTS.get(self.status, "")


@dataclass(frozen=True, slots=True)
class _Due:
    """A label that is to be printed; ``note`` tells of those of its token that are out."""

    card: BookedCard
    content: LabelContent
    note: str


class PrintRoom:
    """Prints labels and books them."""

    def __init__(
        self, order: PrintOrder, ledger: Ledger, *, bench: Bench, clock: Callable[[], datetime]
    ) -> None:
        self._order = order
        self._ledger = ledger
        self._bench = bench
        self._clock = clock

    def run(self) -> Iterator[PrintedLabel]:
        """Print what is due, and tell of each label as soon as its end is known.

        After a printer's failure nothing more is sent to it: what is left was not begun.

        Raises:
            PrinterError: the printer would not print now; nothing was sent to it.
            LayoutError: the layout cannot be used; nothing was sent.
            LedgerError: the ledger cannot be used.
        """
        due: list[_Due] = []
        for found in self._look_through():
            if isinstance(found, _Due):
                due.append(found)
            else:
                yield found
        if not due:
            return
        self._order.printer.check()
        if self._is_one_document:
            yield from self._print_together(due)
            return
        for one in due:
            told = self._print_alone(one)
            yield told
            if isinstance(told.error, PrinterError):
                return

    @property
    def _is_one_document(self) -> bool:
        return self._order.style.layout.sheet is not None and self._order.printer.takes == "pdf"

    def _look_through(self) -> Iterator[_Due | PrintedLabel]:
        """The job's items in order: what is due, and why the others are not."""
        job, named = self._order.job, self._order.tokens
        cards = {card.token: card for card in self._ledger.cards(job.job) if not card.is_scrapped}
        rows = self._ledger.prints(job.job)
        layout = self._order.style.layout.name
        last = {(row.what.token, row.what.uid): row for row in rows if row.what.layout == layout}
        out = {(row.what.token, row.what.layout) for row in rows if row.what.outcome == "printed"}
        for item in job.items:
            card = cards.get(item.token)
            if named and item.token not in named:
                continue
            if card is None or not card.is_done:
                if named:
                    yield _not_done(item, card)
                continue
            booked = last.get((item.token, card.uid))
            if booked is None or booked.what.outcome == "failed" or self._order.again:
                earlier = sorted(used for token, used in out if token == item.token)
                yield _Due(card, self._content(item, card), _note(layout, earlier))
            else:
                yield _out_already(card, booked)

    def _content(self, item: JobItem, card: BookedCard) -> LabelContent:
        """The label's words; its code must say what the ledger says that the chip opens.

        A card that an older version booked has no address of its own there, only the job's.
        """
        content = content_of(self._order.job, item)
        code = self._order.codes.get(item.token, content.activation)
        return replace(content, url=card.url or item.url, activation=code)

    def _print_alone(self, due: _Due) -> PrintedLabel:
        kind = self._order.printer.takes
        try:
            content = render_label(self._order.style, due.content, kind)
        except QrMismatchError as error:
            return self._failed(due, error)
        self._book([due], "begun")
        try:
            said = self._order.printer.send(self._document(due.content.token, content))
        except PrinterError as error:
            return self._failed(due, error)
        self._book([due], "printed", said)
        return _printed(due, said)

    def _print_together(self, due: Sequence[_Due]) -> Iterator[PrintedLabel]:
        """All labels on sheets, in one document: they come out, or fail, together."""
        matching: list[_Due] = []
        for one in due:
            try:
                prove_label(self._order.style, one.content)
            except QrMismatchError as error:
                yield self._failed(one, error)
            else:
                matching.append(one)
        if not matching:
            return
        job = self._order.job.job
        pages = render_pages(self._order.style, [one.content for one in matching], title=job)
        self._book(matching, "begun")
        try:
            # a folder replaces what has the same name, and an earlier sheet has other labels
            at = f"{self._clock().astimezone(UTC):%Y%m%dT%H%M%SZ}"
            said = self._order.printer.send(self._document(f"{job}-{at}", pages))
        except PrinterError as error:
            yield from [self._failed(one, error) for one in matching]
            return
        self._book(matching, "printed", said)
        yield from [_printed(one, said) for one in matching]

    def _document(self, name: str, content: bytes) -> Document:
        layout = self._order.style.layout
        width = layout.sheet.page_width_mm if layout.sheet else layout.width_mm
        height = layout.sheet.page_height_mm if layout.sheet else layout.height_mm
        bleed = 0.0 if layout.sheet else 2 * layout.bleed_mm
        return Document(
            name=f"{name}-{layout.name}",
            content=content,
            width_mm=width + bleed,
            height_mm=height + bleed,
        )

    def _failed(self, due: _Due, error: EncoderError) -> PrintedLabel:
        self._book([due], "failed", str(error))
        return PrintedLabel(
            token=due.card.token, uid=due.card.uid, status="failed", detail=str(error), error=error
        )

    def _book(self, due: Sequence[_Due], outcome: PrintOutcome, detail: str = "") -> None:
        rows = [
            Print(
                token=one.card.token,
                uid=one.card.uid,
                printer=self._order.printer.name,
                layout=self._order.style.layout.name,
                outcome=outcome,
                detail=detail,
            )
            for one in due
        ]
        self._ledger.book_print(*rows, at=self._clock(), by=self._bench)


def _note(layout: str, earlier: Sequence[str]) -> str:
    if layout in earlier:
        return "a label of its token was printed before: destroy that one"
    return f"its token is also on the label {', '.join(earlier)}" if earlier else ""


def _printed(due: _Due, said: str) -> PrintedLabel:
    return PrintedLabel(
        token=due.card.token, uid=due.card.uid, status="printed", detail=said, note=due.note
    )


def _not_done(item: JobItem, card: BookedCard | None) -> PrintedLabel:
    told = "no card has its token yet" if card is None else f"its card is {card.stage}, not booked"
    return PrintedLabel(
        token=item.token, uid=card.uid if card else None, status="not-done", detail=told
    )


def _out_already(card: BookedCard, booked: BookedPrint) -> PrintedLabel:
    when = f"{booked.at:%Y-%m-%d %H:%M} UTC at {booked.by.station} on {booked.what.printer}"
    if booked.what.outcome == "printed":
        return PrintedLabel(
            token=card.token,
            uid=card.uid,
            status="already-printed",
            detail=f"the label of {format_token(card.token)} was printed {when}",
        )
    return PrintedLabel(
        token=card.token,
        uid=card.uid,
        status="unsure",
        detail=f"the label of {format_token(card.token)} was begun {when}; whether it came out is"
        " not known",
    )
