"""Tap pages that were rendered and compressed before, answered ahead of Flask.

At each tap the database is asked how the card stands and which version its profile has; only then
is a kept page sent, and never one of another version. So a lost card is dead at the next tap, in
every process, and a changed profile shows at once. All that is not a plain tap on an active card
goes on to Flask: other spellings, other methods, redirects, misses.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from landing.errors import LandingError
from landing.languages import languages
from landing.storage.lookup import TapLookup, TapState
from landing.storage.taps import TapChannel
from landing.web.askers import LONGEST, agent_of, encoding_of, reader_of
from landing.web.persons import is_prefetch
from landing.web.tap_counts import TapCounts
from landing.web.tap_page import REGIONS, Platform

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

KEPT_BYTES = 64 * 1024 * 1024  # in each process
_PATH_LENGTH = len("/c/") + 13
_CHANNELS: dict[str, TapChannel] = {"/c/": "chip", "/C/": "chip", "/q/": "qr", "/Q/": "qr"}
_PAGE_OVERHEAD = 2048  # what Python needs for a page besides its body, measured
_READ = ("HTTP_USER_AGENT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING")
_CONDITIONS = frozenset({"HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE"})
_NOT_IN_304 = frozenset({"content-type", "content-length", "content-encoding"})

Headers = list[tuple[str, str]]


class Variant(NamedTuple):
    """What a tap's answer differs by, besides the card."""

    channel: TapChannel
    query: str
    language: str | None
    region: str
    encoding: str | None
    platform: Platform


@dataclass(frozen=True, slots=True)
class KeptPage:
    """An answer as it goes out, whole or as 304."""

    etag: str
    headers: Headers
    headers_304: Headers
    body: list[bytes]


@dataclass(slots=True)
class KeptCard:
    """The pages of one card, all of one state and version."""

    state: TapState
    regions: frozenset[str]
    pages: dict[Variant, KeptPage] = field(default_factory=dict)
    weight: int = 0


class KeptPages:
    """WSGI middleware in front of the site; threads share it.

    The view that makes a page puts into ``environ[REGIONS]`` for which countries it would read
    differently; readers of all others share one page.
    """

    def __init__(
        self,
        app: "WSGIApplication",
        *,
        lookup: TapLookup,
        hosts: frozenset[str],
        counts: TapCounts | None,
        room: int = KEPT_BYTES,
    ) -> None:
        self._app = app
        self._lookup = lookup
        self._hosts = hosts
        self._counts = counts
        self._queries = frozenset({"", *(f"lang={name}" for name in languages())})
        self._shelf = _Shelf(room)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer a tap from what is kept, or have Flask answer and keep that."""
        path: str = environ["PATH_INFO"]
        channel = _CHANNELS.get(path[:3]) if len(path) == _PATH_LENGTH else None
        if (
            channel is None
            or environ["REQUEST_METHOD"] != "GET"
            or environ.get("QUERY_STRING", "") not in self._queries
            or environ.get("HTTP_HOST", "").lower() not in self._hosts
        ):
            return self._app(environ, start_response)
        return self._tap(environ, start_response, path[3:], channel)

    def _tap(
        self,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
        token: str,
        channel: TapChannel,
    ) -> Iterable[bytes]:
        try:
            state = self._lookup.find(token)
        except LandingError:
            state = None  # Flask will meet the same trouble, and has words for it
        if state is None or state.state != "active" or state.redirect_url is not None:
            return self._app(environ, start_response)
        headers = tuple(environ.get(name, "") for name in _READ)
        if max(map(len, headers)) > LONGEST:  # no browser's, and not remembered: nor is its page
            return self._app(environ, start_response)
        user_agent, accept_language, accept_encoding = headers
        agent, reader = agent_of(user_agent), reader_of(accept_language)
        encoding = encoding_of(accept_encoding)
        query = environ.get("QUERY_STRING", "")
        variant = Variant(channel, query, reader.language, reader.region, encoding, agent.platform)
        page = self._shelf.find(token, state, variant)
        if page is None:
            return self._make(environ, start_response, token, state, variant)
        if self._counts is not None and not agent.is_preview and not is_prefetch(environ):
            self._counts.add(state.profile_uid or "", token, channel)
        return _send(page, environ, start_response)

    def _make(
        self,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
        token: str,
        state: TapState,
        variant: Variant,
    ) -> Iterable[bytes]:
        """Have Flask make the page, whole, keep it and send it; Flask has counted the tap.

        It was made after ``state`` was read: it may be newer than that, never older, and is then
        made once more for nothing.
        """
        inner = {name: value for name, value in environ.items() if name not in _CONDITIONS}
        answer = _Answer()
        chunks = self._app(inner, answer)
        body = b"".join(chunks)
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
        etag = next((value for name, value in answer.headers if name.lower() == "etag"), "")
        if not answer.status.startswith("200 ") or not etag:  # the card was stopped meanwhile
            start_response(answer.status, answer.headers)
            return [body]
        page = _kept(etag, answer.headers, body)
        self._shelf.keep(token, state, inner.get(REGIONS, frozenset()), variant, page)
        return _send(page, environ, start_response)


def _send(
    page: KeptPage, environ: "WSGIEnvironment", start_response: "StartResponse"
) -> Iterable[bytes]:
    """Send a page, or 304 to a browser that has it. Source: RFC 9110, 13.1.2 (weak comparison)."""
    asked = environ.get("HTTP_IF_NONE_MATCH")
    if asked is not None and (page.etag in asked or asked.strip() == "*"):
        start_response("304 NOT MODIFIED", page.headers_304)
        return []
    start_response("200 OK", page.headers)
    return page.body


class _Answer:
    """What Flask says first: a ``start_response`` that writes it down."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: Headers = []

    def __call__(
        self, status: str, headers: Headers, exc_info: object = None, /
    ) -> Callable[[bytes], object]:
        self.status, self.headers = status, headers
        return _refuse_to_write


