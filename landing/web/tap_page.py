"""The tap page as an answer: one profile, laid out for one reader on one kind of phone."""

from dataclasses import dataclass
from typing import Literal

from flask import Response

from landing.profile.model import Profile
from landing.web.card_view import card_view
from landing.web.context import REVALIDATE, language, page

Platform = Literal["ios", "android", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the page's buttons lead: paths of ours; an empty one has no button."""

    contact: str
    connect: str
    qr: str


def tap_page(profile: Profile, places: Places, platform: Platform) -> Response:
    """Answer with the page of ``profile``, which is masked already."""
    return page(
        "tap/card.html",
        cache=REVALIDATE,
        view=card_view(profile, language()),
        places=places,
        platform=platform,
    )


def platform_of(user_agent: str) -> Platform:
    """Tell what kind of phone asks, as far as saving a contact goes: nothing else is looked at."""
    if "Android" in user_agent:
        return "android"
    if "iPhone" in user_agent or "iPad" in user_agent:
        return "ios"
    return "other"
