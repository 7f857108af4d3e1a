"""A backup is of one moment, whole, and never in the place of another file unasked."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from encoder.errors import LedgerError
from encoder.ledger import Ledger, back_up, check_ledger
from landing.contract.token import mint_token
from tests.encoder.kit import BENCH, START
from tests.encoder.ledger.cast import WHOLE, book, card, contents, record, shown, version_1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with one done card."""
    return book(tmp_path / "ledger.db", card(), *WHOLE, presented=[shown()])


def test_backup_holds_every_row_in_one_file(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy" / "copy.db"
    target.parent.mkdir()

    back_up(path, target, replace=False)

    assert [found.name for found in target.parent.iterdir()] == ["copy.db"]
    assert contents(target) == contents(path)
    assert check_ledger(target) == []


def test_backup_can_be_put_back_and_written_to(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    back_up(path, target, replace=False)
    path.unlink()

    target.rename(path)

    with Ledger.open(path, writable=True) as ledger:
        ledger.begin(card("04A1B2C3D4E599", mint_token()), at=START, by=BENCH)
        assert len(ledger.cards()) == 2


def test_backup_made_while_a_run_writes_is_of_one_moment(path: Path, tmp_path: Path) -> None:
    enough = Event()

    def run(ledger: Ledger) -> None:
        for number in range(5000):
            if enough.is_set():
                break
            uid = f"04{number:012X}"
            ledger.begin(card(uid, mint_token()), at=START, by=BENCH)
            record(ledger, uid, *WHOLE)

    with Ledger.open(path, writable=True) as ledger:
        writing = Thread(target=run, args=(ledger,))
        writing.start()
        sizes = []
        for number in range(10):
            target = tmp_path / f"copy-{number}.db"
            back_up(path, target, replace=False)
            sizes.append(len(contents(target)["cards"]))
            assert check_ledger(target) == []
        enough.set()
        writing.join()

    assert sizes == sorted(sizes)
    assert sizes[-1] > 1


def test_plain_copy_of_the_file_would_miss_what_a_run_has_booked(
    path: Path, tmp_path: Path
) -> None:
    target = tmp_path / "copy.db"
    with Ledger.open(path, writable=True) as ledger:
        ledger.begin(card("04A1B2C3D4E599", mint_token()), at=START, by=BENCH)

        target.write_bytes(path.read_bytes())

        assert len(contents(target)["cards"]) < len(ledger.cards())


def test_file_that_is_there_is_not_replaced_unasked(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("mine")

    with pytest.raises(LedgerError, match="there already") as caught:
        back_up(path, target, replace=False)

    assert target.read_text() == "mine"
    assert "--force" in caught.value.hint


def test_file_that_is_there_is_replaced_when_asked(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("mine")

    back_up(path, target, replace=True)

    assert contents(target) == contents(path)


def test_file_that_appears_meanwhile_is_not_replaced(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.symlink_to(tmp_path / "nowhere")  # it does not exist, and takes the name

    with pytest.raises(LedgerError, match="there already"):
        back_up(path, target, replace=False)

    assert target.is_symlink()


def test_backup_of_a_damaged_ledger_is_not_kept(path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as opened:
        opened.execute("PRAGMA ignore_check_constraints = ON")
        opened.execute("UPDATE cards SET genuine = 7")
    target = tmp_path / "copy" / "copy.db"
    target.parent.mkdir()

    with pytest.raises(LedgerError, match="damaged"):
        back_up(path, target, replace=False)

    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("where", ["nowhere/copy.db", "a-file/copy.db"])
def test_backup_that_cannot_be_written_is_told(where: str, path: Path, tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()

    with pytest.raises(LedgerError, match="nothing was put there"):
        back_up(path, tmp_path / where, replace=True)


def test_backup_is_as_secret_as_the_ledger(path: Path, tmp_path: Path) -> None:
    path.chmod(0o600)

    back_up(path, tmp_path / "copy.db", replace=False)

    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


def test_disk_without_hard_links_takes_a_backup_too(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_source: object, _target: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)

    back_up(path, tmp_path / "copy.db", replace=False)

    assert contents(tmp_path / "copy.db") == contents(path)


def test_backup_of_version_1_is_of_the_new_version(tmp_path: Path) -> None:
    path = version_1(tmp_path / "old.db")
    before = path.read_bytes()

    back_up(path, tmp_path / "copy.db", replace=False)

    assert len(contents(tmp_path / "copy.db")["cards"]) == 3
    assert path.read_bytes() == before
