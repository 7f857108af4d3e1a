"""What a tap is answered by: the card as it stands at this moment, in every process."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import psycopg
import pytest

from landing.cards.model import Card
from landing.errors import StorageError
from landing.storage.cards import insert_card, set_card_redirect, set_card_state
from landing.storage.database import Database, quick_query_at
from landing.storage.lookup import TapLookup, TapState
from landing.storage.profiles import insert_profile, update_profile
from tests.landing.records import LATER, ZOE, a_card
from tests.postgres import PostgresServer

SUSPENDING = """
import sys
from landing.storage.cards import set_card_state
from landing.storage.database import open_database
from tests.landing.records import LATER

with open_database(sys.argv[1], None) as database, database.writing() as db:
    set_card_state(db, sys.argv[2], "suspended", LATER)
"""


@pytest.fixture
def lookup(database_url: str, database: Database) -> Iterator[TapLookup]:
    """The look-up at the database of the test."""
    with TapLookup(database_url) as opened:
        yield opened


@pytest.fixture
def card(database: Database) -> Card:
    """Zoé's card, active."""
    kept = a_card(state="active", profile_uid=ZOE.uid)
    with database.writing() as db:
        insert_profile(db, ZOE)
        insert_card(db, kept)
    return kept


def test_card_is_told_with_its_page_version_and_redirect(
    database: Database, lookup: TapLookup, card: Card
) -> None:
    before = lookup.find(card.token)
    with database.writing() as db:
        update_profile(db, replace(ZOE, function="Directrice"))
        set_card_redirect(db, card.token, "https://dupont.example/zoe")

    assert before == TapState("active", ZOE.uid, 1, None)
    assert lookup.find(card.token) == TapState("active", ZOE.uid, 2, "https://dupont.example/zoe")


def test_card_of_nobody_has_no_version(database: Database, lookup: TapLookup) -> None:
    card = a_card(state="unclaimed")
    with database.writing() as db:
        insert_card(db, card)

    assert lookup.find(card.token) == TapState("unclaimed", None, None, None)


@pytest.mark.parametrize("token", ["0000000000012", "", "'", "\0", "é" * 5000])
def test_token_that_stands_nowhere_finds_none(lookup: TapLookup, card: Card, token: str) -> None:
    assert lookup.find(token) is None


def test_commit_of_another_process_is_seen_at_once(
    database_url: str, lookup: TapLookup, card: Card
) -> None:
    before = lookup.find(card.token)

    subprocess.run([sys.executable, "-c", SUSPENDING, database_url, card.token], check=True)

    after = lookup.find(card.token)
    assert before is not None
    assert after is not None
    assert (before.state, after.state) == ("active", "suspended")


def test_state_that_is_not_committed_is_not_seen(
    database: Database, lookup: TapLookup, card: Card
) -> None:
    with database.writing() as db:
        set_card_state(db, card.token, "suspended", LATER)
        meanwhile = lookup.find(card.token)

    assert meanwhile is not None
    assert meanwhile.state == "active"


def test_many_threads_at_once_each_get_their_own_card(
    database: Database, lookup: TapLookup
) -> None:
    cards = [a_card(state="active", redirect_url=None) for _ in range(8)]
    with database.writing() as db:
        for number, card in enumerate(cards):
            insert_card(db, card)
            set_card_redirect(db, card.token, f"https://{number}.example")
    together, wrong = Barrier(len(cards)), list[int]()

    def look(number: int) -> None:
        together.wait()
        for _ in range(200):
            found = lookup.find(cards[number].token)
            if found is None or found.redirect_url != f"https://{number}.example":
                wrong.append(number)

    threads = [Thread(target=look, args=(number,)) for number in range(len(cards))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_look_up_does_not_keep_the_log_from_being_emptied(
    database: Database, lookup: TapLookup, card: Card
) -> None:
    lookup.find(card.token)
    lookup.find("0000000000012")

    assert database.empty_log()


def test_look_up_cannot_write(database: Database, database_url: str) -> None:
    query = quick_query_at(
        database_url,
        'INSERT INTO misses (prefix_hmac, "window", count) VALUES (?, 1, 1) RETURNING count',
    )

    with pytest.raises(StorageError, match=r"read-?only"):
        query.one("1")


def test_database_that_is_gone_is_told_and_found_again(
    postgres: PostgresServer, postgres_url: str
) -> None:
    with TapLookup(postgres_url) as lookup:
        before = lookup.find("0000000000012")
        postgres.stop()
        try:
            with pytest.raises(StorageError, match="the PostgreSQL database") as caught:
                lookup.find("0000000000012")
        finally:
            postgres.start()
        after = lookup.find("0000000000012")

    assert before is after is None
    assert "see that PostgreSQL runs" in caught.value.hint


def test_restart_of_the_server_is_not_noticed(postgres: PostgresServer, postgres_url: str) -> None:
    with TapLookup(postgres_url) as lookup:
        lookup.find("0000000000012")

        postgres.restart()

        assert lookup.find("0000000000012") is None


def test_connection_lost_to_a_restart_would_be_noticed(
    postgres: PostgresServer, postgres_url: str
) -> None:
    query = quick_query_at(postgres_url, "SELECT state FROM cards WHERE token = ?")
    query.one("0000000000012")
    (cursor,) = query._idle  # type: ignore[attr-defined]

    postgres.restart()

    with pytest.raises(psycopg.OperationalError):
        cursor.execute("SELECT 1")
    query.close()


def test_thread_that_ended_leaves_no_connection(
    postgres: PostgresServer, postgres_url: str
) -> None:
    with TapLookup(postgres_url) as lookup:
        for _ in range(5):
            thread = Thread(target=lookup.find, args=("0000000000012",))
            thread.start()
            thread.join()

        during = _connections(postgres, postgres_url)
    after = _connections(postgres, postgres_url)

    assert (during, after) == (1, 0)


def test_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="the database failed"):
        TapLookup(f"sqlite:///{tmp_path / 'nowhere.db'}").find("0000000000012")

    assert list(tmp_path.iterdir()) == []


def _connections(postgres: PostgresServer, url: str) -> int:
    database = url.partition("@/")[2].partition("?")[0]
    ((count,),) = postgres.execute(
        f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}'"
    )
    return int(count)
