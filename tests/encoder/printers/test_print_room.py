"""Only done cards get a label; each says what its chip says; none comes out twice in silence."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from encoder.errors import LayoutError, PrinterError
from encoder.labels.layout_file import load_layout
from encoder.labels.render import Style
from encoder.ledger import Ledger, Print, PrintOutcome
from encoder.printers import Document, DocumentKind
from encoder.printers.folder import FolderPrinter
from encoder.printing import PrintedLabel, PrintOrder, PrintRoom, Status
from landing.contract.documents import Job
from landing.contract.url import card_url
from tests.encoder.kit import BENCH, SITE, START, make_job
from tests.encoder.ledger.cast import OTHER_BENCH, WHOLE, card, record

CARD_BACK, SHEET = Style(layout=load_layout("cr80-back")), Style(layout=load_layout("avery-l7160"))
UIDS = ("04A1B2C3D4E580", "04A1B2C3D4E581", "04A1B2C3D4E582")


class KilledError(BaseException):
    """The process dies."""


@dataclass
class Tray:
    """A printer that keeps what came out, and can be told to fail or to die at the n-th label."""

    takes: DocumentKind = "pdf"
    name: str = "tray"
    failing_at: int | None = None
    dying_at: int | None = None
    jammed: bool = False
    out: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Fail where it is jammed."""
        if self.jammed:
            raise PrinterError("it is jammed; nothing was printed")

    def send(self, document: Document) -> str:
        """Keep the document's name."""
        if self.failing_at == len(self.out):
            raise PrinterError("it ran out of paper")
        self.out.append(document.name)
        if self.dying_at == len(self.out) - 1:
            raise KilledError
        return "out"


@pytest.fixture
def job() -> Job:
    """Three cards."""
    return make_job(3)


@pytest.fixture
def path(tmp_path: Path, job: Job) -> Path:
    """A ledger where the first two are done and the third is begun."""
    ledger_path = tmp_path / "ledger.db"
    with Ledger.open(ledger_path, writable=True) as ledger:
        for uid, item in zip(UIDS, job.items, strict=True):
            ledger.begin(card(uid, item.token, job.job, url=item.url), at=START, by=BENCH)
        record(ledger, UIDS[0], *WHOLE)
        record(ledger, UIDS[1], *WHOLE)
    return ledger_path


def printed(
    path: Path, job: Job, tray: Tray, *, room: type[PrintRoom] = PrintRoom, **order: Any
) -> list[PrintedLabel]:
    """Print, as one command does."""
    ticks = count()
    told: dict[str, Any] = {"job": job, "style": CARD_BACK, "printer": tray} | order
    wanted = PrintOrder(**told)

    def clock() -> datetime:
        return START + timedelta(seconds=next(ticks))

    with Ledger.open(path, writable=True) as ledger:
        return list(room(wanted, ledger, bench=BENCH, clock=clock).run())


def statuses(labels: Iterable[PrintedLabel]) -> list[Status]:
    """How each label ended."""
    return [label.status for label in labels]


def booked(path: Path, job: Job) -> list[tuple[str, PrintOutcome]]:
    """The prints in the ledger: UID and outcome."""
    with Ledger.open(path, writable=False) as ledger:
        return [(row.what.uid, row.what.outcome) for row in ledger.prints(job.job)]


def names(job: Job, *places: int) -> Sequence[str]:
    """The documents of these items."""
    return [f"{job.items[place].token}-cr80-back" for place in places]


def test_labels_of_done_cards_come_out_and_are_booked(path: Path, job: Job) -> None:
    tray = Tray()

    labels = printed(path, job, tray)

    assert statuses(labels) == ["printed", "printed"]
    assert tray.out == names(job, 0, 1)
    assert booked(path, job) == [
        (UIDS[0], "begun"),
        (UIDS[0], "printed"),
        (UIDS[1], "begun"),
        (UIDS[1], "printed"),
    ]


def test_card_that_is_not_done_gets_no_label_even_when_it_is_named(path: Path, job: Job) -> None:
    tray = Tray()

    (label,) = printed(path, job, tray, tokens=frozenset([job.items[2].token]))

    assert (label.status, label.uid, tray.out) == ("not-done", UIDS[2], [])
    assert "run" in label.hint


