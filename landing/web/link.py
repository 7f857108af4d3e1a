"""What the profile's own link leads to: the contact file and the form, and no card anywhere."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from landing.profile.model import Profile
from landing.web.contact import contact_file
from landing.web.context import count_tap, services, shared_profile_or_404
from landing.web.weconnect import FormPlace, show_form, take_form

blueprint = Blueprint("link", __name__)


@blueprint.get("/p/<slug>/contact.vcf")
def download(slug: str) -> Response:
    """Hand out the profile as a vCard."""
    profile = _shared(slug)
    count_tap(profile.uid, "", "vcard")
    return contact_file(profile, page_url=f"{services().settings.site_url}/p/{profile.slug}")


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
    profile = _shared(slug)
    return FormPlace(profile=profile, channel="link", slug=profile.slug or "")
