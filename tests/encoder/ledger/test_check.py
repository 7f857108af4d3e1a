"""``check_ledger`` finds every damage that was seeded, and nothing in a ledger that is right."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest

from encoder.errors import LedgerError
from encoder.ledger import Ledger, LedgerStage, check_ledger
from encoder.ledger.check import HINTS
from encoder.ledger.history import history_faults
from tests.encoder.kit import BENCH, START, TOKEN
from tests.encoder.ledger.cast import (
    OTHER_TOKEN,
    OTHER_UID,
    THIRD_TOKEN,
    THIRD_UID,
    UID,
    WHOLE,
    book,
    card,
    damage,
    shown,
    version_1,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with a done card, one that was begun, one that was given up, presentations."""
    path = book(tmp_path / "ledger.db", card(), *WHOLE, presented=[shown()])
    book(path, card(OTHER_UID, OTHER_TOKEN), "written")
    book(path, card(THIRD_UID, THIRD_TOKEN), presented=[shown("failed", reason="card-lost")])
    with Ledger.open(path, writable=True) as ledger:
        ledger.scrap(THIRD_TOKEN, at=START, by=BENCH)
    return path


def found_in(path: Path) -> set[tuple[str, str | None]]:
    """The faults, and the cards that they are of."""
    return {(finding.fault, finding.uid) for finding in check_ledger(path)}


def test_ledger_that_is_right_has_no_finding(path: Path) -> None:
    assert check_ledger(path) == []


def test_ledger_of_version_1_is_checked_as_it_stands(tmp_path: Path) -> None:
    path = version_1(tmp_path / "ledger.db")

    assert check_ledger(path) == []


STAGE = "INSERT INTO stages (uid, stage, at, station, operator) VALUES"
TODAY = "'2026-11-22T15:00:00.000Z', 's', 'o'"
NAMELESS = """
    INSERT INTO cards (uid, token, job, chip, protection) VALUES ('04', '0', 'J', 'C', 'none')
"""
DAMAGES = [
    ("no-begun", UID, f"DELETE FROM stages WHERE uid = '{UID}' AND stage = 'begun'"),
    ("no-begun", OTHER_UID, f"DELETE FROM stages WHERE uid = '{OTHER_UID}'"),
    ("not-proven", UID, f"DELETE FROM stages WHERE uid = '{UID}' AND stage = 'locked'"),
    ("not-proven", UID, f"DELETE FROM stages WHERE uid = '{UID}' AND stage = 'verified'"),
    ("impossible-order", UID, f"{STAGE} ('{UID}', 'written', {TODAY})"),
    ("impossible-order", UID, f"{STAGE} ('{UID}', 'verified', {TODAY})"),
    ("impossible-order", OTHER_UID, f"{STAGE} ('{OTHER_UID}', 'begun', {TODAY})"),
    ("impossible-order", OTHER_UID, f"{STAGE} ('{OTHER_UID}', 'locked', {TODAY})"),
    ("impossible-order", THIRD_UID, f"{STAGE} ('{THIRD_UID}', 'written', {TODAY})"),
    ("time-backwards", UID, "UPDATE stages SET at = '2020-01-01' || substr(at, 11) WHERE id = 3"),
    ("unknown-word", UID, "UPDATE stages SET at = 'yesterday' WHERE id = 3"),
    ("unknown-word", UID, "UPDATE stages SET at = '2026-11-22T14:00:02' WHERE id = 3"),
    ("unknown-word", UID, "UPDATE stages SET stage = 'burned' WHERE id = 2"),
    ("unknown-word", UID, f"UPDATE cards SET protection = 'full' WHERE uid = '{UID}'"),
    ("unknown-word", UID, f"UPDATE cards SET mirror = 'half' WHERE uid = '{UID}'"),
    ("unknown-word", UID, "UPDATE presentations SET status = 'lost' WHERE id = 1"),
    ("unknown-word", UID, "UPDATE presentations SET reason = 'bad-luck' WHERE id = 1"),
    ("unknown-word", UID, "UPDATE presentations SET at = '' WHERE id = 1"),
    ("no-digest", UID, f"UPDATE cards SET digest = NULL WHERE uid = '{UID}'"),
    ("bad-digest", UID, f"UPDATE cards SET digest = 'none' WHERE uid = '{UID}'"),
    ("bad-digest", UID, f"UPDATE cards SET digest = upper(digest) WHERE uid = '{UID}'"),
    ("bad-name", UID, f"UPDATE cards SET token = lower(token) WHERE uid = '{UID}'"),
    ("bad-name", UID, f"UPDATE cards SET token = '7H3K9QX2MZ4DH' WHERE uid = '{UID}'"),
    ("bad-name", "04", NAMELESS),
    ("scrap-mismatch", OTHER_UID, f"UPDATE cards SET scrapped = 1 WHERE uid = '{OTHER_UID}'"),
    ("scrap-mismatch", THIRD_UID, f"UPDATE cards SET scrapped = 0 WHERE uid = '{THIRD_UID}'"),
    ("lost-row", "04FF", f"{STAGE} ('04FF', 'begun', {TODAY})"),
    ("lost-row", "04FF", "UPDATE presentations SET uid = '04FF' WHERE id = 1"),
    ("other-tables", None, "DROP INDEX cards_by_job"),
    ("other-tables", None, "CREATE TABLE theirs (x)"),
    ("damaged", None, f"UPDATE cards SET genuine = 7 WHERE uid = '{UID}'"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "uid", "statement"), DAMAGES)
