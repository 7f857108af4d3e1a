"""Redirect mode: an active card that leads to an address of its owner's instead of its page."""

from urllib.parse import urlsplit

from flask import Response, request

from landing.cards.model import Card
from landing.web.context import NO_STORE, page


def redirect_of(card: Card) -> Response | None:
    """Lead on from an active card in redirect mode; None for one that shows its page.

    It is 302 and not stored: a permanent redirect would be remembered by phones after the card
    was stopped, or given another address. Source: RFC 9110, 15.4.2 and 15.4.3.

    Who comes from a page of ours, such as from typing the card's code, is led on by a page. Our
    policy lets forms go to ourselves only, and browsers hold that against every redirect behind
    a form, silently. Source: CSP Level 3, 6.4.2 (form-action); Fetch Metadata, 2.4.
    """
    address = card.redirect_url
    if not address:
        return None
    if request.headers.get("Sec-Fetch-Site") == "same-origin":
        response = page("redirect/page.html", address=address, host=urlsplit(address).netloc)
        response.headers["Refresh"] = f"0;url={address}"  # HTML Standard, 7.4.2.4
        return response
    response = Response(status=302)
    response.headers["Location"] = address
    response.headers["Cache-Control"] = NO_STORE
    return response
