"""Answer programs with problem documents. Source: RFC 9457."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response

API_PREFIX = "/api/"
_MIMETYPE = "application/problem+json"


def problem(
    status: int,
    detail: str,
    *,
    kind: str | None = None,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    """Say what went wrong; ``kind`` is a word that stays, for programs to act upon."""
    document: dict[str, Any] = {
        "type": f"urn:wecard:problem:{kind}" if kind else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    body = json.dumps(document | more, ensure_ascii=False)
    return Response(body, status, headers, mimetype=_MIMETYPE)


def plain_problem(status: int, headers: Mapping[str, str]) -> Response:
    """Say what the status says, of a request that no view of ours took up."""
    known = status in {entry.value for entry in HTTPStatus}
    detail = HTTPStatus(status).description if known else ""
    return problem(
        status, detail or "The request was not taken up; nothing was changed.", headers=headers
    )
