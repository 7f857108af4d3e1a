"""A done card that was spoiled: its UID is scrapped, its token goes on another card."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from encoder.chips.models import NTAG213
from encoder.errors import LedgerError
from encoder.ledger import Ledger, check_ledger
from encoder.ledger.outbox import Answer, Settled, SiteJob
from encoder.simulator.chip import VirtualChip
from encoder.station.worklist import Worklist
from tests.encoder.kit import BENCH, START, TOKEN, URL, make_job, new_chip, run_chips, seen_by_phone

LATER = START + timedelta(hours=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger stands."""
    return tmp_path / "ledger.db"


@pytest.fixture
def spoiled(path: Path) -> VirtualChip:
    """A card that was done, and then spoiled."""
    chip = new_chip(NTAG213)
    run_chips(make_job(), [chip], path)
    return chip


def test_spoiled_card_gives_its_token_to_the_next_blank(path: Path, spoiled: VirtualChip) -> None:
    with Ledger.open(path, writable=True) as ledger:
        ledger.scrap(TOKEN, at=LATER, by=BENCH, although_done=True)
    fresh = new_chip(NTAG213)

    ran = run_chips(make_job(), [fresh], path)

    assert ran.told() == [("done", None)]
    assert seen_by_phone(fresh) == URL
    with Ledger.open(path, writable=False) as ledger:
        assert [card.uid for card in ledger.reported(make_job().job)] == [fresh.uid.hex().upper()]
    assert check_ledger(path) == []


def test_spoiled_card_is_refused_when_it_is_laid_down_again(
    path: Path, spoiled: VirtualChip
) -> None:
    with Ledger.open(path, writable=True) as ledger:
        ledger.scrap(TOKEN, at=LATER, by=BENCH, although_done=True)

    ran = run_chips(make_job(), [spoiled], path)

    assert ran.told() == [("refused", "uid-booked")]


def test_done_card_is_kept_unless_it_is_said_to_be_spoiled(
    path: Path, spoiled: VirtualChip
) -> None:
    with (
        Ledger.open(path, writable=True) as ledger,
        pytest.raises(LedgerError, match="is done; nothing was changed"),
    ):
        ledger.scrap(TOKEN, at=LATER, by=BENCH)


@pytest.mark.parametrize("answer", ["taken", "withdrawn", "refused"])
def test_card_may_be_given_up_whatever_its_site_said(
    path: Path, spoiled: VirtualChip, answer: Answer
) -> None:
    job = make_job().job
    with Ledger.open(path, writable=True) as ledger:
        ledger.outbox.keep_job(SiteJob(job=job, address="a", document="{}"), at=START)
        told = [Settled(card, answer) for card in ledger.outbox.waiting(job, limit=9)]
        ledger.outbox.settle(told, at=START)

        ledger.scrap(TOKEN, at=LATER, by=BENCH, although_done=True)

        assert len(told) == 1
        assert ledger.card_with_token(TOKEN) is None


def test_worklist_offers_a_reopened_item_first(path: Path, spoiled: VirtualChip) -> None:
    job = make_job()
    job = replace(job, items=(*job.items, *make_job(2, first_token="0000000000012").items[:1]))
    with Ledger.open(path, writable=False) as ledger:
        worklist = Worklist(job, ledger)

    worklist.reopen(TOKEN)

    assert worklist.remaining == 2
    item = worklist.take()
    assert item is not None
    assert item.token == TOKEN
