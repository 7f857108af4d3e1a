"""The run's report file: what changed is written anew, and it reads as if all of it were."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from encoder.cli.report import ReportFile
from encoder.ledger import Ledger
from landing.contract.documents import Report, ReportedCard, dump_report
from landing.contract.token import mint_token
from tests.encoder.kit import BENCH, START
from tests.encoder.ledger.cast import DIGEST, WHOLE, card, record

JOB = "J-1"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger.open(tmp_path / "ledger.db", writable=True) as opened:
        yield opened


def report_of(ledger: Ledger) -> str:
    """The report written from nothing."""
    return dump_report(Report(job=JOB, station="bench-1", cards=ledger.reported(JOB)))


def begin(ledger: Ledger, number: int, job: str = JOB) -> str:
    """Begin a card and give its UID."""
    new = card(f"04{number:012X}", mint_token(), job)
    ledger.begin(new, at=START, by=BENCH)
    return new.uid


def stir(ledger: Ledger, chance: random.Random, number: int) -> None:
    """Do something that a run or its operator may do."""
    cards = ledger.cards()
    some = chance.choice(cards) if cards else None
    if some is None or chance.random() < 0.3:
        begin(ledger, number, chance.choice([JOB, JOB, "J-2"]))
    elif some.is_done:
        record(ledger, some.uid, "unprotected")
    elif some.is_unprotected:
        again = card(some.uid, some.token, some.job, protection=chance.choice(["none", "password"]))
        ledger.begin(again, at=START, by=BENCH)
    elif not some.is_scrapped:
        stages = ("scrapped",) if chance.random() < 0.1 else WHOLE[: chance.randint(1, 4)]
        record(ledger, some.uid, *stages)


@pytest.mark.parametrize("block_cards", [1, 4, 256])
@pytest.mark.parametrize("seed", range(8))
def test_report_is_to_the_byte_the_one_written_from_nothing(
    seed: int, block_cards: int, ledger: Ledger, tmp_path: Path
) -> None:
    chance, out = random.Random(seed), tmp_path / "report.json"
    report = ReportFile(out, ledger, job=JOB, station="bench-1", block_cards=block_cards)

    for number in range(60):
        stir(ledger, chance, number)
        report.write()

        assert out.read_text() == report_of(ledger)


class _Forgetful(Ledger):
    """Seeded fault: says nothing of cards that are done no more."""

    def reported_since(self, job: str, mark: int) -> tuple[int, dict[int, ReportedCard | None]]:
        latest, changes = super().reported_since(job, mark)
        return latest, {place: found for place, found in changes.items() if found is not None}


class _ByTurn(Ledger):
    """Seeded fault: puts each card after those that were reported before it."""

    _last = 0

    def reported_since(self, job: str, mark: int) -> tuple[int, dict[int, ReportedCard | None]]:
        latest, changes = super().reported_since(job, mark)
        self._last += 1000
        return latest, {self._last + place: found for place, found in changes.items()}


@pytest.mark.parametrize("faulty", [_Forgetful, _ByTurn])
def test_report_that_misses_a_change_would_be_caught(faulty: type[Ledger], tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    with faulty.open(tmp_path / "ledger.db", writable=True) as ledger:
        report = ReportFile(out, ledger, job=JOB, station="bench-1")
        uids = [begin(ledger, number) for number in range(2)]
        for uid in reversed(uids):
            record(ledger, uid, *WHOLE)
            report.write()
        record(ledger, uids[0], "unprotected")
        report.write()

        assert out.read_text() != report_of(ledger)


def test_only_what_changed_is_read_again(ledger: Ledger) -> None:
    uids = [begin(ledger, number) for number in range(20)]
    for uid in uids:
        record(ledger, uid, *WHOLE)
    mark, everything = ledger.reported_since(JOB, 0)

    record(ledger, uids[7], "unprotected")
    later, changes = ledger.reported_since(JOB, mark)

    assert len(everything) == 20
    assert list(changes.values()) == [None]
    assert ledger.reported_since(JOB, later) == (later, {})


def test_card_encoded_again_is_reported_with_its_new_stages_only(ledger: Ledger) -> None:
    uid = begin(ledger, 1)
    record(ledger, uid, *WHOLE, "unprotected")
    (booked,) = ledger.cards()
    anew = replace(card(uid, booked.token), protection="none")

    ledger.begin(anew, at=START, by=BENCH)
    record(ledger, uid, "written", "verified", "booked")
    (reported,) = ledger.reported(JOB)

    assert [stage.stage for stage in reported.stages] == ["written", "verified"]
    assert (reported.protection, reported.digest) == ("none", DIGEST)


def test_two_readers_cards_are_both_in_the_report(ledger: Ledger, tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    report = ReportFile(out, ledger, job=JOB, station="bench-1")

    def work(first: int) -> None:
        for number in range(first, first + 20):
            record(ledger, begin(ledger, number), *WHOLE)
            report.write()

    readers = [Thread(target=work, args=(first,)) for first in (0, 100)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()

    assert out.read_text() == report_of(ledger)
    assert len(ledger.reported(JOB)) == 40
