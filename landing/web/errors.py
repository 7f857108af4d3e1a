"""Error pages: the same quiet page for whatever went wrong, without a word of what was asked."""

from flask import Flask, Response, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from landing.errors import BusyError
from landing.web.context import page
from landing.web.problems import API_PREFIX, plain_problem

_KEPT_HEADERS = ("Allow", "Retry-After")
_BUSY_SECONDS = 10


def install_error_pages(app: Flask) -> None:
    """Have every HTTP error, and every failure of ours, answered with our page."""

    @app.errorhandler(HTTPException)
    def show(error: HTTPException) -> Response:
        status = error.code or 500
        kept = {name: value for name, value in error.get_headers() if name in _KEPT_HEADERS}
        if request.path.startswith(API_PREFIX):
            return plain_problem(status, kept)
        title, text = error_words(status)
        response = page("errors/error.html", status, error_title=title, error_text=text)
        response.headers.update(kept)
        return response

    @app.errorhandler(BusyError)
    def wait(error: BusyError) -> Response:
        app.logger.error("a writer in the way of %s: %s", request.endpoint, error)
        return show(ServiceUnavailable(retry_after=_BUSY_SECONDS))

    @app.errorhandler(Exception)
    def fail(error: Exception) -> Response:
        # Which view failed, not at which address: a token or a receipt stands in that.
        app.logger.error("a failure of ours in %s", request.endpoint, exc_info=error)
        return show(InternalServerError())


def error_words(status: int) -> tuple[str, str]:
    """Say what a status means to a visitor, and what they can do."""
    match status:
        case 404:
            title = _("This page cannot be found")
            text = _("The address may be incomplete, or the card is not in use.")
        case 405:
            title = _("This does not work here")
            text = _("Go back to the card and use its buttons.")
        case 410:
            title = _("This card is no longer in use")
            text = _("It was stopped for good and will not be put back in service.")
        case 413:
            title = _("That is too much at once")
            text = _("Nothing was kept. Shorten your text and send it again.")
        case 414 | 431:
            title = _("This request is too long")
            text = _("Open the card again, or type its code.")
        case 422:
            title = _("Something in the form is not right")
            text = _("Nothing was kept. Go back and check what you typed.")
        case 429:
            title = _("Too many attempts")
            text = _("Please wait a few minutes, then try again.")
        case _ if status >= 500:
            title = _("Something went wrong on our side")
            text = _("Nothing was changed. Please try again in a moment.")
        case _:
            title = _("This request cannot be understood")
            text = _("Go back and try again.")
    return title, text
