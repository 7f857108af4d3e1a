"""The contact file that the visitor's phone takes into its address book.

A plain link to a real file: blob and data addresses fail on many phones. ``text/vcard`` is set by
hand, as the type that Python guesses differs from host to host. Source: RFC 6350, 10.1.
"""

from pathlib import Path

from flask import Blueprint, Response

from landing.contract.url import Channel
from landing.profile.filename import content_disposition
from landing.profile.pictures import PHOTO_VCARD, rendition_name
from landing.profile.vcard import MIME_TYPE, vcard
from landing.web.context import REVALIDATE, active_card_or_404, count_tap, services

blueprint = Blueprint("contact", __name__)


@blueprint.get("/<channel:channel>/<token>/contact.vcf")
def download(channel: Channel, token: str) -> Response:
    """Hand out the card's owner as a vCard."""
    with services().database.reading() as db:
        opened = active_card_or_404(db, token)
    profile = opened.profile
    count_tap(profile.uid, opened.token, "vcard")
    photo = _photo(services().settings.pictures_dir, profile.photo)
    response = Response(vcard(profile, photo_jpeg=photo), content_type=MIME_TYPE)
    response.headers["Content-Disposition"] = content_disposition(profile)
    response.headers["Cache-Control"] = REVALIDATE
    return response


def _photo(pictures_dir: Path, photo: str) -> bytes | None:
    if not photo:
        return None
    try:
        return (pictures_dir / rendition_name(photo, PHOTO_VCARD)).read_bytes()
    except FileNotFoundError:
        return None
