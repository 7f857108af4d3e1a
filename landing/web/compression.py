"""Compress pages and contact files in a form that the visitor's browser takes."""

import gzip
from collections.abc import Callable

import brotli
from flask import Request, Response
from werkzeug.http import parse_accept_header

_MIN_LENGTH = 256  # below, the framing eats the gain
_MIMETYPES = frozenset({"text/html", "text/vcard", "text/plain", "image/svg+xml"})
_BROTLI_QUALITY = 5
_GZIP_LEVEL = 6


def compress(request: Request, response: Response) -> None:
    """Replace the body by a compressed one, if the browser takes it and it is worth while."""
    if response.mimetype not in _MIMETYPES or "Content-Encoding" in response.headers:
        return
    body = response.get_data()
    encoding = best_encoding(request.headers.get("Accept-Encoding", ""))
    if encoding is None or len(body) < _MIN_LENGTH:
        return
    response.set_data(_ENCODERS[encoding](body))
    response.headers["Content-Encoding"] = encoding


def best_encoding(accept_encoding: str) -> str | None:
    """Choose the form that a browser likes best; None: as it is. Source: RFC 9110, 12.5.3."""
    return parse_accept_header(accept_encoding).best_match(_ENCODERS)


def _brotli(body: bytes) -> bytes:
    compressed: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY)
    return compressed


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, _GZIP_LEVEL, mtime=0)  # the same bytes for the same page


_ENCODERS: dict[str, Callable[[bytes], bytes]] = {"br": _brotli, "gzip": _gzip}
