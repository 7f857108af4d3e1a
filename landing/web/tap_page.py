"""The tap page as an answer: one profile, laid out for one reader on one kind of phone."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from flask import Response, request

from landing.profile.colour import light_palette
from landing.profile.model import Profile
from landing.web.card_view import card_view, regions_that_matter
from landing.web.context import REVALIDATE, language
from landing.web.language import region
from landing.web.styled import styled_page, stylesheet_of
from landing.web.stylesheet import colour_stylesheet

Platform = Literal["ios", "android", "other"]

_THEME = "#0f3a46"  # of the browser's own bars: the cover's, where no colour is chosen
REGIONS = "wecard.regions"  # in the environ: the countries for which the page reads differently
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
    colours = colour_stylesheet(profile.colour)
    request.environ[REGIONS] = regions_that_matter(profile)
    response = styled_page(
        "tap/card.html",
        stylesheet_of("site", "card"),
        colours,
        cache=REVALIDATE,
        theme=light_palette(profile.colour).deep if colours else _THEME,
        view=card_view(profile, language(), region()),
        places=places,
        platform=platform,
    )
    response.headers["Vary"] = VARY
    return response


def platform_of(user_agent: str) -> Platform:
    """Tell what kind of phone asks, as far as saving a contact goes: nothing else is looked at."""
    if "Android" in user_agent:
        return "android"
    if "iPhone" in user_agent or "iPad" in user_agent:
        return "ios"
    return "other"
