"""Portraits and logos, under names made from their content: they never change."""

from flask import Blueprint, Response, abort

from landing.profile.pictures import is_rendition_name
from landing.web.context import FOREVER, services

blueprint = Blueprint("pictures", __name__)

_MIMETYPES = {"webp": "image/webp", "jpg": "image/jpeg", "png": "image/png"}


@blueprint.get("/m/<name>")
def show(name: str) -> Response:
    """Hand out one picture."""
    if not is_rendition_name(name):
        abort(404)
    try:
        content = (services().settings.pictures_dir / name).read_bytes()
    except FileNotFoundError:
        abort(404)
    response = Response(content, mimetype=_MIMETYPES[name.rpartition(".")[2]])
    response.headers["Cache-Control"] = FOREVER
    return response