def test_second_command_prints_nothing_twice_and_says_so(path: Path, job: Job) -> None:
    tray = Tray()
    printed(path, job, tray)

    again = printed(path, job, tray)

    assert statuses(again) == ["already-printed", "already-printed"]
    assert "2026-11-22 14:00 UTC at bench-1 on tray" in again[0].detail
    assert "--again" in again[0].hint
    assert len(tray.out) == 2


class Forgetful(PrintRoom):
    """A broken print room: it books nothing."""

    def _book(self, *_words: Any, **_more: Any) -> None:
        pass


def test_print_room_that_books_nothing_would_be_caught(path: Path, job: Job) -> None:
    tray = Tray()
    printed(path, job, tray, room=Forgetful)

    again = printed(path, job, tray, room=Forgetful)

    assert statuses(again) != ["already-printed", "already-printed"]
    assert len(tray.out) == 4


def test_second_label_on_demand_says_that_it_is_a_second_one(path: Path, job: Job) -> None:
    tray = Tray()
    token = frozenset([job.items[0].token])
    (first,) = printed(path, job, tray, tokens=token)

    (second,) = printed(path, job, tray, tokens=token, again=True)

    assert first.note == ""
    assert "was printed before: destroy that one" in second.note
    assert tray.out == [*names(job, 0), *names(job, 0)]


def test_label_that_failed_is_booked_so_and_offered_again(path: Path, job: Job) -> None:
    tray = Tray(failing_at=1)
    first = printed(path, job, tray)
    tray.failing_at = None

    second = printed(path, job, tray)

    assert statuses(first) == ["printed", "failed"]
    assert statuses(second) == ["already-printed", "printed"]
    assert booked(path, job)[2:4] == [(UIDS[1], "begun"), (UIDS[1], "failed")]
    assert tray.out == names(job, 0, 1)


def test_nothing_more_is_sent_to_a_printer_that_failed(path: Path, job: Job) -> None:
    tray = Tray(failing_at=0)

    assert statuses(printed(path, job, tray)) == ["failed"]
    assert booked(path, job) == [(UIDS[0], "begun"), (UIDS[0], "failed")]


def test_printer_that_is_not_ready_leaves_nothing_booked(path: Path, job: Job) -> None:
    with pytest.raises(PrinterError, match="jammed"):
        printed(path, job, Tray(jammed=True))

    assert booked(path, job) == []


def test_command_that_died_while_printing_makes_no_second_label_in_silence(
    path: Path, job: Job
) -> None:
    tray = Tray(dying_at=0)
    with pytest.raises(KilledError):
        printed(path, job, tray)
    tray.dying_at = None

    first, second = printed(path, job, tray)

    assert (first.status, second.status) == ("unsure", "printed")
    assert "whether it came out is not known" in first.detail
    assert tray.out == names(job, 0, 1)


class LateBooking(PrintRoom):
    """A broken print room: it books a label only when it is out."""

    def _book(self, due: Any, outcome: PrintOutcome, detail: str = "") -> None:
        if outcome != "begun":
            super()._book(due, outcome, detail)


def test_booking_behind_the_printer_only_would_be_caught(path: Path, job: Job) -> None:
    tray = Tray(dying_at=0)
    with pytest.raises(KilledError):
        printed(path, job, tray, room=LateBooking)
    tray.dying_at = None

    labels = printed(path, job, tray, room=LateBooking)

    assert statuses(labels) == ["printed", "printed"]
    assert tray.out == names(job, 0, 0, 1)


@pytest.mark.parametrize("style", [CARD_BACK, SHEET], ids=lambda style: style.layout.name)
def test_label_that_does_not_say_what_the_chip_says_is_not_sent(
    tmp_path: Path, job: Job, style: Style
) -> None:
    path, tray = tmp_path / "ledger.db", Tray()
    other = card_url(SITE, "0000000000012")
    with Ledger.open(path, writable=True) as ledger:
        for uid, item, url in zip(UIDS, job.items, (other, job.items[1].url), strict=False):
            ledger.begin(card(uid, item.token, job.job, url=url), at=START, by=BENCH)
            record(ledger, uid, *WHOLE)

    labels = {label.token: label for label in printed(path, job, tray, style=style)}

    assert labels[job.items[0].token].status == "failed"
    assert "0000000000012" in labels[job.items[0].token].detail
    assert labels[job.items[1].token].status == "printed"
    assert len(tray.out) == 1