def _refuse_to_write(content: bytes) -> object:
    raise NotImplementedError("the site never uses the write callable of PEP 3333")


def _kept(etag: str, headers: Headers, body: bytes) -> KeptPage:
    shared = [
        (sys.intern(name), sys.intern(value))
        for name, value in headers
        if name.lower() != "date"  # the server says at each answer when that was
    ]
    return KeptPage(
        etag=etag,
        headers=shared,
        headers_304=[(name, value) for name, value in shared if name.lower() not in _NOT_IN_304],
        body=[body],
    )


class _Shelf:
    """Kept pages by card, at most ``room`` bytes of them.

    Two halves: what is asked for moves into the young one; when that is full, the old one is
    dropped and the young one grows old. What nobody asks for is gone after two such turns.
    """

    def __init__(self, room: int) -> None:
        self._half = room // 2
        self._young: dict[str, KeptCard] = {}
        self._old: dict[str, KeptCard] = {}
        self._weight = 0
        self._guard = Lock()

    def find(self, token: str, state: TapState, variant: Variant) -> KeptPage | None:
        """The page of a card as it stands now; one of another state or version is no answer."""
        card = self._young.get(token) or self._grown_young(token)
        if card is None or card.state != state:
            return None
        if variant.region and variant.region not in card.regions:
            variant = variant._replace(region="")
        return card.pages.get(variant)

    def keep(
        self,
        token: str,
        state: TapState,
        regions: frozenset[str],
        variant: Variant,
        page: KeptPage,
    ) -> None:
        """Keep a page; those of other states or versions of the card are dropped."""
        if variant.region not in regions:
            variant = variant._replace(region="")
        with self._guard:
            card = self._young.get(token)
            if card is None or card.state != state:
                card = self._young[token] = KeptCard(state=state, regions=regions)
            card.pages[variant] = page
            weight = len(page.body[0]) + _PAGE_OVERHEAD
            card.weight += weight
            self._put_on(weight)

    def _grown_young(self, token: str) -> KeptCard | None:
        card = self._old.get(token)
        if card is not None:
            with self._guard:
                if token not in self._young:
                    self._young[token] = card
                    self._put_on(card.weight)
        return card

    def _put_on(self, weight: int) -> None:
        self._weight += weight
        if self._weight > self._half:
            self._old, self._young, self._weight = self._young, {}, 0
