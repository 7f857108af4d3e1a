"""The reciprocal form: a visitor's details to the card's owner, if the visitor agrees."""

import hashlib
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from landing.consent.notices import NOTICE_ID, current_notice
from landing.consent.parties import Recipient
from landing.consent.purposes import RETENTION_MONTHS
from landing.consent.record import NoticeShown
from landing.contract.url import Channel
from landing.errors import StorageError
from landing.profile.model import Profile
from landing.web.context import (
    OpenCard,
    active_card_or_404,
    count_tap,
    language,
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


@blueprint.get("/<channel:channel>/<token>/connect")
def show(channel: Channel, token: str) -> ResponseReturnValue:
    """Show the form, blank."""
    opened = _opened(token)
    count_tap(opened.profile.uid, opened.token, "form")
    return _form_page(opened, channel, _new_showing(opened, again=False))


@blueprint.post("/<channel:channel>/<token>/connect")
def send(channel: Channel, token: str) -> ResponseReturnValue:
    """Keep a visitor's details for the card's owner; whatever fails, their words stay."""
    opened = _opened(token)
    posted = dict(request.form.lists())
    submission = read_form(posted, region=opened.profile.country)
    ours = _our_showing(opened)
    showing = ours if ours and _is_current(ours) else _new_showing(opened, again=bool(ours))
    problem = "" if showing is ours else "expired"
    if submission.contact is None and showing.language != language():
        showing = _new_showing(opened, again=True)  # the page about to be drawn is another one
    if submission.contact is None or problem:
        return _form_page(opened, channel, showing, submission, problem=problem, status=422)
    return _sent(opened, channel, showing, submission)


def _sent(
    opened: OpenCard, channel: Channel, showing: Showing, submission: Submission
) -> ResponseReturnValue:
    parts = services()
    now = parts.clock()
    sending = _sending(opened, channel, showing, submission, now)
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
        return _form_page(opened, channel, showing, submission, problem="not-stored", status=503)
    if receipt is None:
        fresh = _new_showing(opened, again=True)
        return _form_page(opened, channel, fresh, submission, problem="used", status=422)
    return redirect(url("receipt.show", name=receipt), 303)


def recipient_of(profile: Profile) -> Recipient:
    """Name the one to whom a form on this profile's card goes."""
    return Recipient(
        profile_uid=profile.uid, name=profile.display_name, organization=profile.company
    )


def form_bundle(spoken: str) -> bytes:
    """The form as every visitor of this language gets it, with blanks for the names.

    It is archived with the first consent given on it, and proves what was asked and that no box
    was ticked beforehand. Source: EDPB Guidelines 05/2020, 108.
    """
    bundles: dict[str, bytes] = current_app.extensions.setdefault(_BUNDLES, {})
    if spoken not in bundles:
        blank = Recipient(profile_uid="", name="{owner}", organization="{organisation}")
        where = f"/c/{{token}}/connect?{urlencode({'lang': spoken})}"
        site_url = services().settings.site_url
        with current_app.test_request_context(where, base_url=site_url):
            values = _page_values(blank, "chip", "{token}", spoken)
            html = render_template("weconnect/form.html", form_token="{form_token}", **values)  # noqa: S106
        bundles[spoken] = html.encode()
    return bundles[spoken]


def _opened(token: str) -> OpenCard:
    with services().database.reading() as db:
        return active_card_or_404(db, token)


def _our_showing(opened: OpenCard) -> Showing | None:
    secret_key = services().settings.secret_key
    showing = unseal(request.form.get(TOKEN_FIELD, ""), secret_key)
    return showing if showing and showing.card == opened.token else None


def _is_current(showing: Showing) -> bool:
    """Whether the form is young enough, and still says what it said when it was shown."""
    return (
        showing.is_current(services().clock())
        and showing.notice == current_notice(showing.language).sha256
        and showing.bundle == _bundle_sha256(showing.language)
    )


def _new_showing(opened: OpenCard, *, again: bool) -> Showing:
    spoken = language()
    return Showing(
        card=opened.token,
        nonce=secrets.token_hex(16),
        language=spoken,
        notice=current_notice(spoken).sha256,
        bundle=_bundle_sha256(spoken),
        shown_at=services().clock(),
        again=again,
    )


def _bundle_sha256(spoken: str) -> str:
    return hashlib.sha256(form_bundle(spoken)).hexdigest()


def _sending(
    opened: OpenCard, channel: Channel, showing: Showing, submission: Submission, now: datetime
) -> Sending:
    assert submission.contact is not None  # noqa: S101  # the caller looked
    parts = services()
    notice = current_notice(showing.language)
    too_fast = showing.is_too_fast(now, parts.settings.form_min_seconds)
    return Sending(
        contact=submission.contact,
        ticked=submission.ticked,
        doubtful=submission.bait_taken or too_fast,
        showing=showing,
        recipient=recipient_of(opened.profile),
        channel=channel,
        texts=ShownTexts(
            notice=NoticeShown(
                id=NOTICE_ID,
                version=notice.version,
                url=f"{parts.settings.site_url}/privacy/{notice.sha256}",
                sha256=notice.sha256,
            ),
            notice_page=notice.content,
            form_bundle=form_bundle(showing.language),
        ),
    )


def _form_page(
    opened: OpenCard,
    channel: Channel,
    showing: Showing,
    submission: Submission | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    values = _page_values(
        recipient_of(opened.profile), channel, opened.token, language(), submission, problem
    )
    form_token = seal(showing, services().settings.secret_key)
    return page("weconnect/form.html", status, form_token=form_token, **values)


def _page_values(
    recipient: Recipient,
    channel: Channel,
    token: str,
    spoken: str,
    submission: Submission | None = None,
    problem: str = "",
) -> dict[str, Any]:
    problems = [problem_words(problem)] if problem else []
    return {
        "form": form_view(submission, recipient=recipient, language=spoken, problems=problems),
        "is_redrawn": submission is not None,
        "recipient": recipient,
        "channel": channel,
        "token": token,
        "notice_url": f"/privacy/{current_notice(spoken).sha256}",
        "retention_months": RETENTION_MONTHS,
        "honeypot": HONEYPOT,
    }
