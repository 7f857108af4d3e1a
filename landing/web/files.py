"""The few files that browsers and crawlers ask for by themselves."""

from flask import Blueprint, Response

from landing.web.resources import resource_dir

blueprint = Blueprint("files", __name__)

_A_DAY = "public, max-age=86400"
# Crawlers may look: only so do they meet the noindex that every page carries.
_ROBOTS = "User-agent: *\nDisallow:\n"


@blueprint.get("/favicon.svg")
@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Hand out the sign in the browser's tab."""
    content = (resource_dir("static") / "favicon.svg").read_bytes()
    return _kept_a_day(Response(content, mimetype="image/svg+xml"))


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Let crawlers in, as far as the noindex."""
    return _kept_a_day(Response(_ROBOTS, mimetype="text/plain"))


def _kept_a_day(response: Response) -> Response:
    response.headers["Cache-Control"] = _A_DAY
    return response
