"""The ledger: what it binds for good, what it refuses, and who may open it."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from encoder.errors import LedgerError
from encoder.ledger import AlreadyBookedError, Ledger, NewCard
from encoder.ledger.schema import MIGRATIONS
from tests.encoder.kit import BENCH, START, TOKEN, URL
from tests.encoder.ledger.cast import (
    CONFIG,
    DIGEST,
    OTHER_TOKEN,
    OTHER_UID,
    UID,
    WHOLE,
    book,
    card,
    contents,
    record,
    shown,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger stands."""
    return tmp_path / "ledger.db"


def begun(path: Path, *cards: NewCard) -> None:
    """Book cards as begun."""
    with Ledger.open(path, writable=True) as ledger:
        for new in cards:
            ledger.begin(new, at=START, by=BENCH)


@pytest.mark.parametrize("second", [card(OTHER_UID, TOKEN), card(UID, OTHER_TOKEN), card()])
def test_neither_uid_nor_token_is_booked_twice(path: Path, second: NewCard) -> None:
    begun(path, card())

    with pytest.raises(AlreadyBookedError) as caught:
        begun(path, second)

    assert (caught.value.card.uid, caught.value.card.token) == (UID, TOKEN)
    with Ledger.open(path, writable=False) as ledger:
        assert [(found.uid, found.token) for found in ledger.cards()] == [(UID, TOKEN)]


def test_refused_booking_leaves_no_stage(path: Path) -> None:
    begun(path, card())

    with pytest.raises(LedgerError):
        begun(path, card(OTHER_UID, TOKEN))

    with sqlite3.connect(path) as opened:
        assert opened.execute("SELECT count(*) FROM stages").fetchone() == (1,)
    opened.close()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM stages",
        "UPDATE stages SET at = 'never'",
        "DELETE FROM cards",
        "UPDATE cards SET token = '0000000000012'",
        "UPDATE cards SET uid = 'x'",
        "UPDATE cards SET job = 'x'",
        "DELETE FROM presentations",
        "UPDATE presentations SET seconds = 0",
    ],
)
def test_what_is_booked_cannot_be_changed_behind_the_ledger(path: Path, change: str) -> None:
    book(path, card(), presented=[shown()])
    opened = sqlite3.connect(path)

    with pytest.raises(sqlite3.IntegrityError):
        opened.execute(change)

    opened.close()


def test_scrapped_card_gives_its_token_back_and_keeps_its_uid(path: Path) -> None:
    begun(path, card())

    with Ledger.open(path, writable=True) as ledger:
        ledger.scrap(TOKEN, at=START, by=BENCH)
        ledger.begin(card(OTHER_UID, TOKEN), at=START, by=BENCH)
        dead, live = ledger.card_with_uid(UID), ledger.card_with_token(TOKEN)

    assert dead is not None
    assert dead.is_scrapped
    assert live is not None
    assert live.uid == OTHER_UID
    with pytest.raises(LedgerError):
        begun(path, card(UID, OTHER_TOKEN))


@pytest.mark.parametrize("token", [OTHER_TOKEN, TOKEN])
def test_only_an_unfinished_card_can_be_scrapped(path: Path, token: str) -> None:
    begun(path, card())

    with Ledger.open(path, writable=True) as ledger:
        ledger.record(UID, "written", "verified", "locked", "booked", at=START, by=BENCH)
        with pytest.raises(LedgerError, match="nothing was changed"):
            ledger.scrap(token, at=START, by=BENCH)
        found = ledger.card_with_uid(UID)

    assert found is not None
    assert found.is_done


def test_report_holds_done_cards_of_the_job_with_their_latest_times(path: Path) -> None:
    begun(path, card(), card(OTHER_UID, OTHER_TOKEN))
    later = START + timedelta(hours=1)
    with Ledger.open(path, writable=True) as ledger:
        ledger.record(UID, "written", at=START, by=BENCH)
        ledger.record(UID, "written", at=later, by=BENCH)
        ledger.record(UID, "verified", at=later, by=BENCH, digest="ab" * 32)
        ledger.record(UID, "locked", "booked", at=later, by=BENCH)
        ledger.record(OTHER_UID, "written", at=later, by=BENCH)

        (reported,) = ledger.reported("J-1")
        others = ledger.reported("J-2")

    assert (reported.token, reported.uid, reported.digest) == (TOKEN, UID, "ab" * 32)
    assert [(stage.stage, stage.at) for stage in reported.stages] == [
        ("written", later),
        ("verified", later),
        ("locked", later),
    ]
    assert others == ()


@pytest.mark.parametrize("writable", [True, False])
@pytest.mark.parametrize("content", [b"no ledger at all" * 100, b"SQLite format 3\0" + b"x" * 5000])
def test_file_that_is_no_database_is_refused_untouched(
    path: Path, content: bytes, writable: bool
) -> None:
    path.write_bytes(content)

    with pytest.raises(LedgerError), Ledger.open(path, writable=writable):
        pass

    assert path.read_bytes() == content


