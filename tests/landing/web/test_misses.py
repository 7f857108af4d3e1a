"""Who tries out codes is told to wait; who has a card is never."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from landing.app import create_app
from landing.cards.model import CardState
from landing.storage.lock import write_lock
from landing.web.misses import WINDOW_SECONDS, network_hash
from tests.landing.web.cast import MISTYPED, UNKNOWN, ZOE_CARD, Site, make_site

LIMIT = 5
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STOPPED: tuple[CardState, ...] = ("ordered", "encoded", "suspended")


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


@pytest.fixture
def clock() -> Hands:
    """Noon, until a test says otherwise."""
    return Hands()


@pytest.fixture
def limited(tmp_path: Path, clock: Hands) -> Site:
    """A site that lets a network miss five times in ten minutes."""
    made = make_site(tmp_path, miss_limit=LIMIT)
    return Site(
        app=create_app(made.settings, clock=clock), settings=made.settings, cards=made.cards
    )


def _ask(site: Site, token: str, address: str = "198.51.100.7", path: str = "") -> TestResponse:
    return site.client().get(
        f"/c/{token}{path}", environ_overrides={"REMOTE_ADDR": address}, headers={"Accept": "*/*"}
    )


def _use_up(site: Site, address: str = "198.51.100.7") -> None:
    for _ in range(LIMIT):
        assert _ask(site, UNKNOWN, address).status_code == 404


def test_misses_beyond_the_limit_are_answered_alike(limited: Site) -> None:
    _use_up(limited)

    tokens = [UNKNOWN, MISTYPED, "nonsense", limited.cards["retired"]]
    tokens += [limited.cards[state] for state in STOPPED]
    answers = [_ask(limited, token) for token in tokens]

    assert {answer.status_code for answer in answers} == {429}
    assert len({(answer.data, str(answer.headers)) for answer in answers}) == 1
    assert 0 < int(answers[0].headers["Retry-After"]) <= WINDOW_SECONDS
    assert answers[0].headers["Cache-Control"] == "no-store"


def test_below_the_limit_a_retired_card_counts_too(limited: Site) -> None:
    for _ in range(LIMIT):
        assert _ask(limited, limited.cards["retired"]).status_code == 410

    assert _ask(limited, UNKNOWN).status_code == 429


def test_hits_are_never_limited(limited: Site) -> None:
    _use_up(limited)

    answers = [
        _ask(limited, ZOE_CARD, path=path).status_code
        for path in ("", "?by=flask", "/contact.vcf", "/connect") * 20
    ]

    assert set(answers) == {200}


def test_hits_count_as_no_miss(limited: Site) -> None:
    for _ in range(LIMIT * 3):
        _ask(limited, ZOE_CARD)

    assert _ask(limited, UNKNOWN).status_code == 404


def test_profile_links_that_are_unknown_are_misses(limited: Site) -> None:
    visitor = limited.client()
    answers = [visitor.get(f"/p/nobody-{number}").status_code for number in range(LIMIT + 1)]

    assert answers == [404] * LIMIT + [429]


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ("198.51.100.200", 429),  # the same 24 bits
        ("198.51.101.7", 404),
        ("::ffff:198.51.100.9", 429),
        ("2001:db8::1", 404),
        ("", 404),
    ],
)
def test_a_network_is_limited_and_no_other(limited: Site, other: str, status: int) -> None:
    _use_up(limited)

    assert _ask(limited, UNKNOWN, other).status_code == status


def test_a_home_with_many_addresses_is_one_network(limited: Site) -> None:
    for number in range(LIMIT):
        _ask(limited, UNKNOWN, f"2001:db8:7:{number}::{number}")

    assert _ask(limited, UNKNOWN, "2001:db8:7:ffff::1").status_code == 429


def test_the_next_window_begins_anew_and_forgets_the_one_before(
    limited: Site, clock: Hands
) -> None:
    _use_up(limited)
    clock.now += timedelta(seconds=WINDOW_SECONDS)

    assert _ask(limited, UNKNOWN).status_code == 404
    assert len(_rows(limited)) == 1


def test_the_limit_holds_in_every_process(limited: Site, clock: Hands) -> None:
    other = Site(
        app=create_app(limited.settings, clock=clock),
        settings=limited.settings,
        cards=limited.cards,
    )
    _use_up(limited)

    assert _ask(other, UNKNOWN).status_code == 429


def test_who_goes_on_costs_no_more_writing(limited: Site) -> None:
    _use_up(limited)
    before = _rows(limited)

    for _ in range(LIMIT):
        _ask(limited, UNKNOWN)

    assert _rows(limited) == before


def test_a_miss_waits_for_no_other_writer(limited: Site) -> None:
    lock = limited.settings.lock_path
    assert lock is not None
    with write_lock(lock):
        answer = _ask(limited, UNKNOWN)

    assert answer.status_code == 404
    assert _rows(limited) == []


def test_no_address_is_kept_and_tomorrow_it_is_another_hash(limited: Site) -> None:
    _ask(limited, UNKNOWN)

    ((_, prefix_hmac, _),) = _rows(limited)
    assert b"198.51.100" not in (limited.settings.data_dir / "wecard.db").read_bytes()
    today, tomorrow = (
        network_hash("198.51.100.7", NOON + timedelta(days=days), limited.settings.secret_key)
        for days in (0, 1)
    )
    assert prefix_hmac == today
    assert today != tomorrow


def test_no_limit_lets_everybody_ask(tmp_path: Path) -> None:
    site = make_site(tmp_path, miss_limit=0)

    assert {_ask(site, UNKNOWN).status_code for _ in range(100)} == {404}


def test_a_limit_for_hits_would_be_noticed(tmp_path: Path) -> None:
    """The seeded fault: everything counts as a miss."""
    broken = make_site(tmp_path, miss_limit=LIMIT)

    @broken.app.before_request
    def miss() -> None:
        broken.app.view_functions["tap.show"]("chip", UNKNOWN)

    statuses = [_ask(broken, ZOE_CARD, path="?by=flask").status_code for _ in range(LIMIT + 1)]

    assert 429 in statuses


def _rows(site: Site) -> list[tuple[int, str, int]]:
    with sqlite3.connect(site.settings.data_dir / "wecard.db") as db:
        return db.execute("SELECT window, prefix_hmac, count FROM misses").fetchall()
