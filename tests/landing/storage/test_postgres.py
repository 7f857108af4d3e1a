"""What PostgreSQL alone can get wrong: locks, languages, lost connections, talkative errors."""

import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import sqlalchemy as sa

from landing.errors import BusyError, SettingError, StorageError
from landing.storage import postgres as storage
from landing.storage.cards import find_card, insert_card
from landing.storage.database import Database, open_database
from landing.storage.migrate import migrate
from landing.storage.profiles import all_profiles, find_profile_by_slug, insert_profile
from tests.landing.records import MARC, ZOE, a_card, everything, note_address
from tests.postgres import PostgresServer

HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"


@contextmanager
def writing_elsewhere(url: str) -> Iterator[None]:
    """Another process, as PostgreSQL sees it, that writes and does not end by itself."""
    with open_database(url, None) as other, other.writing():
        yield


def test_writer_keeps_every_other_writer_out_and_no_reader(
    postgres_database: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "LOCK_SECONDS", 0.2)

    with writing_elsewhere(postgres_url):
        with pytest.raises(BusyError, match="nothing was written") as caught:
            _write(postgres_database)
        with postgres_database.reading() as db:
            held = db.exec_driver_sql(HELD).scalar_one()

    assert held == 1
    assert "pg_stat_activity" in caught.value.hint
    assert _write(postgres_database)


def test_writer_without_the_lock_would_be_noticed(
    postgres_database: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "LOCK_SECONDS", 0.2)
    monkeypatch.setattr(storage, "WRITERS_LOCK", storage.WRITERS_LOCK + 1)

    with writing_elsewhere(postgres_url):
        monkeypatch.undo()
        written = _write(postgres_database)

    assert written


def test_threads_of_one_process_wait_for_each_other_for_a_limited_time(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "LOCK_SECONDS", 0.2)
    begun, end = Event(), Event()
    with open_database(postgres_url, None) as database:

        def write() -> None:
            with database.writing():
                begun.set()
                end.wait()

        thread = Thread(target=write)
        thread.start()
        begun.wait()
        try:
            with pytest.raises(BusyError):
                _write(database)
        finally:
            end.set()
            thread.join()

        assert _write(database)


def test_writer_sees_what_was_committed_while_it_waited(
    postgres_database: Database, postgres_url: str
) -> None:
    card, seen = a_card(), list[object]()

    def look() -> None:
        with postgres_database.writing() as db:
            seen.append(find_card(db, card.token))

    thread = Thread(target=look)
    with open_database(postgres_url, None) as other, other.writing() as db:
        thread.start()
        _wait_for_a_waiter(db)
        insert_card(db, card)
    thread.join()

    assert seen == [card]


def test_writer_whose_snapshot_is_older_than_its_lock_would_be_noticed(postgres_url: str) -> None:
    card = a_card()
    with open_database(postgres_url, None) as database:
        connection = database.store.writer.connect()

        with connection.execution_options(isolation_level="REPEATABLE READ") as db, db.begin():
            db.exec_driver_sql("SELECT 1")
            with open_database(postgres_url, None) as other, other.writing() as committing:
                insert_card(committing, card)
            found = find_card(db, card.token)

    assert found is None


def test_connection_lost_in_mid_transaction_is_told_and_the_next_is_a_new_one(
    postgres: PostgresServer, postgres_database: Database
) -> None:
    with pytest.raises(StorageError, match="look whether it was written") as lost:
        _lose(postgres, postgres_database.writing())
    with pytest.raises(StorageError, match="nothing was written"):
        _lose(postgres, postgres_database.reading())

    assert "see that PostgreSQL runs" in lost.value.hint
    assert _write(postgres_database)


def test_restart_between_two_transactions_is_not_noticed(
    postgres: PostgresServer, postgres_database: Database
) -> None:
    before = _write(postgres_database)

    postgres.restart()

    assert before
    assert _write(postgres_database)


def test_idle_connection_that_nobody_tries_first_would_be_noticed(
    postgres: PostgresServer, postgres_database: Database
) -> None:
    engine = postgres_database.store.readers
    with postgres_database.reading():
        pass
    engine.pool._pre_ping = False

    postgres.restart()

    with pytest.raises(StorageError), postgres_database.reading() as db:
        find_card(db, "")


