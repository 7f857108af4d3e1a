"""A reader that is unplugged in mid-job: the card at hand is told, and nothing is lost."""

from pathlib import Path
from typing import Any

import pytest

from encoder.chips.models import NTAG213
from encoder.errors import ReaderError
from encoder.ledger import Bench, Ledger
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.station.encoding import Desk
from encoder.station.events import Event
from encoder.station.run import JobRun, Surroundings
from encoder.station.worklist import Worklist
from tests.encoder.kit import (
    START,
    TOKEN,
    UID,
    LosableField,
    expected_memory,
    make_job,
    new_chip,
    run_chips,
)


def run_until_lost(chip: VirtualChip, path: Path, frames: int) -> list[dict[str, Any]]:
    """Run a job of one card; the events told until the reader was lost."""
    events: list[dict[str, Any]] = []
    job = make_job()

    def emit(event: Event, _verdict: object) -> None:
        events.append(event.as_json())

    around = Surroundings(
        emit=emit,
        after_card=lambda: None,
        trouble=lambda _text: None,
        stopping=lambda: False,
        seconds=lambda: 0.0,
        pause=lambda _seconds: None,
    )
    with Ledger.open(path, writable=True) as ledger:
        desk = Desk(
            job=job,
            ledger=ledger,
            bench=Bench(station="bench-1", operator="mona"),
            clock=lambda: START,
            prove=lambda _item, _url: None,
        )
        field = LosableField(CardBox([chip]), frames)
        with pytest.raises(ReaderError):
            JobRun(desk, [("direct", field)], Worklist(job, ledger), around).run()
    return events


def test_reader_lost_before_a_card_ends_the_run(tmp_path: Path) -> None:
    events = run_until_lost(new_chip(NTAG213, UID), tmp_path / "ledger.db", 0)

    assert [event["event"] for event in events] == ["ready", "end"]
    assert events[-1]["remaining"] == 1


@pytest.mark.parametrize("frames", range(5, 20))
def test_card_at_hand_is_told_and_finished_at_the_next_run(frames: int, tmp_path: Path) -> None:
    chip, path = new_chip(NTAG213, UID), tmp_path / "ledger.db"

    events = run_until_lost(chip, path, frames)
    ran = run_chips(make_job(), [chip], path)

    assert [event["event"] for event in events] == ["ready", "card", "end"]
    assert (events[1]["status"], events[1]["reason"]) == ("failed", "reader-lost")
    assert (events[1]["token"], events[2]["failed"]) == (TOKEN, 1)
    assert ran.told() == [("resumed", None)]
    assert chip.memory == expected_memory("NTAG213", "permanent")


def test_card_that_was_not_begun_has_no_token(tmp_path: Path) -> None:
    events = run_until_lost(new_chip(NTAG213, UID), tmp_path / "ledger.db", 2)

    assert (events[1]["reason"], events[1]["token"]) == ("reader-lost", None)
    assert (events[2]["failed"], events[2]["remaining"]) == (0, 1)
