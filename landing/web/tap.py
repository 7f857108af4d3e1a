"""The tap page: what a card opens, and what the profile's own link opens."""

from flask import Blueprint, Response, request

from landing.contract.url import Channel
from landing.web.activation import activation_page, unclaimed_card
from landing.web.context import (
    active_card_or_404,
    count_tap,
    local,
    services,
    shared_profile_or_404,
    url,
)
from landing.web.leading_on import redirect_of
from landing.web.tap_page import Places, platform_of, tap_page

blueprint = Blueprint("tap", __name__)


@blueprint.get("/<channel:channel>/<token>")
def show(channel: Channel, token: str) -> Response:
    """Show the owner's card to whoever holds it."""
    with services().database.reading() as db:
        if unclaimed := unclaimed_card(db, token):
            return activation_page(unclaimed, channel)
        opened = active_card_or_404(db, token)
    count_tap(opened.profile.uid, opened.token, channel)
    if elsewhere := redirect_of(opened.card):
        return elsewhere
    places = Places(
        contact=url("contact.download", channel=channel, token=opened.token),
        connect=url("weconnect.show", channel=channel, token=opened.token),
        qr=url("qr.show", channel=channel, token=opened.token),
    )
    return tap_page(opened.profile, places, platform_of(request.user_agent.string))


@blueprint.get("/p/<slug>")
@blueprint.get("/P/<slug>")  # in a QR code, where capitals take less room
def show_shared(slug: str) -> Response:
    """Show the profile to whoever was sent its link; no card is named."""
    with services().database.reading() as db:
        profile = shared_profile_or_404(db, slug)
    count_tap(profile.uid, "", "link")
    places = Places(
        contact=local(f"/p/{profile.slug}/contact.vcf"),
        connect=local(f"/p/{profile.slug}/connect"),
        qr=local(f"/p/{profile.slug}/qr"),
    )
    return tap_page(profile, places, platform_of(request.user_agent.string))
