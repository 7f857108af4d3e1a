"""What every blueprint of the site needs: its parts, the card at hand, a page to answer with.

    with services().database.reading() as db:
        opened = active_card_or_404(db, token)          # 404 or 410 for every other card
    return page("tap/card.html", card=opened)           # 200, no-store
    return page("weconnect/form.html", 422, form=form)

- ``services()`` gives ``.database``, ``.settings`` and ``.clock()`` of the running app.
- ``language()`` is ``fr`` or ``en``, in templates as well.
- ``page(..., cache=REVALIDATE)`` is for pages that are the same for one reader and the next; they
  get a strong ETag. Without it a page is ``no-store``.
- ``url(endpoint, ...)`` is ``url_for`` that keeps a language chosen with ``?lang=``, and
  ``local(path)`` does the same for a path; both are there in templates too.
- ``/<channel:channel>/<token>`` in a rule takes ``/c/``, ``/C/``, ``/q/`` and ``/Q/``; the view
  gets ``channel`` as ``chip`` or ``qr``, and ``url(..., channel=channel)`` keeps it.

Compression, security headers and error pages are put on by the app; ``abort(404)`` is enough.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from flask import Response, abort, current_app, render_template, url_for
from werkzeug.routing import BaseConverter

from landing.cards.model import Card
from landing.contract.errors import TokenError
from landing.contract.token import parse_token
from landing.contract.url import Channel
from landing.profile.model import Profile
from landing.settings import Settings
from landing.storage.cards import find_card, is_closed
from landing.storage.connection import Connection
from landing.storage.database import Database
from landing.storage.profiles import find_profile, find_profile_by_slug
from landing.web.language import asked_language, fall_back_on, language

__all__ = [
    "FOREVER",
    "NO_STORE",
    "REVALIDATE",
    "OpenCard",
    "Services",
    "active_card_or_404",
    "language",
    "local",
    "page",
    "services",
    "shared_profile_or_404",
    "url",
    "utc_now",
]

NO_STORE = "no-store"
REVALIDATE = "private, no-cache"
FOREVER = "public, max-age=31536000, immutable"  # for what is named by its hash

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts that the app was put together from."""

    database: Database
    settings: Settings
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCard:
    """An active card and its profile as a visitor may see it."""

    card: Card
    profile: Profile

    @property
    def token(self) -> str:
        """The card's token in its plain form."""
        return self.card.token


class ChannelConverter(BaseConverter):
    """The letter before the token: ``c`` on the chip, ``Q`` in the QR code, in any case."""

    regex = "[cCqQ]"
    part_isolating = True

    def to_python(self, value: str) -> Channel:
        """Tell which of the two was opened."""
        return "qr" if value in "qQ" else "chip"

    def to_url(self, value: str) -> str:
        """Write the letter for our own links."""
        return "q" if value == "qr" else "c"


def utc_now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


def services() -> Services:
    """Give the parts of the running app."""
    return cast(Services, current_app.extensions["wecard"])


def active_card_or_404(db: Connection, token: str) -> OpenCard:
    """Fetch the card that a visitor opened, and let its profile's language count.

    A wrong check character, an unknown card and one that is not active are the same 404; a
    retired card is 410.
    """
    try:
        card = find_card(db, parse_token(token))
    except TokenError:
        abort(404)
    if card is None:
        abort(404)
    if card.state == "retired":
        abort(410)
    if card.state != "active" or card.profile_uid is None:
        abort(404)
    profile = find_profile(db, card.profile_uid)
    if profile is None:
        abort(404)
    fall_back_on(profile.language)
    return OpenCard(card=card, profile=profile.as_seen())


def shared_profile_or_404(db: Connection, slug: str) -> Profile:
    """Fetch the profile behind a shared link, and let its language count.

    A link lives with its person, not with one card: a lost card leaves it alone. It is 410 once
    every card of the profile is retired.
    """
    profile = find_profile_by_slug(db, slug.lower())  # a QR code has it in capitals
    if profile is None:
        abort(404)
    if is_closed(db, profile.uid):
        abort(410)
    fall_back_on(profile.language)
    return profile.as_seen()


def page(template: str, status: int = 200, *, cache: str = NO_STORE, **values: Any) -> Response:
    """Answer with a template's page."""
    response = current_app.make_response((render_template(template, **values), status))
    response.headers["Cache-Control"] = cache
    return response


def url(endpoint: str, **values: Any) -> str:
    """Write a link of ours that keeps the language of this page, where it was asked for."""
    return url_for(endpoint, **values, lang=asked_language())


def local(path: str) -> str:
    """Write a path of ours so that it keeps the language of this page, where it was asked for."""
    asked = asked_language()
    return f"{path}?lang={asked}" if asked else path