def test_seeded_damage_is_found_and_its_card_named(
    fault: str, uid: str | None, statement: str, path: Path
) -> None:
    damage(path, statement)

    assert (fault, uid) in found_in(path)


def test_two_live_cards_with_one_token_are_found(path: Path) -> None:
    damage(
        path,
        "DROP INDEX one_live_card_per_token",
        f"UPDATE cards SET token = '{TOKEN}' WHERE uid = '{OTHER_UID}'",
    )

    findings = {finding.fault: finding for finding in check_ledger(path)}

    assert findings["two-live-cards"].uid == OTHER_UID
    assert UID in findings["two-live-cards"].message
    assert findings["other-tables"].message.startswith("one_live_card_per_token")


def test_guard_that_was_taken_away_is_found(path: Path) -> None:
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("DROP TRIGGER stages_are_not_changed")

    assert found_in(path) == {("other-tables", None)}


def test_damaged_page_is_found(path: Path) -> None:
    content = bytearray(path.read_bytes())
    root = root_of(path, "stages_by_uid")
    content[(root - 1) * 4096 + 8 : root * 4096] = b"\0" * (4096 - 8)
    path.write_bytes(content)

    assert ("damaged", None) in found_in(path)


def root_of(path: Path, name: str) -> int:
    """The page that an index begins on."""
    with closing(sqlite3.connect(path)) as opened:
        row = opened.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,))
        return int(row.fetchone()[0])


def test_file_that_cannot_be_read_at_all_is_an_error(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"x" * 5000)

    with pytest.raises(LedgerError):
        check_ledger(path)


def test_missing_ledger_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no ledger"):
        check_ledger(tmp_path / "none.db")


def test_every_fault_has_its_seeded_damage() -> None:
    assert {fault for fault, _, _ in DAMAGES} | {"two-live-cards"} == set(HINTS)


RIGHT: list[tuple[str, tuple[LedgerStage, ...]]] = [
    ("permanent", ("begun",)),
    ("permanent", ("begun", "scrapped")),
    ("permanent", ("begun", "written", "written", "verified", "written", "scrapped")),
    ("permanent", ("begun", "written", "verified", "locked", "written", "verified")),
    ("permanent", ("begun", *WHOLE[:3], *WHOLE)),
    ("none", ("begun", "written", "verified", "booked")),
    ("password", ("begun", *WHOLE, "unprotected")),
    ("password", ("begun", *WHOLE, "unprotected", "unprotected", "scrapped")),
    ("none", ("begun", *WHOLE, "unprotected", "begun", "written", "verified", "booked")),
    ("password", ("begun", "written", "unprotected", "begun", *WHOLE, "unprotected")),
]


@pytest.mark.parametrize(("protection", "stages"), RIGHT)
def test_history_that_may_be_has_no_fault(protection: str, stages: tuple[LedgerStage, ...]) -> None:
    history = [(stage, "2026-11-22T14:00:00.000Z") for stage in stages]

    assert list(history_faults(history, protection)) == []


WRONG: list[tuple[str, tuple[LedgerStage, ...]]] = [
    ("permanent", ("written",)),
    ("permanent", ("begun", "verified")),
    ("permanent", ("begun", "written", "locked")),
    ("permanent", ("begun", "written", "verified", "booked")),
    ("none", ("begun", "written", "booked")),
    ("none", ("begun", "begun")),
    ("none", ("begun", "scrapped", "unprotected")),
    ("none", ("begun", "scrapped", "begun")),
    ("password", ("begun", *WHOLE, "unprotected", "written")),
    ("password", ("begun", *WHOLE, "unprotected", "begun", "written", "booked")),
    ("password", ("begun", *WHOLE, "unprotected", "begun", "written", "verified", "booked")),
    ("permanent", ("begun", *WHOLE, "begun", *WHOLE)),
    ("permanent", ("begun", *WHOLE, "booked")),
    ("permanent", ("unprotected", "begun")),
]


@pytest.mark.parametrize(("protection", "stages"), WRONG)
def test_history_that_cannot_be_has_a_fault(
    protection: str, stages: tuple[LedgerStage, ...]
) -> None:
    history = [(stage, "2026-11-22T14:00:00.000Z") for stage in stages]

    assert list(history_faults(history, protection)) != []


def test_stages_of_the_table_are_those_of_the_program(tmp_path: Path) -> None:
    path = book(tmp_path / "ledger.db", card())

    with closing(sqlite3.connect(path)) as opened:
        for stage in get_args(LedgerStage):
            opened.execute(f"{STAGE} ('{UID}', '{stage}', {TODAY})")
        with pytest.raises(sqlite3.IntegrityError):
            opened.execute(f"{STAGE} ('{UID}', 'burned', {TODAY})")
