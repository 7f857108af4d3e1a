"""Where the ledger and then the report cannot be written, the ledger's fault is told."""

from pathlib import Path

import pytest

from encoder.chips.models import NTAG213
from encoder.errors import EncoderError, LedgerError
from encoder.ledger import Ledger
from encoder.simulator.card_box import CardBox
from encoder.station.encoding import Desk
from encoder.station.events import End, Event
from encoder.station.run import JobRun, Surroundings
from encoder.station.worklist import Worklist
from landing.contract.documents import JobItem
from tests.encoder.kit import BENCH, START, DirectField, make_job, new_chip


def full_disk(_item: JobItem, _url: str) -> None:
    """Fail as the ledger does."""
    raise LedgerError("the ledger cannot be used: the disk is full")


def test_ledgers_fault_is_not_hidden_by_the_reports(tmp_path: Path) -> None:
    events: list[Event] = []

    def emit(event: Event, _verdict: object) -> None:
        events.append(event)
        if isinstance(event, End):
            raise EncoderError("the report cannot be written")

    around = Surroundings(
        emit=emit,
        after_card=lambda: None,
        trouble=lambda _text: None,
        stopping=lambda: False,
        seconds=lambda: 0.0,
        pause=lambda _seconds: None,
    )
    job, box = make_job(), CardBox([new_chip(NTAG213)])
    with Ledger.open(tmp_path / "ledger.db", writable=True) as ledger:
        desk = Desk(job=job, ledger=ledger, bench=BENCH, clock=lambda: START, prove=full_disk)
        field = DirectField(box, lambda: box.exhausted)
        run = JobRun(desk, [("bench", field)], Worklist(job, ledger), around)

        with pytest.raises(LedgerError):
            run.run()

    assert isinstance(events[-1], End)
