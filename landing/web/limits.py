"""How much a visitor may send: forms have nine short fields at most; the API has its own limit.

A tap on a page that is kept takes no notice of these: nothing of such a request is read but a few
headers of at most 1 KiB.
"""

from typing import TYPE_CHECKING

from flask import Flask, abort, request
from werkzeug.exceptions import MethodNotAllowed

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MAX_REQUEST_BYTES = 64 * 1024
MAX_FIELD_BYTES = 16 * 1024
MAX_FIELDS = 50
MAX_TARGET_BYTES = 4 * 1024  # path and query as they reach us; our longest has some 150
MAX_HEADER_BYTES = 16 * 1024  # names and values; a browser without a cookie sends one or two KiB
METHODS = ("GET", "HEAD", "POST")


def install_limits(app: Flask) -> None:
    """Refuse what no browser sends here, before a view looks at it.

    - A target that is no path, or whose query is no text: 400. Source: RFC 9112, 3.2 (all other
      forms are for proxies).
    - A method that is none of ours: 405, wherever it is tried; OPTIONS has nothing to tell.
    - Too long a target or too many header bytes: 414, 431.
    - Too long a body: 413; one that does not say its length: 411, as a form over the limit would
      be cut there and read as if it were whole.
    """
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FIELD_BYTES,
        MAX_FORM_PARTS=MAX_FIELDS,
        PROVIDE_AUTOMATIC_OPTIONS=False,
    )

    @app.before_request
    def check() -> None:
        refusal = refusal_of(request.environ)
        if not _is_text(request.query_string):
            request.query_string = b""  # the page that refuses it would read it, and break
            refusal = 400
        if refusal == MethodNotAllowed.code:
            raise MethodNotAllowed(_methods_here())
        if refusal is not None:
            abort(refusal)
        if request.content_length is None and _has_a_body():
            abort(411)


def refusal_of(environ: "WSGIEnvironment") -> int | None:
    """Give the status that refuses a request for its first line or its headers, if one does."""
    path = environ.get("PATH_INFO", "")
    if not path.startswith("/"):
        return 400
    if environ["REQUEST_METHOD"] not in METHODS:
        return 405
    if len(path) + len(environ.get("QUERY_STRING", "")) > MAX_TARGET_BYTES:
        return 414
    sizes = [len(name) + len(environ[name]) for name in environ if name[:5] == "HTTP_"]
    return 431 if sum(sizes) > MAX_HEADER_BYTES else None


def _methods_here() -> list[str]:
    """The methods that the address takes, where there is one; it may be nobody's."""
    known = request.routing_exception
    if isinstance(known, MethodNotAllowed) and known.valid_methods is not None:
        return sorted(known.valid_methods)
    return list(METHODS)


def _is_text(query: bytes) -> bool:
    try:
        query.decode()
    except UnicodeDecodeError:
        return False
    return True


def _has_a_body() -> bool:
    """Source: RFC 9112, 6.3 (no length and no transfer coding: no body), RFC 9113, 8.1.1."""
    if "Transfer-Encoding" in request.headers:
        return True
    protocol = str(request.environ.get("SERVER_PROTOCOL", ""))
    return protocol.startswith("HTTP/2") and request.method == "POST"
