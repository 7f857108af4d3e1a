"""What the ledger says of the work: counted from rows whose answer is known."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from encoder.ledger import Bench, Ledger, Presentation
from encoder.ledger.stats import Figures, GroupName, Question, Spread, Statistics
from tests.encoder.kit import BENCH, START
from tests.encoder.ledger.cast import (
    OTHER_BENCH,
    OTHER_TOKEN,
    OTHER_UID,
    THIRD_TOKEN,
    THIRD_UID,
    UID,
    WHOLE,
    book,
    card,
    record,
    shown,
    version_1,
)


def at(seconds: float) -> datetime:
    """So long after the start."""
    return START + timedelta(seconds=seconds)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two stations: one card done, one resumed after a tear, one scrapped, two refused."""
    path = tmp_path / "ledger.db"
    happened: list[tuple[float, Bench, Presentation]] = [
        (0, BENCH, shown(seconds=2.0)),
        (10, BENCH, shown("failed", reason="card-lost", uid=OTHER_UID)),
        (20, BENCH, shown("refused", reason="already-locked", token=None, chip=None)),
        (1000, BENCH, shown("resumed", uid=OTHER_UID, exchanges=99, seconds=9)),
        (1005, BENCH, shown("already-done")),
        (5, OTHER_BENCH, shown("refused", reason="already-locked", job="J-2", seconds=1.0)),
        (86400, OTHER_BENCH, shown("failed", reason="card-lost", job="J-2", uid=THIRD_UID)),
    ]
    book(path, card(), *WHOLE)
    book(path, card(OTHER_UID, OTHER_TOKEN, chip="NTAG216"), *WHOLE)
    book(path, card(THIRD_UID, THIRD_TOKEN, "J-2"), by=OTHER_BENCH)
    with Ledger.open(path, writable=True) as ledger:
        for seconds, bench, presentation in happened:
            ledger.present(presentation, at=at(seconds), by=bench)
        ledger.scrap(THIRD_TOKEN, at=at(90000), by=OTHER_BENCH)
    return path


def asked(path: Path, **question: object) -> Statistics:
    """What a ledger answers."""
    with Ledger.open(path, writable=False) as ledger:
        return ledger.statistics(Question(**question))  # type: ignore[arg-type]


def test_all_of_the_work_is_counted(path: Path) -> None:
    total = asked(path).total

    assert total == Figures(
        done=2,
        resumed=1,
        already_done=1,
        scrapped=1,
        refused={"already-locked": 2},
        failed={"card-lost": 2},
        working_seconds=(2 + 10 + 10 + 300 + 5) + (1 + 300),
        cards_per_hour=round(2 * 3600 / 628, 1),
        exchanges=Spread(25, 25),
        seconds=Spread(2.0, 2.0),
    )


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("day", {"2026-11-22": 2, "2026-11-23": 0}),
        ("operator", {"mona": 2, "zoe": 0}),
        ("station", {"bench-1": 2, "bench-2": 0}),
        ("job", {"J-1": 2, "J-2": 0}),
        ("chip", {"NTAG213": 1, "NTAG216": 1, "unknown": 0}),
    ],
)
def test_groups_add_up_to_the_total(by: GroupName, groups: dict[str, int], path: Path) -> None:
    found = asked(path, by=by)

    assert {name: group.done for name, group in found.groups.items()} == groups
    for count in ("done", "resumed", "scrapped", "working_seconds"):
        parts = [getattr(group, count) for group in found.groups.values()]
        assert sum(parts) == pytest.approx(getattr(found.total, count))
    lost = [sum(group.failed.values()) for group in found.groups.values()]
    assert sum(lost) == sum(found.total.failed.values())


def test_only_the_job_asked_for_is_counted(path: Path) -> None:
    total = asked(path, job="J-2").total

    assert (total.done, total.scrapped, total.refused) == (0, 1, {"already-locked": 1})
    assert (total.cards_per_hour, total.exchanges) == (0.0, None)


def test_only_what_was_since_the_day_asked_for_is_counted(path: Path) -> None:
    total = asked(path, since=datetime(2026, 11, 23, tzinfo=UTC)).total

    assert (total.done, total.scrapped, total.failed) == (0, 1, {"card-lost": 1})
    assert total.working_seconds == 300


def test_empty_answer_has_no_pace(path: Path) -> None:
    total = asked(path, job="J-9").total

    assert (total.done, total.working_seconds, total.cards_per_hour) == (0, 0, None)


def test_cards_of_version_1_are_counted_as_done(tmp_path: Path) -> None:
    total = asked(version_1(tmp_path / "old.db")).total

    assert (total.done, total.scrapped, total.cards_per_hour) == (1, 1, None)


def test_slow_end_is_the_nearest_rank(tmp_path: Path) -> None:
    path = book(tmp_path / "ledger.db", card())
    with Ledger.open(path, writable=True) as ledger:
        for number in range(1, 41):
            slow = shown(exchanges=number, seconds=number / 10)
            ledger.present(slow, at=at(number), by=BENCH)

    total = asked(path).total

    assert total.exchanges == Spread(20, 38)
    assert total.seconds == Spread(2.0, 3.8)


def test_clock_that_was_set_back_takes_no_time_off(tmp_path: Path) -> None:
    path = book(tmp_path / "ledger.db", card(), presented=[shown(seconds=1)])
    with Ledger.open(path, writable=True) as ledger:
        for seconds in (100, -50, 20):
            ledger.present(shown(seconds=1), at=at(seconds), by=BENCH)

    assert asked(path).total.working_seconds == 1 + 50 + 20 + 80


def test_card_encoded_again_counts_each_time(tmp_path: Path) -> None:
    path = book(tmp_path / "ledger.db", card(protection="password"), *WHOLE, "unprotected")
    with Ledger.open(path, writable=True) as ledger:
        ledger.begin(card(), at=START, by=BENCH)
        record(ledger, UID, *WHOLE)

    assert asked(path).total.done == 2
