"""A writer that does not end keeps the others waiting for a while, not for ever."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore, Thread, active_count

import pytest

import landing.storage.lock
from landing.errors import BusyError
from landing.storage.cards import find_card, insert_card
from landing.storage.database import Database
from tests.landing.records import a_card

HOLDING = """
import sys
from pathlib import Path
from landing.storage.lock import write_lock

with write_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that writes, and does not end by itself."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(folder / "wecard.db.lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def write(database: Database) -> bool:
    """Whether a card could be written."""
    card = a_card()
    try:
        with database.writing() as db:
            insert_card(db, card)
    except BusyError:
        return False
    with database.reading() as db:
        return find_card(db, card.token) == card


@pytest.mark.parametrize("has_limit", [True, False])
def test_writer_that_does_not_end_holds_the_others_up_for_a_limited_time(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_limit: bool
) -> None:
    """Seeded fault: with a limit far away, the other writer still waits."""
    monkeypatch.setattr(landing.storage.lock, "LOCK_SECONDS", 0.1 if has_limit else 600.0)
    written: list[bool] = []
    writer = Thread(target=lambda: written.append(write(sqlite_database)))

    with held(tmp_path):
        writer.start()
        writer.join(timeout=60 if has_limit else 1)
        meanwhile = list(written)
    writer.join()

    assert meanwhile == ([False] if has_limit else [])
    assert written == [not has_limit]


def test_message_names_the_lock_file_and_what_was_written(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing.storage.lock, "LOCK_SECONDS", 0.1)

    with held(tmp_path), pytest.raises(BusyError) as caught, sqlite_database.writing():
        pass

    assert str(tmp_path / "wecard.db.lock") in str(caught.value)
    assert "nothing was written" in str(caught.value)
    assert "fuser" in caught.value.hint
    assert caught.value.exit_code == 1


def test_writing_goes_on_when_the_other_has_ended(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing.storage.lock, "LOCK_SECONDS", 0.1)
    with held(tmp_path):
        gave_up = [write(sqlite_database) for _ in range(3)]
    monkeypatch.setattr(landing.storage.lock, "LOCK_SECONDS", 60.0)

    assert gave_up == [False] * 3
    assert [write(sqlite_database) for _ in range(3)] == [True] * 3


def test_only_so_many_wait_behind_a_writer_that_does_not_end(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing.storage.lock, "LOCK_SECONDS", 0.05)
    monkeypatch.setattr(landing.storage.lock, "_PLACES", BoundedSemaphore(2))
    before = active_count()

    with held(tmp_path):
        outcomes = [write(sqlite_database) for _ in range(6)]
        waiting = active_count() - before

    assert outcomes == [False] * 6
    assert waiting == 2
