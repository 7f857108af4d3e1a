"""The front door: type the code of a card, for a phone that reads neither chip nor QR."""

from flask import Blueprint, Response, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from landing.contract.errors import TokenError, TokenTypoError
from landing.contract.token import parse_token
from landing.web.context import REVALIDATE, page, url

blueprint = Blueprint("home", __name__)

_MAX_TYPED = 200


@blueprint.get("/")
def show() -> AnyResponse:
    """Ask for a code, or lead to the card of the code that was typed."""
    typed = request.args.get("code")
    if typed is None:
        return page("home/code.html", cache=REVALIDATE, code="", fault="")
    try:
        token = parse_token(_code_in(typed))
    except TokenTypoError:
        return _ask_again(typed, _("One character was mistyped, or two were swapped."))
    except TokenError:
        return _ask_again(typed, _("A code has thirteen letters and digits."))
    return redirect(url("tap.show", channel="chip", token=token), 303)


def _ask_again(typed: str, fault: str) -> Response:
    return page("home/code.html", 422, code=typed[:_MAX_TYPED], fault=fault)


def _code_in(typed: str) -> str:
    """Take the code out of what was typed, be it the card's whole address."""
    return typed.strip().rpartition("/")[2][:_MAX_TYPED]
