"""Redirect mode: an active card that leads to an address of its owner's instead of its page."""

from flask import Response

from landing.cards.model import Card
from landing.web.context import NO_STORE


def redirect_of(card: Card) -> Response | None:
    """Lead on from an active card in redirect mode; None for one that shows its page.

    It is 302 and not stored: a permanent redirect would be remembered by phones after the card
    was stopped, or given another address. Source: RFC 9110, 15.4.2 and 15.4.3.
    """
    if not card.redirect_url:
        return None
    response = Response(status=302)
    response.headers["Location"] = card.redirect_url
    response.headers["Cache-Control"] = NO_STORE
    return response
