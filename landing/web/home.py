"""The front door: type the code of a card, for a phone that reads neither chip nor QR."""

import re
import unicodedata

from flask import Blueprint, Response, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from landing.contract.activation import parse_activation
from landing.contract.errors import ActivationError, TokenError, TokenTypoError
from landing.contract.token import parse_token
from landing.web.context import REVALIDATE, page, url

blueprint = Blueprint("home", __name__)

_MAX_TYPED = 200
_IN_ADDRESS = re.compile(r"/[cq]/([^/?#]+)", re.IGNORECASE)
_NO_MATTER = re.compile(r"[\s\u200b\u200e\u200f\ufeff]+")  # spaces, and what is copied unseen


@blueprint.get("/")
def show() -> AnyResponse:
    """Ask for a code, or lead to the card of the code that was typed."""
    typed = request.args.get("code")
    if typed is None:
        return page("home/code.html", cache=REVALIDATE, code="", fault="")
    code = _code_in(typed[:_MAX_TYPED])
    try:
        token = parse_token(code)
    except TokenTypoError:
        return _ask_again(typed, _("One character was mistyped, or two were swapped."))
    except TokenError:
        if _may_be_activation(code):
            return _ask_again(
                typed,
                _(
                    "This has twelve characters: is it the activation code from the parcel?"
                    " Here goes the code of the card, which has thirteen; the card's own page"
                    " then asks for the activation code."
                ),
            )
        return _ask_again(typed, _("A code has thirteen letters and digits."))
    return redirect(url("tap.show", channel="chip", token=token), 303)


def _ask_again(typed: str, fault: str) -> Response:
    return page("home/code.html", 422, code=typed[:_MAX_TYPED], fault=fault)


def _may_be_activation(code: str) -> bool:
    """Whether it is an activation code, or a token with a character left out."""
    try:
        parse_activation(code)
    except ActivationError:
        return False
    return True


def _code_in(typed: str) -> str:
    """Take the code out of what was typed, be it the card's whole address; as phones write it.

    They turn hyphens into dashes and put spaces that are none of ours.
    """
    found = _IN_ADDRESS.search(typed)
    text = unicodedata.normalize("NFKC", found[1] if found else typed.rpartition("/")[2])
    dashed = "".join("-" if unicodedata.category(sign) == "Pd" else sign for sign in text)
    return _NO_MATTER.sub("", dashed)