def test_damaged_page_is_noticed(path: Path) -> None:
    begun(path, card())
    content = bytearray(path.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    path.write_bytes(content)

    with pytest.raises(LedgerError), Ledger.open(path, writable=True):
        pass


def test_other_programs_database_is_refused_untouched(path: Path) -> None:
    opened = sqlite3.connect(path)
    opened.execute("CREATE TABLE theirs (x)")
    opened.close()

    with pytest.raises(LedgerError, match="another program"), Ledger.open(path, writable=True):
        pass

    opened = sqlite3.connect(path)
    assert [row[0] for row in opened.execute("SELECT name FROM sqlite_schema")] == ["theirs"]
    opened.close()


def test_ledger_of_a_newer_version_is_refused(path: Path) -> None:
    begun(path, card())
    opened = sqlite3.connect(path)
    opened.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    opened.close()

    with pytest.raises(LedgerError, match="version"), Ledger.open(path, writable=True):
        pass


def test_every_commit_is_on_the_disk(path: Path) -> None:
    with Ledger.open(path, writable=True) as ledger:
        settings = [
            ledger._db.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert settings == ["wal", 2, 1]


def test_card_comes_back_with_all_that_was_booked(path: Path) -> None:
    new = card(mirror="uid", key_id="9f2c", version="0004040201000F03", genuine=True)

    book(path, new, *WHOLE)

    with Ledger.open(path, writable=False) as ledger:
        found = ledger.card_with_uid(UID)
    assert found is not None
    assert (found.url, found.mirror, found.key_id) == (URL, "uid", "9f2c")
    assert (found.version, found.genuine) == ("0004040201000F03", True)
    assert (found.digest, found.config, found.stage) == (DIGEST, CONFIG, "booked")


def test_report_says_what_the_originality_signature_said(path: Path) -> None:
    book(path, card(genuine=False), *WHOLE)

    with Ledger.open(path, writable=False) as ledger:
        (reported,) = ledger.reported("J-1")

    assert reported.genuine is False


def test_unprotected_card_is_neither_done_nor_scrapped(path: Path) -> None:
    book(path, card(protection="password"), *WHOLE, "unprotected")

    with Ledger.open(path, writable=False) as ledger:
        found = ledger.card_with_token(TOKEN)
        reported = ledger.reported("J-1")

    assert found is not None
    assert (found.is_done, found.is_scrapped, found.is_unprotected) == (False, False, True)
    assert reported == ()


def test_unprotected_card_is_begun_again_with_what_it_gets_now(path: Path) -> None:
    book(path, card(protection="password", key_id="9f2c"), *WHOLE, "unprotected")

    with Ledger.open(path, writable=True) as ledger:
        ledger.begin(card(url="https://new.example/c/" + TOKEN, genuine=True), at=START, by=BENCH)
        found = ledger.card_with_uid(UID)

    assert found is not None
    assert (found.stage, found.protection, found.key_id) == ("begun", "permanent", None)
    assert (found.url, found.genuine) == ("https://new.example/c/" + TOKEN, True)
    assert (found.digest, found.config) == (None, None)
    assert [stage for _, _, stage, *_ in contents(path)["stages"]].count("begun") == 2


@pytest.mark.parametrize(
    "second", [card(UID, OTHER_TOKEN), card(UID, TOKEN, "J-2"), card(OTHER_UID, TOKEN)]
)
def test_unprotected_card_keeps_its_token_and_job(path: Path, second: NewCard) -> None:
    book(path, card(protection="password"), *WHOLE, "unprotected")
    before = contents(path)

    with pytest.raises(AlreadyBookedError, match="nothing was changed"):
        begun(path, second)

    assert contents(path) == before


@pytest.mark.parametrize("stages", [(), WHOLE, ("written", "scrapped")])
def test_only_an_unprotected_card_is_begun_again(path: Path, stages: tuple[str, ...]) -> None:
    begun(path, card())
    with Ledger.open(path, writable=True) as ledger:
        if "scrapped" in stages:
            ledger.scrap(TOKEN, at=START, by=BENCH)
        else:
            record(ledger, UID, *WHOLE[: len(stages)])

    with pytest.raises(AlreadyBookedError):
        begun(path, card())


def test_unprotected_card_can_be_scrapped(path: Path) -> None:
    book(path, card(protection="password"), *WHOLE, "unprotected")

    with Ledger.open(path, writable=True) as ledger:
        ledger.scrap(TOKEN, at=START, by=BENCH)

        assert ledger.card_with_token(TOKEN) is None


def test_presentation_is_kept_with_time_station_and_operator(path: Path) -> None:
    book(path, card(), presented=[shown("failed", reason="card-lost", seconds=1.5)])

    (row,) = contents(path)["presentations"]
    assert row[1:7] == ("J-1", "failed", "card-lost", TOKEN, UID, "NTAG213")
    assert row[7:11] == ("usb", 25, 14, 1.5)
    assert row[11:] == ("2026-11-22T14:00:00.000Z", "bench-1", "mona")


def test_uid_of_a_card_that_is_not_booked_is_not_kept(path: Path) -> None:
    stranger = shown("refused", reason="already-locked", token=None, uid=OTHER_UID)

    book(path, card(), presented=[stranger])

    (row,) = contents(path)["presentations"]
    assert row[5] is None
    assert OTHER_UID.encode() not in path.read_bytes()


def test_stage_of_a_card_that_was_never_begun_is_refused(path: Path) -> None:
    with Ledger.open(path, writable=True) as ledger, pytest.raises(LedgerError):
        ledger.record(UID, "written", at=START, by=BENCH)

    assert contents(path)["stages"] == []
