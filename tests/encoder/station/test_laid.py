"""A run says that a card is at the reader before it sends the first frame to it."""

from datetime import timedelta
from pathlib import Path

from encoder.chips.models import NTAG213
from encoder.ledger import Ledger
from encoder.simulator.card_box import CardBox
from encoder.station.encoding import Desk
from encoder.station.run import JobRun, Surroundings
from encoder.station.worklist import Worklist
from tests.encoder.kit import BENCH, START, DirectField, make_job, new_chip


def test_laid_is_told_ahead_of_each_card(tmp_path: Path) -> None:
    told: list[str] = []
    box = CardBox([new_chip(NTAG213), new_chip(NTAG213)])
    around = Surroundings(
        emit=lambda event, _verdict: told.append(event.name),
        after_card=lambda: None,
        trouble=told.append,
        stopping=lambda: False,
        seconds=lambda: 0.0,
        pause=lambda _seconds: None,
        laid=lambda reader: told.append(f"laid at {reader}"),
    )
    with Ledger.open(tmp_path / "ledger.db", writable=True) as ledger:
        job = make_job(2)
        desk = Desk(
            job=job,
            ledger=ledger,
            bench=BENCH,
            clock=lambda: START + timedelta(0),
            prove=lambda _item, _url: None,
        )
        readers = [("direct", DirectField(box, lambda: box.exhausted))]

        JobRun(desk, readers, Worklist(job, ledger), around).run()

    a_card = ["laid at direct", "card", "removed"]
    assert told == ["ready", *a_card, *a_card, "end"]
