"""Kept pages are the pages that Flask would make, and never a moment older than the card."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from landing.profile.model import Profile
from landing.storage.cards import set_card_redirect, set_card_state
from landing.storage.connection import Connection
from landing.storage.database import open_database
from landing.storage.lookup import TapLookup, TapState
from landing.storage.profiles import update_profile
from landing.web.kept_pages import KeptPages
from landing.web.proxies import TrustedProxies
from tests.landing.web.cast import MARC_CARD, NOW, ZOE, ZOE_CARD, Site, make_site

TAP = f"/c/{ZOE_CARD}"
BY_FLASK = f"{TAP}?by=flask"  # a query that the kept pages leave to Flask
Page = Callable[[dict[str, Any], Any], list[bytes]]

ROOM = 500_000  # bytes: a hundred pages
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"
ASKERS: tuple[dict[str, str], ...] = (
    {},
    {"Accept-Language": "en", "Accept-Encoding": "br"},
    {"Accept-Language": "fr-FR,fr;q=0.9", "Accept-Encoding": "gzip", "User-Agent": IPHONE},
    {"Accept-Language": "de", "Accept-Encoding": "gzip, deflate, br"},
)


@pytest.fixture
def own(tmp_path: Path) -> Site:
    """A site that the test may change."""
    return make_site(tmp_path)


@contextmanager
def _writing(site: Site) -> Iterator[Connection]:
    url, lock = site.settings.database_url, site.settings.lock_path
    with open_database(url, lock) as store, store.writing() as db:
        yield db


def _rename(site: Site, given_name: str) -> Profile:
    renamed = replace(ZOE, given_name=given_name)
    with _writing(site) as db:
        update_profile(db, renamed)
    return renamed


def _said(answer: TestResponse) -> tuple[str, bytes, list[tuple[str, str]]]:
    headers = [(name, value) for name, value in answer.headers.items() if name != "Date"]
    return answer.status, answer.data, sorted(headers)


@pytest.mark.parametrize("headers", ASKERS)
def test_kept_page_is_the_page_that_flask_makes(site: Site, headers: dict[str, str]) -> None:
    client = site.client()

    answers = [client.get(path, headers=headers) for path in (TAP, TAP, BY_FLASK)]

    assert _said(answers[0]) == _said(answers[1]) == _said(answers[2])


def test_kept_page_does_not_say_when_it_was_made(client: FlaskClient) -> None:
    client.get(TAP)

    assert "Date" not in client.get(TAP).headers


@pytest.mark.parametrize("headers", ASKERS)
def test_kept_304_is_the_304_that_flask_makes(site: Site, headers: dict[str, str]) -> None:
    client = site.client()
    etag = client.get(TAP, headers=headers).headers["ETag"]

    kept, made = (
        client.get(path, headers=headers | {"If-None-Match": etag}) for path in (TAP, BY_FLASK)
    )

    assert kept.status_code == 304
    assert _said(kept) == _said(made)


@pytest.mark.parametrize("etag", ['"another"', "W/", "nonsense\xff", ""])
def test_another_etag_gets_the_whole_page(client: FlaskClient, etag: str) -> None:
    client.get(TAP)

    answer = client.get(TAP, headers={"If-None-Match": etag})

    assert answer.status_code == 200
    assert answer.data


def test_first_asker_who_has_the_page_already_does_not_spoil_it_for_the_next(own: Site) -> None:
    etag = make_etag(own)
    fresh = own.client()

    first = fresh.get(TAP, headers={"If-None-Match": etag})
    second = fresh.get(TAP)

    assert (first.status_code, second.status_code) == (304, 200)
    assert "Zoé" in second.text


def make_etag(site: Site) -> str:
    """The page's ETag as Flask gives it, with nothing kept yet."""
    return site.client().get(BY_FLASK).headers["ETag"]


def test_changed_profile_shows_at_the_next_tap(own: Site) -> None:
    client = own.client()
    before = client.get(TAP)

    _rename(own, "Zita")
    after = client.get(TAP, headers={"If-None-Match": before.headers["ETag"]})

    assert after.status_code == 200
    assert "Zita" in after.text
    assert "Zoé" not in after.text


def test_profile_that_is_changed_back_is_not_mistaken_for_the_one_between(own: Site) -> None:
    client = own.client()
    shown = []
    for name in ("Zita", "Zoé"):
        _rename(own, name)
        shown.append(name in client.get(TAP).text)

    assert shown == [True, True]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda db: set_card_state(db, ZOE_CARD, "suspended", NOW), 404),
        (lambda db: set_card_state(db, ZOE_CARD, "retired", NOW), 410),
    ],
)
def test_stopped_card_is_dead_at_the_next_tap(
    own: Site, change: Callable[[Connection], None], status: int
) -> None:
    client = own.client()
    client.get(TAP)

    with _writing(own) as db:
        change(db)

    assert client.get(TAP).status_code == status


