"""The ledger: what it binds for good, what it refuses, and who may open it."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from encoder.errors import LedgerError
from encoder.ledger import Ledger, NewCard
from encoder.ledger.schema import MIGRATIONS
from tests.encoder.kit import BENCH, START, TOKEN, URL

OTHER_TOKEN = "0000000000012"
UID, OTHER_UID = "04A1B2C3D4E580", "04A1B2C3D4E581"


def card(uid: str = UID, token: str = TOKEN, job: str = "J-1") -> NewCard:
    """A card to book."""
    return NewCard(uid=uid, token=token, job=job, chip="NTAG213", protection="permanent", url=URL)


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

    with pytest.raises(LedgerError):
        begun(path, second)

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
    ],
)
def test_what_is_booked_cannot_be_changed_behind_the_ledger(path: Path, change: str) -> None:
    begun(path, card())
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


def test_one_command_at_a_time_writes_and_others_may_read(path: Path) -> None:
    begun(path, card())

    with Ledger.open(path, writable=True):
        with pytest.raises(LedgerError, match="another command"), Ledger.open(path, writable=True):
            pass
        with Ledger.open(path, writable=False) as reader:
            found = reader.cards()

    assert len(found) == 1


def test_ledger_can_be_written_again_after_its_writer_is_gone(path: Path) -> None:
    begun(path, card())

    begun(path, card(OTHER_UID, OTHER_TOKEN))

    with Ledger.open(path, writable=False) as ledger:
        assert len(ledger.cards()) == 2


def test_reading_where_nothing_is_says_so(path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no ledger"), Ledger.open(path, writable=False):
        pass

    assert not path.exists()


def test_missing_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "ledger.db"

    with pytest.raises(LedgerError, match="nowhere"), Ledger.open(path, writable=True):
        pass


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
