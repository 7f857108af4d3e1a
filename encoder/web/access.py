"""Who may see and drive the page: browsers on this machine that were handed the one-time key.

Every page that the browser has open can send requests to a loopback address; none but our own
gets anything. A cookie alone opens next to nothing: the browser shows it to every port of this
machine, whoever listens there. With it goes a pass that our own page keeps in its tab, where no
other origin reads. Source: Fetch Metadata Request Headers, 2; RFC 6454, 7; RFC 6265bis, 4.1.2.7
and 8.5; HTML Living Standard, 12.2.
"""

import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from flask import Flask, Response, abort, request
from flask.typing import ResponseReturnValue

_KEY_BYTES = 32
KEY_SECONDS = 600.0
_MOST_SESSIONS = 8
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_OWN_SITES = frozenset({"same-origin", "none"})
ENTRY = "/enter"
_WORD_HEADER = "Station-Pass"
_WORD_PARAMETER = "pass"  # where a browser sends no header of ours: pictures and event streams
STATIC = "/static/"  # the same for everyone, and nobody's

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """What a browser that came in is given: a cookie, and a pass for the page's own tab."""

    cookie: str
    word: str


class Doorkeeper:
    """The keys that open once, and what the browsers that came in were given.

    Of a cookie and its pass only the SHA-256 is kept: 256 random bits need no slow hash.
    """

    def __init__(
        self,
        port: int,
        sessions: Iterable[str],
        remember: Callable[[tuple[str, ...]], None],
        *,
        seconds: Callable[[], float],
    ) -> None:
        self.port = port
        self.cookie = f"wecard_station_{port}"  # cookies do not tell ports apart
        self._sessions = tuple(sessions)
        self._remember = remember
        self._seconds = seconds
        self._keys: dict[str, float] = {}  # with the time until which each opens
        self._turn = Lock()

    @property
    def hosts(self) -> frozenset[str]:
        """What a request for us may name as its host: nothing that a name server could point."""
        return frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})

    def new_address(self) -> str:
        """An address that lets one browser in, once, within ten minutes."""
        key = secrets.token_urlsafe(_KEY_BYTES)
        with self._turn:
            self._forget_old_keys()
            self._keys[_hash(key)] = self._seconds() + KEY_SECONDS
        return f"http://127.0.0.1:{self.port}{ENTRY}?key={key}"

    def admit(self, key: str) -> Visit | None:
        """A cookie and a pass for the one who brings a key that was not used; else None."""
        with self._turn:
            self._forget_old_keys()
            if self._keys.pop(_hash(key), None) is None:
                return None
            visit = Visit(secrets.token_urlsafe(_KEY_BYTES), secrets.token_urlsafe(_KEY_BYTES))
            session = f"{_hash(visit.cookie)}.{_hash(visit.word)}"
            self._sessions = (*self._sessions, session)[-_MOST_SESSIONS:]
            self._remember(self._sessions)
        return visit

    def _forget_old_keys(self) -> None:
        now = self._seconds()
        self._keys = {key: until for key, until in self._keys.items() if until > now}

    def knows(self, cookie: str) -> bool:
        """Whether a browser came in before."""
        return _is_among(cookie, (session.partition(".")[0] for session in self._sessions))

    def trusts(self, cookie: str, word: str) -> bool:
        """Whether it is our own page in such a browser: it has a pass, too.

        Not the one that came with the cookie: a second tab's cookie takes the first one's place.
        """
        passes = (session.partition(".")[2] for session in self._sessions)
        return self.knows(cookie) and _is_among(word, passes)


def install_access(
    app: Flask,
    door: Doorkeeper,
    *,
    opened: Callable[[str], str],
    closed: Callable[[], ResponseReturnValue],
    empty: frozenset[str],
) -> None:
    """Let nobody else in; ``closed`` is what a browser without a cookie sees.

    ``opened`` is what one that was let in sees: it keeps the pass, and leads on to the page. Were
    it a redirection, a browser that came from elsewhere would leave the cookie out. ``empty``
    names the endpoints that a cookie alone opens: pages that tell nothing until their script,
    which has the pass, asks.
    """

    @app.before_request
    def guard() -> ResponseReturnValue | None:
        if request.host not in door.hosts:
            abort(421)
        if request.path == ENTRY:
            return None  # whoever has the key may come from anywhere
        _refuse_other_origins()
        if request.path.startswith(STATIC):
            return None
        cookie = request.cookies.get(door.cookie, "")
        if request.endpoint in empty:
            return None if door.knows(cookie) else closed()
        return None if door.trusts(cookie, _shown_pass()) else closed()

    _add_entry(app, door, opened, closed)

    @app.after_request
    def finish(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response


def _add_entry(
    app: Flask,
    door: Doorkeeper,
    opened: Callable[[str], str],
    closed: Callable[[], ResponseReturnValue],
) -> None:
    @app.get(ENTRY)
    def enter() -> ResponseReturnValue:
        if request.method == "HEAD":
            abort(405)  # whoever only looks uses no key up
        visit = door.admit(request.args.get("key", ""))
        if visit is None:
            return closed()
        response = Response(opened(visit.word))
        response.set_cookie(door.cookie, visit.cookie, httponly=True, samesite="Strict", path="/")
        return response


def _refuse_other_origins() -> None:
    """Nothing is changed but by our own page; and no other site's page gets at what is read."""
    site = request.headers.get("Sec-Fetch-Site")
    is_safe = request.method in _SAFE_METHODS
    if site is not None and site not in (_OWN_SITES if is_safe else {"same-origin"}):
        abort(403)
    origin = request.headers.get("Origin")
    if origin is None and is_safe:
        return
    if origin != f"http://{request.host}":
        abort(403)


def _shown_pass() -> str:
    """The pass that came with the request; what changes something has it in a header."""
    told = request.headers.get(_WORD_HEADER, "")
    if told or request.method not in _SAFE_METHODS:
        return told
    return request.args.get(_WORD_PARAMETER, "")


def _is_among(secret: str, hashes: Iterable[str]) -> bool:
    told = _hash(secret)
    return sum(hmac.compare_digest(told, kept) for kept in hashes) > 0  # all, for the same time


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
