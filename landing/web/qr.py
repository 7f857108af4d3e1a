"""Show a card's code large, on a phone held out to another phone: for whoever has no NFC."""

from dataclasses import dataclass

from flask import Blueprint, Response
from flask_babel import force_locale
from flask_babel import gettext as _

from landing.contract.url import Channel, qr_url, shared_qr_url
from landing.languages import DEFAULT_LANGUAGE
from landing.profile.model import Profile
from landing.web.context import (
    REVALIDATE,
    active_card_or_404,
    language,
    local,
    services,
    shared_profile_or_404,
    url,
)
from landing.web.qr_code import draw_qr
from landing.web.styled import styled_page, stylesheet_of

blueprint = Blueprint("qr", __name__)


@dataclass(frozen=True, slots=True)
class Hint:
    """What to do with the code, in one language."""

    language: str
    words: str


@blueprint.get("/<channel:channel>/<token>/qr")
def show(channel: Channel, token: str) -> Response:
    """Show the code of a card: the very one that is printed on it."""
    with services().database.reading() as db:
        opened = active_card_or_404(db, token)
    back = url("tap.show", channel=channel, token=opened.token)
    return _qr_page(qr_url(services().settings.site_url, opened.token), opened.profile, back)


@blueprint.get("/p/<slug>/qr")
@blueprint.get("/P/<slug>/qr")
def show_shared(slug: str) -> Response:
    """Show the code of a profile's own link; no card is named."""
    with services().database.reading() as db:
        profile = shared_profile_or_404(db, slug)
    shared = profile.slug or ""
    back = local(f"/p/{shared}")
    return _qr_page(shared_qr_url(services().settings.site_url, shared), profile, back)


def _qr_page(text: str, profile: Profile, back: str) -> Response:
    return styled_page(
        "qr/code.html",
        stylesheet_of("site", "code"),
        cache=REVALIDATE,
        qr=draw_qr(text),
        name=profile.display_name,
        company=profile.company if profile.company != profile.display_name else "",
        hints=_hints(),
        back=back,
    )


def _hints() -> list[Hint]:
    """The same hint in two languages, this page's and another: a stranger is to read it."""
    spoken = language()
    other = next(each for each in ("en", DEFAULT_LANGUAGE) if each != spoken)
    hints = []
    for each in (spoken, other):
        with force_locale(each):
            hints.append(
                Hint(each, _("Without NFC: point the camera of your phone at the square."))
            )
    return hints
