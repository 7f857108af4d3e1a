"""The tap page as an answer: one profile, laid out for one reader on one kind of phone."""

from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from flask import Response

from landing.profile.colour import light_palette
from landing.profile.model import Profile
from landing.web.card_view import card_view
from landing.web.context import REVALIDATE, language, page
from landing.web.headers import content_policy
from landing.web.language import region
from landing.web.resources import resource_dir
from landing.web.stylesheet import Stylesheet, colour_stylesheet, read_stylesheet

Platform = Literal["ios", "android", "other"]

_THEME = "#0f3a46"  # of the browser's own bars: the cover's, where no colour is chosen
VARY = "Accept-Encoding, Accept-Language, User-Agent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where the page's buttons lead: paths of ours; an empty one has no button."""

    contact: str
    connect: str
    qr: str

    @property
    def contact_path(self) -> str:
        """The contact file's path without its query: a GET form replaces that."""
        return urlsplit(self.contact).path

    @property
    def contact_query(self) -> list[tuple[str, str]]:
        """What the query of the contact file says, for the form to say it again."""
        return parse_qsl(urlsplit(self.contact).query)


def tap_page(profile: Profile, places: Places, platform: Platform) -> Response:
    """Answer with the page of ``profile``, which is masked already."""
    style, colours = card_stylesheet(), colour_stylesheet(profile.colour)
    response = page(
        "tap/card.html",
        cache=REVALIDATE,
        style=style,
        colours=colours,
        theme=light_palette(profile.colour).deep if colours else _THEME,
        view=card_view(profile, language(), region()),
        places=places,
        platform=platform,
    )
    styles = (style, colours) if colours else (style,)
    response.headers["Content-Security-Policy"] = content_policy(*styles)
    response.headers["Vary"] = VARY
    return response


def platform_of(user_agent: str) -> Platform:
    """Tell what kind of phone asks, as far as saving a contact goes: nothing else is looked at."""
    if "Android" in user_agent:
        return "android"
    if "iPhone" in user_agent or "iPad" in user_agent:
        return "ios"
    return "other"


@cache
def card_stylesheet() -> Stylesheet:
    """The style of the tap page: what all pages have, and the card's own."""
    static = resource_dir("static")
    return read_stylesheet(static / "site.css", static / "card.css")