def test_order_is_of_code_points_whatever_the_language_of_the_database(
    postgres: PostgresServer,
) -> None:
    if postgres.execute("SHOW server_version_num") < [("150000",)]:
        pytest.skip("PostgreSQL before 15 has no ICU language for a database: postgresql-15")
    french = "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'fr'"
    people = [
        replace(ZOE, uid=str(number), slug=None, reference=reference)
        for number, reference in enumerate(["zoe", "Zoe", "élan", "a-b", "aa", "ab"])
    ]
    with postgres.database(migrated=False, options=french) as url:
        migrate(url, None)
        with open_database(url, None) as database:
            with database.writing() as db:
                for person in people:
                    insert_profile(db, person)

            with database.reading() as db:
                ordered = [profile.reference for profile in all_profiles(db)]
                theirs = list(
                    db.scalars(sa.text("SELECT reference FROM profiles ORDER BY reference"))
                )

    assert ordered == sorted(ordered) == ["Zoe", "a-b", "aa", "ab", "zoe", "élan"]
    assert theirs != ordered  # the test would notice


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"uid": MARC.uid}, id="reference"),
        pytest.param({"reference": "other", "slug": "zoe\0"}, id="nul"),
        pytest.param({"reference": "other", "language": None}, id="null"),
    ],
)
def test_traceback_of_an_error_has_none_of_the_data(
    postgres_database: Database, fault: dict[str, Any]
) -> None:
    with postgres_database.writing() as db:
        insert_profile(db, ZOE)

    with pytest.raises(StorageError) as caught, postgres_database.writing() as db:
        insert_profile(db, replace(ZOE, **fault))

    told = "".join(traceback.format_exception(caught.value))
    assert "Lefèvre" not in told
    assert "zoe@" not in told
    assert "(zoe" not in told
    assert "DETAIL" not in told


def test_details_of_postgresql_would_tell_the_data(postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url, hide_parameters=True)

    with engine.begin() as db:
        insert_profile(db, ZOE)

    with pytest.raises(sa.exc.IntegrityError) as caught, engine.begin() as db:
        insert_profile(db, replace(ZOE, uid="other"))
    engine.dispose()

    assert "(reference)=(zoe)" in str(caught.value)


def test_text_with_a_nul_finds_nothing_and_is_not_kept(postgres_database: Database) -> None:
    with pytest.raises(StorageError), postgres_database.writing() as db:
        insert_profile(db, replace(ZOE, street="28 rue\0"))

    with postgres_database.reading() as db:
        assert find_profile_by_slug(db, "zoe-lefevre\0") is None


def test_password_is_in_no_message(postgres: PostgresServer) -> None:
    for url in (
        postgres.url("nowhere", password="hush"),
        "postgresql+psycopg://wecard:hush@127.0.0.1:9/wecard",
        "postgresql+psycopg://wecard@/wecard?host=/nowhere&password=hush",
        "postgresql+psycopg://wecard:hush@/wecard?no-such-word=1",
    ):
        with pytest.raises(StorageError, match="the PostgreSQL database") as caught:
            open_database(url, None)

        assert "hush" not in "".join(traceback.format_exception(caught.value))


def test_copy_made_by_pg_dump_is_put_back_whole(
    postgres: PostgresServer, postgres_database: Database, postgres_url: str, tmp_path: Path
) -> None:
    with postgres_database.writing() as db:
        insert_profile(db, ZOE)
        insert_card(db, a_card(profile_uid=ZOE.uid))
    copy = tmp_path / "wecard.dump"

    with postgres.database(migrated=False) as restored:
        for words in (
            ["pg_dump", "--format=custom", f"--file={copy}", _libpq(postgres_url)],
            ["pg_restore", f"--dbname={_libpq(restored)}", str(copy)],
        ):
            subprocess.run([postgres.programs / words[0], *words[1:]], check=True)
        with open_database(restored, None) as database, database.reading() as db:
            people = all_profiles(db)
        before, after = (_everything(tmp_path, url) for url in (postgres_url, restored))

    assert people == [ZOE]
    assert before == after


def test_log_is_the_servers_to_empty(postgres_database: Database) -> None:
    assert postgres_database.empty_log()


def test_missing_driver_is_told_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "landing.storage.postgres")
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(SettingError) as caught:
        open_database("postgresql+psycopg://wecard@db.example/wecard", None)

    assert str(caught.value).startswith("WECARD_DATABASE_URL ")
    assert "pip install 'wecard[postgres]'" in caught.value.hint


def _libpq(url: str) -> str:
    return url.replace("+psycopg", "")


def _everything(folder: Path, url: str) -> list[str]:
    note_address(folder, url)
    return everything(folder)


def _write(database: Database) -> bool:
    card = a_card()
    with database.writing() as db:
        insert_card(db, card)
    with database.reading() as db:
        return find_card(db, card.token) == card


def _lose(server: PostgresServer, begun: AbstractContextManager[sa.Connection]) -> None:
    with begun as db:
        pid = db.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        server.execute(f"SELECT pg_terminate_backend({pid}, 10000)")
        find_card(db, "")


def _wait_for_a_waiter(db: sa.Connection) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    for _ in range(6000):
        if db.exec_driver_sql(waiting).scalar_one():
            return
        db.exec_driver_sql("SELECT pg_sleep(0.01)")
    raise AssertionError("nobody waits")
