"""The tap page: what a card opens."""

from flask import Blueprint, Response

from landing.contract.url import Channel
from landing.web.card_view import card_view
from landing.web.context import REVALIDATE, active_card_or_404, language, page, services, url

blueprint = Blueprint("tap", __name__)


@blueprint.get("/<channel:channel>/<token>")
def show(channel: Channel, token: str) -> Response:
    """Show the owner's card to whoever holds it."""
    with services().database.reading() as db:
        opened = active_card_or_404(db, token)
    return page(
        "tap/card.html",
        cache=REVALIDATE,
        view=card_view(opened.profile, language()),
        contact_href=f"/c/{opened.token}/contact.vcf",
        connect_href=url("weconnect.show", channel=channel, token=opened.token),
    )
