"""The owner's numbers, at a private address: how often, by day and way, and never by whom."""

from flask import Blueprint, Response, abort, request
from flask_babel import get_translations

from landing.profile.model import Profile
from landing.storage.profiles import find_profile
from landing.storage.taps import taps_of
from landing.web import numbers_words as words
from landing.web.chart import draw_chart
from landing.web.context import services
from landing.web.language import fall_back_on, reading_locale
from landing.web.numbers_key import profile_of_key
from landing.web.numbers_sums import Numbers, Tally, first_day, sum_up
from landing.web.numbers_words import Speech
from landing.web.styled import styled_page, stylesheet_of

SPANS = (7, 30, 90, 365)
USUAL_SPAN = 30

blueprint = Blueprint("numbers", __name__)


@blueprint.get("/account/numbers/<key>")
def show(key: str) -> Response:
    """Show an owner how often their cards and their link were opened."""
    days = _asked_days()
    until = services().clock().date()
    with services().database.reading() as db:
        uid = profile_of_key(db, key)
        profile = find_profile(db, uid) if uid else None
        if profile is None:
            abort(404)
        counts = taps_of(db, profile.uid, first_day(until, days))
    fall_back_on(profile.language)
    return _numbers_page(profile, sum_up(counts, until=until, days=days), days)


def _asked_days() -> int:
    asked = request.args.get("days", "")
    return int(asked) if asked in map(str, SPANS) else USUAL_SPAN


def _numbers_page(profile: Profile, numbers: Numbers, days: int) -> Response:
    speech = Speech(translations=get_translations(), locale=reading_locale())
    return styled_page(
        "numbers/numbers.html",
        stylesheet_of("site", "forms", "numbers"),
        owner=profile.display_name,
        days=days,
        spans=[(span, speech.ngettext("%(count)s day", "%(count)s days", span)) for span in SPANS],
        count=speech.number(numbers.total.openings),
        counted=speech.ngettext("opening", "openings", numbers.total.openings),
        range=words.range_words(numbers, speech),
        ways=", ".join(words.way_words(numbers.total, speech)),
        acts=", ".join(words.act_words(numbers.total, speech)),
        busiest=words.busiest_words(numbers, speech),
        chart=draw_chart(words.chart_of(numbers, speech)),
        grain=numbers.grain,
        periods=[
            (words.period_words(period, numbers.grain, speech), _cells(period.tally, speech))
            for period in reversed(numbers.periods)
        ],
        cards=[
            (words.card_words(token, speech), _cells(tally, speech))
            for token, tally in numbers.cards.items()
        ],
        total=_cells(numbers.total, speech),
    )


def _cells(tally: Tally, speech: Speech) -> list[str]:
    counts = (tally.chip, tally.qr, tally.link, tally.vcard, tally.form)
    return [speech.number(count) for count in counts]
