"""The notices: the one in force, and every one that was ever shown, under its hash."""

import base64
import hashlib
import re

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from landing.consent.notices import current_content, current_notice
from landing.storage.notices import find_notice
from landing.web.context import FOREVER, REVALIDATE, language, services

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)

blueprint = Blueprint("privacy", __name__)


@blueprint.get("/privacy")
def show() -> ResponseReturnValue:
    """Serve the notice in force, in the visitor's language."""
    notice = current_notice(language())
    response = _answer(notice.content, cache=REVALIDATE)
    response.headers["Content-Location"] = f"/privacy/{notice.sha256}"
    return response


@blueprint.get("/privacy/<sha256>")
def show_archived(sha256: str) -> ResponseReturnValue:
    """Serve the very bytes that a visitor was shown, for as long as the site stands.

    Source: ISO/IEC 29184:2020, 5.2.8.
    """
    if not _SHA256.fullmatch(sha256):
        abort(404)
    content = current_content(sha256)
    if content is None:
        with services().database.reading() as db:
            content = find_notice(db, sha256)
    if content is None:
        abort(404)
    return _answer(content, cache=FOREVER)


def _answer(content: bytes, *, cache: str) -> Response:
    response = Response(content, mimetype="text/html")
    response.headers["Cache-Control"] = cache
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {_style_sources(content)}; form-action 'none';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    return response


def _style_sources(content: bytes) -> str:
    """The hash of the notice's own style. Source: CSP Level 3, 2.3.1."""
    digests = (hashlib.sha256(style).digest() for style in _STYLE.findall(content))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
