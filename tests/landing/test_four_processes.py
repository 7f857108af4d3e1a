"""A card that changes while 32 visitors hammer it, in all of four processes at once."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from landing.cards.model import CardState
from landing.storage.cards import insert_card, set_card_state
from landing.storage.database import Database, open_database
from landing.storage.profiles import insert_profile, update_profile
from tests.landing.hammer import Crowd, Seen, crowd_at, served_by
from tests.landing.records import LATER, ZOE, a_card
from tests.processes import Workshop, free_port, wait_until_ready

WORKERS = 4
ANSWERS = 25  # of each visitor, between two changes
TO_AND_FRO: tuple[CardState, ...] = ("suspended", "active") * 3
NAME, NEW_NAME = ZOE.display_name, "Zoé Lefèvre-Martin"


class Unlimited(Workshop):
    """An installation that does not limit misses: the crowd is one address."""

    def variables(self) -> dict[str, str]:
        """The environment of the site."""
        return Workshop.variables(self) | {"WECARD_MISS_LIMIT": "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hammered:
    """A card, its database, the visitors who hammer it, and the processes that answer them."""

    token: str
    database: Database
    crowd: Crowd
    workers: set[int]

    def after(self, change: Callable[[Database], None]) -> list[Seen]:
        """Commit a change; the answers to all that was asked from then on."""
        change(self.database)
        committed_at = time.monotonic()
        self.crowd.wait_for(ANSWERS)
        return self.crowd.since(committed_at)

    def to_state(self, state: CardState) -> Callable[[Database], None]:
        """A change of the card's state."""

        def change(database: Database) -> None:
            with database.writing() as db:
                set_card_state(db, self.token, state, LATER)

        return change


@pytest.fixture
def workshop(tmp_path: Path) -> Unlimited:
    """A migrated site."""
    made = Unlimited(folder=tmp_path, port=free_port())
    made.done("wecard-landing", "migrate")
    return made


@pytest.fixture
def hammered(workshop: Unlimited) -> Iterator[Hammered]:
    """Zoé's card, served by four processes."""
    with workshop.serving("--workers", str(WORKERS)) as server:
        yield from _hammer(workshop, lambda: _children(server.pid))


@pytest.fixture
def hammered_stale(workshop: Unlimited) -> Iterator[Hammered]:
    """Zoé's card behind a cache that asks nobody."""
    with _stale_server(workshop) as server:
        yield from _hammer(workshop, lambda: _children(server.pid))


def test_every_process_answers_somebody(hammered: Hammered) -> None:
    lines = [visitor.line for visitor in hammered.crowd.visitors]

    held = served_by(lines, hammered.workers)

    assert set(held) == hammered.workers
    assert len(held) == WORKERS
    assert held.total() == len(lines) >= 32


def test_suspended_card_is_gone_within_one_request_in_every_process(hammered: Hammered) -> None:
    begun = hammered.crowd.wait_for(ANSWERS)
    before = hammered.crowd.since(begun)

    gone = [hammered.after(hammered.to_state(state)) for state in TO_AND_FRO]

    assert {(seen.status in (200, 304), seen.name) for seen in before} == {(True, NAME)}
    assert {seen.status for answers in gone[0::2] for seen in answers} == {404}
    back = [seen for answers in gone[1::2] for seen in answers]
    assert {(seen.status in (200, 304), seen.name) for seen in back} == {(True, NAME)}


def test_retired_card_is_gone_within_one_request_in_every_process(hammered: Hammered) -> None:
    hammered.crowd.wait_for(ANSWERS)

    after = hammered.after(hammered.to_state("retired"))

    assert {seen.status for seen in after} == {410}


def test_changed_name_shows_at_the_next_request_in_every_process(hammered: Hammered) -> None:
    hammered.crowd.wait_for(ANSWERS)

    after = hammered.after(_rename)

    assert {(seen.status in (200, 304), seen.name) for seen in after} == {(True, NEW_NAME)}
    assert 304 in {seen.status for seen in after}


def test_tenth_of_a_second_of_cache_would_be_noticed(hammered_stale: Hammered) -> None:
    hammered_stale.crowd.wait_for(ANSWERS)

    changed = [hammered_stale.after(hammered_stale.to_state(state)) for state in TO_AND_FRO]
    renamed = hammered_stale.after(_rename)

    assert {seen.status for answers in changed[0::2] for seen in answers} > {404}
    assert NEW_NAME in {seen.name for seen in renamed}


def _rename(database: Database) -> None:
    with database.writing() as db:
        update_profile(db, replace(ZOE, family_name="Lefèvre-Martin", updated_at=LATER))


def _hammer(workshop: Workshop, workers: Callable[[], set[int]]) -> Iterator[Hammered]:
    url, lock = f"sqlite:///{workshop.database}", Path(f"{workshop.database}.lock")
    card = a_card(state="active", profile_uid=ZOE.uid)
    with open_database(url, lock) as database:
        with database.writing() as db:
            insert_profile(db, ZOE)
            insert_card(db, card)
        with crowd_at(workshop.port, f"/c/{card.token}", workers()) as crowd:
            yield Hammered(token=card.token, database=database, crowd=crowd, workers=workers())


@contextmanager
def _stale_server(workshop: Workshop) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.landing.stale_server", str(workshop.port)],
        env=workshop.variables(),
        cwd=Path(__file__).parents[2],
    )
    try:
        wait_until_ready(f"{workshop.site}/readyz", process)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def _children(parent: int) -> set[int]:
    text = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return {int(pid) for pid in text.split()}