def test_label_of_another_layout_is_printed_and_said_to_be_one_more(path: Path, job: Job) -> None:
    tray = Tray()
    printed(path, job, tray)

    labels = printed(path, job, tray, style=SHEET)

    assert statuses(labels) == ["printed", "printed"]
    assert {label.note for label in labels} == {"its token is also on the label cr80-back"}


class Nameless(PrintRoom):
    """A broken print room: every document has the same name."""

    def _document(self, _name: str, content: bytes) -> Document:
        return super()._document("labels", content)


def test_sheet_is_one_document_of_all_labels(path: Path, job: Job) -> None:
    tray = Tray()

    labels = printed(path, job, tray, style=SHEET)

    assert statuses(labels) == ["printed", "printed"]
    (name,) = tray.out
    assert re.fullmatch(rf"{job.job}-20261122T1400\d\dZ-avery-l7160", name)


@pytest.mark.parametrize(("room", "sheets"), [(PrintRoom, 2), (Nameless, 1)])
def test_later_sheet_does_not_replace_an_earlier_one(
    path: Path, job: Job, tmp_path: Path, room: type[PrintRoom], sheets: int
) -> None:
    folder = FolderPrinter(tmp_path / "labels")
    for hours, item in enumerate(job.items[:2]):
        order = PrintOrder(job=job, style=SHEET, printer=folder, tokens=frozenset([item.token]))
        with Ledger.open(path, writable=True) as ledger:
            at = START + timedelta(hours=hours)
            list(room(order, ledger, bench=BENCH, clock=partial(at.replace)).run())

    assert len(list((tmp_path / "labels").iterdir())) == sheets


def test_sheet_that_failed_is_booked_for_each_of_its_cards(path: Path, job: Job) -> None:
    labels = printed(path, job, Tray(failing_at=0), style=SHEET)

    assert statuses(labels) == ["failed", "failed"]
    assert booked(path, job)[2:] == [(UIDS[0], "failed"), (UIDS[1], "failed")]


def test_sheets_labels_go_one_by_one_to_a_printer_without_sheets(path: Path, job: Job) -> None:
    tray = Tray(takes="zpl")

    printed(path, job, tray, style=SHEET)

    assert len(tray.out) == 2


def test_redone_card_gets_its_own_label(path: Path, job: Job) -> None:
    tray, token = Tray(), job.items[2].token
    with Ledger.open(path, writable=True) as ledger:
        dead = Print(
            token=token, uid=UIDS[2], printer="tray", layout="cr80-back", outcome="printed"
        )
        ledger.book_print(dead, at=START, by=OTHER_BENCH)
        ledger.scrap(token, at=START, by=BENCH)
        anew = card("04A1B2C3D4E583", token, job.job, url=job.items[2].url)
        ledger.begin(anew, at=START, by=BENCH)
        record(ledger, "04A1B2C3D4E583", *WHOLE)

    (label,) = printed(path, job, tray, tokens=frozenset([token]))

    assert (label.status, label.uid) == ("printed", "04A1B2C3D4E583")
    assert "destroy that one" in label.note


def test_parcel_slip_without_an_activation_code_is_refused_ahead_of_the_printer(
    path: Path, job: Job
) -> None:
    tray = Tray()
    slip = replace(CARD_BACK, layout=load_layout("parcel-slip"))

    with pytest.raises(LayoutError, match="activation code"):
        printed(path, job, tray, style=slip)

    assert (tray.out, booked(path, job)) == ([], [])


def test_parcel_slip_with_an_activation_code_comes_out(path: Path, job: Job) -> None:
    tray = Tray()
    slip = replace(CARD_BACK, layout=load_layout("parcel-slip"))
    codes = {item.token: "K7QP92MX4D3A" for item in job.items}

    assert statuses(printed(path, job, tray, style=slip, codes=codes)) == ["printed", "printed"]
