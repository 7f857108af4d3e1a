"""What every blueprint of the site needs: its parts, the card at hand, a page to answer with.

    with services().database.reading() as db:
        opened = active_card_or_404(db, token)          # 404 or 410 for every other card
    return page("errors/error.html", 200, ...)          # no-store
    return page("weconnect/form.html", 422, form=form)

- ``services()`` gives ``.database``, ``.settings`` and ``.clock()`` of the running app.
- ``language()`` is one of ``languages()``, in templates as well.
- ``page(..., cache=REVALIDATE)`` is for pages that are the same for one reader and the next; they
  get a strong ETag. Without it a page is ``no-store``.
- ``url(endpoint, ...)`` is ``url_for`` that keeps a language chosen with ``?lang=``, and
  ``local(path)`` does the same for a path; both are there in templates too.
- ``/<channel:channel>/<token>`` in a rule takes ``/c/``, ``/C/``, ``/q/`` and ``/Q/``; the view
  gets ``channel`` as ``chip`` or ``qr``, and ``url(..., channel=channel)`` keeps it.

Compression, security headers and error pages are put on by the app; ``abort(404)`` is enough.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from flask import Response, abort, current_app, render_template, request, url_for
from werkzeug.exceptions import Gone, NotFound
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
from landing.storage.taps import TapChannel
from landing.web.clock import Clock
from landing.web.language import asked_language, fall_back_on, language
from landing.web.misses import count_miss_or_429
from landing.web.persons import is_a_person
from landing.web.tap_counts import TapCounts

__all__ = [
    "FOREVER",
    "NO_STORE",
    "REVALIDATE",
    "OpenCard",
    "Services",
    "active_card_or_404",
    "count_miss",
    "count_tap",
    "counted_misses",
    "language",
    "local",
    "open_card",
    "page",
    "services",
    "shared_profile_or_404",
    "url",
]

NO_STORE = "no-store"
REVALIDATE = "private, no-cache"
FOREVER = "public, max-age=31536000, immutable"  # for what is named by its hash


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts that the app was put together from."""

    database: Database
    settings: Settings
    clock: Clock
    counts: TapCounts | None  # None: taps are not counted


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


def services() -> Services:
    """Give the parts of the running app."""
    return cast(Services, current_app.extensions["wecard"])


def active_card_or_404(db: Connection, token: str) -> OpenCard:
    """Fetch the card that a visitor opened, and let its profile's language count.

    A wrong check character, an unknown card and one that is not active are the same 404; a
    retired card is 410. Who meets too many of them is answered 429, whichever it is.
    """
    with counted_misses():
        return open_card(db, token)


@contextmanager
def counted_misses() -> Iterator[None]:
    """Count a 404 or 410 that is raised inside as a miss of the visitor's network."""
    try:
        yield
    except (NotFound, Gone):
        count_miss()
        raise


def count_miss() -> None:
    """Count a miss of the visitor's network, ahead of the answer.

    Raises:
        TooManyRequests: the network has had its misses; that is the answer.
    """
    parts = services()
    count_miss_or_429(
        parts.database,
        address=request.remote_addr or "",
        now=parts.clock(),
        limit=parts.settings.miss_limit,
        secret_key=parts.settings.secret_key,
    )


def open_card(db: Connection, token: str) -> OpenCard:
    """Fetch an active card as ``active_card_or_404`` does, where nobody has asked for it."""
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
    every card of the profile is retired. Misses are counted like those of cards.
    """
    with counted_misses():
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


def count_tap(profile_uid: str, token: str, channel: TapChannel) -> None:
    """Count what a person did: no HEAD, no page fetched ahead, no preview of a link."""
    counts = services().counts
    if counts is not None and request.method == "GET" and is_a_person(request.environ):
        counts.add(profile_uid, token, channel)


def url(endpoint: str, **values: Any) -> str:
    """Write a link of ours that keeps the language of this page, where it was asked for."""
    return url_for(endpoint, **values, lang=asked_language())


def local(path: str) -> str:
    """Write a path of ours so that it keeps the language of this page, where it was asked for."""
    asked = asked_language()
    return f"{path}?lang={asked}" if asked else path
