"""The contact file that the visitor's phone takes into its address book.

A plain link to a real file: blob and data addresses fail on many phones. ``text/vcard`` is set by
hand, as the type that Python guesses differs from host to host. Source: RFC 6350, 10.1.

    GET /c/TOKEN/contact.vcf                              the owner's fields, nothing else
    GET /c/TOKEN/contact.vcf?note=1&place=Salon%20Batimat  and a note of when and where

The note is the visitor's own: only who asks for one has it, and what it says stays in the answer.
"""

from datetime import date
from pathlib import Path

from babel.dates import format_date, get_timezone
from flask import Blueprint, Response, request
from flask_babel import gettext as _

from landing.contract.url import Channel, card_url
from landing.profile.filename import content_disposition
from landing.profile.model import Profile
from landing.profile.pictures import PHOTO_VCARD, rendition_name
from landing.profile.vcard import MIME_TYPE, cleaned, vcard
from landing.web.context import (
    NO_STORE,
    REVALIDATE,
    active_card_or_404,
    count_tap,
    services,
)
from landing.web.language import reading_locale

MAX_PLACE_LENGTH = 80
# The day of the place where cards are handed over. No browser tells its time zone, and by UTC a
# card of one o'clock at night would have the date of the day before.
_ZONE = "Europe/Paris"
# What turns the reading direction round, so that a place reads as another, or stands for no
# character. Source: Unicode TR 36, bidirectional spoofing
_DROPPED_FROM_PLACE = dict.fromkeys(
    map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffd")
)

blueprint = Blueprint("contact", __name__)


@blueprint.get("/<channel:channel>/<token>/contact.vcf")
def download(channel: Channel, token: str) -> Response:
    """Hand out the card's owner as a vCard."""
    with services().database.reading() as db:
        opened = active_card_or_404(db, token)
    count_tap(opened.profile.uid, opened.token, "vcard")
    site = services().settings.site_url
    return contact_file(opened.profile, page_url=card_url(site, opened.token))


def contact_file(profile: Profile, *, page_url: str) -> Response:
    """Answer with a profile, already masked, as the vCard that this request asks for.

    ``page_url`` is the address that opens the profile; it stands in the note and nowhere else.
    """
    settings = services().settings
    note = _note(page_url) if request.args.get("note") == "1" else ""
    body = vcard(
        profile,
        photo_jpeg=_photo(settings.pictures_dir, profile.photo),
        note=note,
        blank_line=settings.vcard_blank_line,
    )
    response = Response(body, content_type=MIME_TYPE)
    response.headers["Content-Disposition"] = content_disposition(
        profile, settings.vcard_disposition
    )
    response.headers["Cache-Control"] = NO_STORE if note else REVALIDATE
    return response


def _photo(pictures_dir: Path, photo: str) -> bytes | None:
    if not photo:
        return None
    try:
        return (pictures_dir / rendition_name(photo, PHOTO_VCARD)).read_bytes()
    except FileNotFoundError:
        return None


def _note(page_url: str) -> str:
    """The card, the day and the place, a line each, in the visitor's language."""
    today = services().clock().astimezone(get_timezone(_ZONE)).date()
    place = _place(request.args.get("place", ""))
    lines = [
        _("Online: %(address)s", address=page_url),
        _("Saved on %(date)s", date=_written(today)),
        _("Place: %(place)s", place=place) if place else "",
    ]
    return "\n".join(filter(None, lines))


def _place(typed: str) -> str:
    """One line of text; what is too long is cut, as an error page would save no contact."""
    words = cleaned(typed).translate(_DROPPED_FROM_PLACE).split()
    return " ".join(words)[:MAX_PLACE_LENGTH].rstrip()


def _written(day: date) -> str:
    """The date in words, as the reader's country writes it."""
    locale = reading_locale()
    words = format_date(day, "long", locale=locale)
    # French says the first of a month with an ordinal, which the locale data leave out.
    return f"1er{words[1:]}" if locale.language == "fr" and words.startswith("1 ") else words
