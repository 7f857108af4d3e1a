"""The reciprocal form: a visitor's details to the profile's owner, if the visitor agrees."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from landing.consent.notices import NOTICE_ID, current_notice
from landing.consent.parties import Recipient
from landing.consent.purposes import RETENTION_MONTHS
from landing.consent.record import FormChannel, NoticeShown
from landing.contract.url import Channel
from landing.errors import StorageError
from landing.profile.model import Profile
from landing.web.context import (
    active_card_or_404,
    count_tap,
    language,
    local,
    page,
    services,
    url,
)
from landing.web.weconnect_words import form_view, problem_words
from landing.weconnect.form import HONEYPOT, Submission, read_form
from landing.weconnect.formtoken import Showing, seal, unseal
from landing.weconnect.share import Sending, ShownTexts, share_contact

TOKEN_FIELD = "form_token"  # noqa: S105  # a field's name
_BUNDLES = "wecard.form_bundles"

blueprint = Blueprint("weconnect", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPlace:
    """Where a form stands: at a card, or at the profile's own link, which names no card.

    ``card`` is a token and ``slug`` a link's name; one of them is empty.
    """

    profile: Profile
    channel: FormChannel
    card: str = ""
    slug: str = ""

    @property
    def path(self) -> str:
        """The page that the form was opened from."""
        return _path(self.channel, self.card or self.slug)

    @property
    def recipient(self) -> Recipient:
        """The one to whom the form goes."""
        return Recipient(
            profile_uid=self.profile.uid,
            name=self.profile.display_name,
            organization=self.profile.company,
        )


@blueprint.get("/<channel:channel>/<token>/connect")
def show(channel: Channel, token: str) -> ResponseReturnValue:
    """Show the form, blank."""
    return show_form(_at_card(channel, token))


@blueprint.post("/<channel:channel>/<token>/connect")
def send(channel: Channel, token: str) -> ResponseReturnValue:
    """Keep a visitor's details for the card's owner; whatever fails, their words stay."""
    return take_form(_at_card(channel, token))


def show_form(place: FormPlace) -> ResponseReturnValue:
    """Answer with the form, blank."""
    count_tap(place.profile.uid, place.card, "form")
    return _form_page(place, _new_showing(place, again=False))


def take_form(place: FormPlace) -> ResponseReturnValue:
    """Take in what was posted: answer with the way to the receipt, or with the form redrawn."""
    posted = dict(request.form.lists())
    submission = read_form(posted, region=place.profile.country)
    ours = _our_showing(place)
    showing = ours if ours and _is_current(ours, place) else _new_showing(place, again=bool(ours))
    problem = "" if showing is ours else "expired"
    if submission.contact is None and showing.language != language():
        showing = _new_showing(place, again=True)  # the page about to be drawn is another one
    if submission.contact is None or problem:
        return _form_page(place, showing, submission, problem=problem, status=422)
    return _sent(place, showing, submission)


def _sent(place: FormPlace, showing: Showing, submission: Submission) -> ResponseReturnValue:
    parts = services()
    now = parts.clock()
    sending = _sending(place, showing, submission, now)
    try:
        receipt = share_contact(
            parts.database,
            sending,
            secret_key=parts.settings.secret_key,
            now=now,
            random=secrets.token_bytes,
        )
    except StorageError:
        current_app.logger.exception("a sending could not be stored; the visitor was told so")
        return _form_page(place, showing, submission, problem="not-stored", status=503)
    if receipt is None:
        fresh = _new_showing(place, again=True)
        return _form_page(place, fresh, submission, problem="used", status=422)
    return redirect(url("receipt.show", name=receipt), 303)


def form_bundle(spoken: str, *, at_link: bool = False) -> bytes:
    """The form as every visitor of this language gets it, with blanks for the names.

    It is archived with the first consent given on it, and proves what was asked and that no box
    was ticked beforehand. Source: EDPB Guidelines 05/2020, 108.
    """
    bundles: dict[tuple[str, bool], bytes] = current_app.extensions.setdefault(_BUNDLES, {})
    if (spoken, at_link) not in bundles:
        blank = Recipient(profile_uid="", name="{owner}", organization="{organisation}")
        path = _path("link", "{name}") if at_link else _path("chip", "{token}")
        where = f"{path}/connect?{urlencode({'lang': spoken})}"
        site_url = services().settings.site_url
        with current_app.test_request_context(where, base_url=site_url):
            values = _page_values(blank, path, spoken)
            html = render_template("weconnect/form.html", form_token="{form_token}", **values)  # noqa: S106
        bundles[spoken, at_link] = html.encode()
    return bundles[spoken, at_link]


def _path(channel: FormChannel, name: str) -> str:
    letters: dict[FormChannel, str] = {"chip": "c", "qr": "q", "link": "p"}
    return f"/{letters[channel]}/{name}"


def _at_card(channel: Channel, token: str) -> FormPlace:
    with services().database.reading() as db:
        opened = active_card_or_404(db, token)
    return FormPlace(profile=opened.profile, channel=channel, card=opened.token)


def _our_showing(place: FormPlace) -> Showing | None:
    secret_key = services().settings.secret_key
    showing = unseal(request.form.get(TOKEN_FIELD, ""), secret_key)
    if showing is None or (showing.card, showing.slug) != (place.card, place.slug):
        return None
    return showing


def _is_current(showing: Showing, place: FormPlace) -> bool:
    """Whether the form is young enough, and still says what it said when it was shown.

    A link may have become another person's since, and a person may have changed their company:
    what was agreed to for the one is not agreed to for the other.
    """
    return (
        showing.is_current(services().clock())
        and showing.recipient == place.recipient.sha256
        and showing.notice == current_notice(showing.language).sha256
        and showing.bundle == _bundle_sha256(showing.language, place)
    )


def _new_showing(place: FormPlace, *, again: bool) -> Showing:
    spoken = language()
    return Showing(
        card=place.card,
        slug=place.slug,
        recipient=place.recipient.sha256,
        nonce=secrets.token_hex(16),
        language=spoken,
        notice=current_notice(spoken).sha256,
        bundle=_bundle_sha256(spoken, place),
        shown_at=services().clock(),
        again=again,
    )


def _bundle_sha256(spoken: str, place: FormPlace) -> str:
    return hashlib.sha256(form_bundle(spoken, at_link=bool(place.slug))).hexdigest()


def _sending(place: FormPlace, showing: Showing, submission: Submission, now: datetime) -> Sending:
    assert submission.contact is not None  # noqa: S101  # the caller looked
    parts = services()
    notice = current_notice(showing.language)
    too_fast = showing.is_too_fast(now, parts.settings.form_min_seconds)
    return Sending(
        contact=submission.contact,
        ticked=submission.ticked,
        doubtful=submission.bait_taken or too_fast,
        showing=showing,
        recipient=place.recipient,
        channel=place.channel,
        texts=ShownTexts(
            notice=NoticeShown(
                id=NOTICE_ID,
                version=notice.version,
                url=f"{parts.settings.site_url}/privacy/{notice.sha256}",
                sha256=notice.sha256,
            ),
            notice_page=notice.content,
            form_bundle=form_bundle(showing.language, at_link=bool(place.slug)),
        ),
    )


def _form_page(
    place: FormPlace,
    showing: Showing,
    submission: Submission | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    values = _page_values(place.recipient, place.path, language(), submission, problem)
    form_token = seal(showing, services().settings.secret_key)
    return page("weconnect/form.html", status, form_token=form_token, **values)


def _page_values(
    recipient: Recipient,
    path: str,
    spoken: str,
    submission: Submission | None = None,
    problem: str = "",
) -> dict[str, Any]:
    problems = [problem_words(problem)] if problem else []
    return {
        "form": form_view(submission, recipient=recipient, language=spoken, problems=problems),
        "is_redrawn": submission is not None,
        "recipient": recipient,
        "action": local(f"{path}/connect"),
        "leave": local(path),
        "notice_url": f"/privacy/{current_notice(spoken).sha256}",
        "retention_months": RETENTION_MONTHS,
        "honeypot": HONEYPOT,
    }
