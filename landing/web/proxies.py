"""Believe a proxy that we were told to trust about who asks for what; believe nobody else."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_MOST_REMEMBERED = 1024
FORWARDING_HEADERS = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
)


class TrustedProxies:
    """WSGI middleware that takes ``X-Forwarded-*`` from trusted peers only.

    Of a list of addresses the last one that is not a trusted proxy's counts: whatever stands
    before it may have been invented by the visitor.
    """

    def __init__(self, app: "WSGIApplication", trusted: Iterable[str]) -> None:
        self._app = app
        self._networks = tuple(ipaddress.ip_network(text, strict=False) for text in trusted)
        self._trusts = lru_cache(_MOST_REMEMBERED)(self._is_trusted)  # it runs at every tap

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer as the app does, in the visitor's name where a trusted proxy tells it."""
        if self._trusts(environ.get("REMOTE_ADDR", "")):
            self._believe(environ)
        return self._app(environ, start_response)

    def _believe(self, environ: "WSGIEnvironment") -> None:
        hops = _items(environ, "HTTP_X_FORWARDED_FOR")
        strangers = [hop for hop in hops if not self._trusts(hop)]
        if hops:
            environ["REMOTE_ADDR"] = strangers[-1] if strangers else hops[0]
        schemes = _items(environ, "HTTP_X_FORWARDED_PROTO")
        if schemes and schemes[-1] in ("http", "https"):
            environ["wsgi.url_scheme"] = schemes[-1]
        hosts = _items(environ, "HTTP_X_FORWARDED_HOST")
        if hosts:
            environ["HTTP_HOST"] = hosts[-1]

    def _is_trusted(self, address: str) -> bool:
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(peer in network for network in self._networks)


def _items(environ: "WSGIEnvironment", header: str) -> list[str]:
    return [item.strip() for item in environ.get(header, "").split(",") if item.strip()]