def test_resumed_card_lives_at_the_next_tap(own: Site) -> None:
    client = own.client()
    client.get(TAP)
    answers = []
    for state in ("suspended", "active"):
        with _writing(own) as db:
            set_card_state(db, ZOE_CARD, state, NOW)
        answers.append(client.get(TAP).status_code)

    assert answers == [404, 200]


def test_pages_differ_where_askers_do(client: FlaskClient) -> None:
    for _ in range(2):
        bodies = [client.get(TAP, headers=headers).data for headers in ASKERS]

        assert len(set(bodies)) == len(ASKERS)


def test_channel_and_asked_language_are_kept_apart(client: FlaskClient) -> None:
    paths = (TAP, TAP.replace("/c/", "/Q/"), f"{TAP}?lang=en", f"{TAP}?lang=fr")
    for _ in range(2):
        bodies = [client.get(path).data for path in paths]

        assert len(set(bodies)) == len(paths)


def test_one_card_never_shows_another(client: FlaskClient) -> None:
    for _ in range(2):
        assert "Marc" in client.get(f"/c/{MARC_CARD}").text
        assert "Marc" not in client.get(TAP).text


@pytest.mark.parametrize(
    "header",
    [
        {"Accept-Encoding": f"{'x' * 1024},br"},
        {"Accept-Language": f"{'x' * 1024},en"},
        {"Accept-Language": f"fr-{'x' * 1024}-FR"},
        {"User-Agent": f"{'x' * 1024} Android"},
    ],
)
def test_header_that_is_not_read_whole_spoils_no_kept_page(
    own: Site, header: dict[str, str]
) -> None:
    client = own.client()
    fresh = client.get(BY_FLASK)

    client.get(TAP, headers=header)

    assert _said(client.get(TAP)) == _said(fresh)


def test_wrong_host_is_refused_though_the_page_is_kept(client: FlaskClient) -> None:
    client.get(TAP)

    answer = client.get(TAP, headers={"Host": "evil.example"})

    assert answer.status_code == 400


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT"])
def test_other_methods_are_answered_by_flask(client: FlaskClient, method: str) -> None:
    client.get(TAP)

    answer = client.open(TAP, method=method)

    assert answer.status_code == (200 if method == "HEAD" else 405)
    assert method != "HEAD" or answer.data == b""


def test_what_is_kept_is_bounded_and_what_is_in_use_stays(own: Site) -> None:
    made: list[str] = []

    def page(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        made.append(str(environ["PATH_INFO"]))
        start_response("200 OK", [("ETag", '"x"')])
        return [bytes(3000)]

    bounded, boundless = (_kept_pages(page, _AllActive(), room=room) for room in (ROOM, 10**9))
    asked = [f"/c/{number:013d}" for number in range(1000)]
    for kept in (bounded, boundless):
        for path in asked:
            _get(kept, path)
            _get(kept, asked[0])

    assert made.count(asked[0]) == 2  # once each
    assert _bytes_kept(bounded) <= ROOM
    assert _bytes_kept(boundless) > ROOM


class _AllActive(TapLookup):
    """A look-up for which every card is in use."""

    def __init__(self) -> None:
        super().__init__("sqlite:////nowhere")

    def find(self, token: str) -> TapState | None:
        return TapState("active", "a-profile", 1, None)


class _Forgetful(TapLookup):
    """The seeded fault: it looks once, and says the same for ever."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._known: dict[str, TapState | None] = {}

    def find(self, token: str) -> TapState | None:
        if token not in self._known:
            self._known[token] = super().find(token)
        return self._known[token]


def test_a_look_up_that_is_not_done_at_each_tap_would_be_noticed(own: Site) -> None:
    proxies = own.app.wsgi_app
    assert isinstance(proxies, TrustedProxies)
    assert isinstance(proxies._app, KeptPages)
    proxies._app._lookup = _Forgetful(own.settings.database_url)
    client = own.client()
    client.get(TAP)

    _rename(own, "Zita")
    with _writing(own) as db:
        set_card_state(db, ZOE_CARD, "suspended", NOW)

    assert "Zoé" in client.get(TAP).text


def test_redirect_is_not_kept_and_is_over_at_once(own: Site) -> None:
    client = own.client()
    client.get(TAP)
    with _writing(own) as db:
        set_card_redirect(db, ZOE_CARD, "https://elsewhere.example/")
    led = client.get(TAP)
    with _writing(own) as db:
        set_card_redirect(db, ZOE_CARD, None)

    assert (led.status_code, led.headers["Location"]) == (302, "https://elsewhere.example/")
    assert "Zoé" in client.get(TAP).text


def _kept_pages(app: Page, lookup: TapLookup, room: int) -> KeptPages:
    hosts = frozenset({"card.example"})
    return KeptPages(app, lookup=lookup, hosts=hosts, counts=None, room=room)


def _get(kept: KeptPages, path: str) -> bytes:
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "HTTP_HOST": "card.example"}
    return b"".join(kept(environ, lambda *_: lambda _: None))


def _bytes_kept(kept: KeptPages) -> int:
    cards = {**kept._shelf._old, **kept._shelf._young}
    return sum(card.weight for card in cards.values())
