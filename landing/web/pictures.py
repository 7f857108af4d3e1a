"""Portraits and logos, under names made from their content: they never change."""

import re

from flask import Blueprint, Response, abort

from landing.web.context import services

blueprint = Blueprint("pictures", __name__)

FOREVER = "public, max-age=31536000, immutable"
_NAME = re.compile(r"[0-9a-f]{32}-[0-9]{2,4}\.(webp|jpg|png)", re.ASCII)
_MIMETYPES = {"webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}


@blueprint.get("/m/<name>")
def show(name: str) -> Response:
    """Hand out one picture."""
    if not _NAME.fullmatch(name):
        abort(404)
    try:
        content = (services().settings.pictures_dir / name).read_bytes()
    except FileNotFoundError:
        abort(404)
    response = Response(content, mimetype=_MIMETYPES[name.rpartition(".")[2]])
    response.headers["Cache-Control"] = FOREVER
    return response
