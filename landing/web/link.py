"""What the profile's own link leads to: the contact file and the form, and no card anywhere."""

from pathlib import Path

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from landing.profile.filename import content_disposition
from landing.profile.model import Profile
from landing.profile.pictures import PHOTO_VCARD, rendition_name
from landing.profile.vcard import MIME_TYPE, vcard
from landing.web.context import REVALIDATE, count_tap, services, shared_profile_or_404
from landing.web.weconnect import FormPlace, show_form, take_form

blueprint = Blueprint("link", __name__)


@blueprint.get("/p/<slug>/contact.vcf")
def download(slug: str) -> Response:
    """Hand out the profile as a vCard."""
    profile = _shared(slug)
    count_tap(profile.uid, "", "vcard")
    return _contact_file(profile)


@blueprint.get("/p/<slug>/connect")
def show(slug: str) -> ResponseReturnValue:
    """Show the form, blank."""
    return show_form(_place(slug))


@blueprint.post("/p/<slug>/connect")
def send(slug: str) -> ResponseReturnValue:
    """Keep a visitor's details for the profile's owner; whatever fails, their words stay."""
    return take_form(_place(slug))


def _shared(slug: str) -> Profile:
    with services().database.reading() as db:
        return shared_profile_or_404(db, slug)


def _place(slug: str) -> FormPlace:
    return FormPlace(profile=_shared(slug), channel="link", slug=slug)


def _contact_file(profile: Profile) -> Response:
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
