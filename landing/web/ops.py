"""What the operator's machine asks: is the process alive, can it serve."""

from flask import Blueprint, Response

from landing.errors import LandingError
from landing.storage.cards import find_card
from landing.web.context import services

blueprint = Blueprint("ops", __name__)


@blueprint.get("/healthz")
def health() -> Response:
    """Say that the process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def ready() -> Response:
    """Say whether the database can be read."""
    try:
        with services().database.reading() as db:
            find_card(db, "")
    except LandingError:
        return Response("the database cannot be read\n", 503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")
