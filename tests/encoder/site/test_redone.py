"""A spoiled card that the site has in service is made again: station, report and site together."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from encoder.chips.models import NTAG213
from encoder.ledger import Ledger
from encoder.simulator.chip import VirtualChip
from landing.contract.documents import (
    Job,
    Policy,
    Report,
    ReportedCard,
    dump_report,
    parse_report,
)
from landing.contract.token import mint_token
from landing.errors import ContradictionError
from landing.jobs.book import Booking, book_report
from landing.jobs.order import order_job
from landing.storage.cards import find_card
from landing.storage.database import Database
from landing.storage.profiles import insert_profile
from tests.encoder.kit import BENCH, START, new_chip, run_chips, seen_by_phone
from tests.landing.records import LATER, NOW, SITE, ZOE, new_database


class Workshop:
    """A site with a job of one card, and a station that makes it."""

    def __init__(self, folder: Path) -> None:
        self.ledger = folder / "ledger.db"
        self.database: Database = new_database(folder / "site")
        with self.database.writing() as db:
            insert_profile(db, ZOE)
            policy = Policy(chips=("NTAG213",))
            self.job: Job = order_job(db, [ZOE], site=SITE, policy=policy, now=NOW, mint=mint_token)

    def make(self) -> VirtualChip:
        """Lay a blank down: it is done."""
        chip = new_chip(NTAG213)
        assert run_chips(self.job, [chip], self.ledger).told() == [("done", None)]
        return chip

    def report(self) -> Report:
        """The report as the site reads it."""
        with Ledger.open(self.ledger, writable=False) as ledger:
            cards: tuple[ReportedCard, ...] = ledger.reported(self.job.job)
        return parse_report(dump_report(Report(job=self.job.job, station="b-1", cards=cards)))

    def book(self, report: Report) -> Booking:
        """Hand a report in."""
        with self.database.writing() as db:
            return book_report(db, report, now=LATER)

    def spoil(self) -> None:
        """Give the done card up."""
        with Ledger.open(self.ledger, writable=True) as ledger:
            ledger.scrap(self.job.items[0].token, at=START, by=BENCH, although_done=True)

    def at_site(self) -> tuple[str, str]:
        """The card's state, and the UID it has at the site."""
        with self.database.reading() as db:
            card = find_card(db, self.job.items[0].token)
        assert card is not None
        assert card.encoding is not None
        return card.state, card.encoding.uid


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """A site and a station."""
    made = Workshop(tmp_path)
    with made.database:
        yield made


def test_card_in_service_is_made_again_and_the_site_knows_the_new_one(workshop: Workshop) -> None:
    spoiled = workshop.make()
    workshop.book(workshop.report())
    workshop.spoil()
    fresh = workshop.make()

    done = workshop.book(workshop.report())

    assert done.again == 1
    assert workshop.at_site() == ("active", fresh.uid.hex().upper())
    assert seen_by_phone(fresh) == seen_by_phone(spoiled)


def test_card_spoiled_twice_while_the_site_was_away_is_known_in_the_end(
    workshop: Workshop,
) -> None:
    workshop.make()
    workshop.book(workshop.report())
    workshop.spoil()
    workshop.make()
    workshop.spoil()
    last = workshop.make()

    workshop.book(workshop.report())

    assert workshop.at_site() == ("active", last.uid.hex().upper())


def test_report_that_is_on_its_way_when_the_card_is_spoiled_may_come_last(
    workshop: Workshop,
) -> None:
    workshop.make()
    late = workshop.report()
    workshop.spoil()
    fresh = workshop.make()
    workshop.book(workshop.report())

    done = workshop.book(late)

    assert done.unchanged == 1
    assert workshop.at_site() == ("active", fresh.uid.hex().upper())


def test_report_that_does_not_say_what_is_replaced_would_be_refused(workshop: Workshop) -> None:
    workshop.make()
    workshop.book(workshop.report())
    workshop.spoil()
    workshop.make()
    report = workshop.report()
    silent = replace(report, cards=(replace(report.cards[0], replaces=None),))

    with pytest.raises(ContradictionError, match="it is bound to the chip"):
        workshop.book(silent)
