"""Pages with a style of their own, and the policy that lets in that style and no other."""

from functools import cache
from typing import Any

from flask import Response

from landing.web.context import NO_STORE, page
from landing.web.headers import content_security_policy
from landing.web.resources import resource_dir
from landing.web.stylesheet import Stylesheet, read_stylesheet


@cache
def stylesheet_of(*names: str) -> Stylesheet:
    """Read stylesheets of static/ as one: a visitor's page carries no rule that it does not use."""
    static = resource_dir("static")
    return read_stylesheet(*(static / f"{name}.css" for name in names))


def styled_page(
    template: str,
    stylesheet: Stylesheet,
    colours: Stylesheet | None = None,
    *,
    cache: str = NO_STORE,
    **values: Any,
) -> Response:
    """Answer with a template's page in this style; ``colours`` stand in a second one."""
    response = page(template, cache=cache, stylesheet=stylesheet, colours=colours, **values)
    sources = [sheet.source for sheet in (stylesheet, colours) if sheet]
    response.headers["Content-Security-Policy"] = content_security_policy(*sources)
    return response
