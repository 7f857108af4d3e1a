"""Who may see and drive the page: browsers on this machine that were handed the one-time key.

Every page that the browser has open can send requests to a loopback address; none but our own
gets anything. Source: Fetch Metadata Request Headers, 2; RFC 6454, 7; RFC 6265bis, 4.1.2.7.
"""

import hmac
import secrets
from collections.abc import Callable, Iterable
from hashlib import sha256
from threading import Lock

from flask import Flask, Response, abort, request
from flask.typing import ResponseReturnValue

_KEY_BYTES = 32
_MOST_SESSIONS = 8
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_OWN_SITES = frozenset({"same-origin", "none"})
ENTRY = "/enter"
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


class Doorkeeper:
    """The keys that open once, and the cookies of the browsers that came in.

    Of a cookie only its SHA-256 is kept: 256 random bits need no slow hash.
    """

    def __init__(
        self, port: int, sessions: Iterable[str], remember: Callable[[tuple[str, ...]], None]
    ) -> None:
        self.port = port
        self.cookie = f"wecard_station_{port}"  # cookies do not tell ports apart
        self._sessions = tuple(sessions)
        self._remember = remember
        self._keys: set[str] = set()
        self._turn = Lock()

    @property
    def hosts(self) -> frozenset[str]:
        """What a request for us may name as its host: nothing that a name server could point."""
        return frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})

    def new_address(self) -> str:
        """An address that lets one browser in, once."""
        key = secrets.token_urlsafe(_KEY_BYTES)
        with self._turn:
            self._keys.add(_hash(key))
        return f"http://127.0.0.1:{self.port}{ENTRY}?key={key}"

    def admit(self, key: str) -> str | None:
        """A cookie for the one who brings a key that was not used; else None."""
        with self._turn:
            if _hash(key) not in self._keys:
                return None
            self._keys.remove(_hash(key))
            cookie = secrets.token_urlsafe(_KEY_BYTES)
            self._sessions = (*self._sessions, _hash(cookie))[-_MOST_SESSIONS:]
            self._remember(self._sessions)
        return cookie

    def knows(self, cookie: str) -> bool:
        """Whether a browser came in before."""
        told = _hash(cookie)
        return any(hmac.compare_digest(told, kept) for kept in self._sessions)


def install_access(
    app: Flask,
    door: Doorkeeper,
    *,
    opened: Callable[[], str],
    closed: Callable[[], ResponseReturnValue],
) -> None:
    """Let nobody else in; ``closed`` is what a browser without a cookie sees.

    ``opened`` is what one that was let in sees. It leads on to the page by itself: were it a
    redirection, a browser that came from elsewhere would leave the cookie out.
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
        return None if door.knows(request.cookies.get(door.cookie, "")) else closed()

    @app.get(ENTRY)
    def enter() -> ResponseReturnValue:
        cookie = door.admit(request.args.get("key", ""))
        if cookie is None:
            return closed()
        response = Response(opened())
        response.set_cookie(door.cookie, cookie, httponly=True, samesite="Strict", path="/")
        return response

    @app.after_request
    def finish(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers[name] = value
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


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
