"""How much a visitor may send: a form has seven short fields, and that is all we ever take."""

from flask import Flask, abort, request

MAX_REQUEST_BYTES = 64 * 1024
MAX_FIELD_BYTES = 16 * 1024
MAX_FIELDS = 50


def install_limits(app: Flask) -> None:
    """Refuse a body that is too long with 413, and one that does not say its length with 411.

    Without a length, a form over the limit would be cut there and read as if it were whole.
    """
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FIELD_BYTES,
        MAX_FORM_PARTS=MAX_FIELDS,
    )

    @app.before_request
    def check_length() -> None:
        if request.content_length is None and _has_a_body():
            abort(411)


def _has_a_body() -> bool:
    """Source: RFC 9112, 6.3 (no length and no transfer coding: no body), RFC 9113, 8.1.1."""
    if "Transfer-Encoding" in request.headers:
        return True
    protocol = str(request.environ.get("SERVER_PROTOCOL", ""))
    return protocol.startswith("HTTP/2") and request.method == "POST"
