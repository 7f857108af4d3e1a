"""``wecard-landing numbers``: how often an owner's cards and link were opened."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click
from babel import Locale
from babel.support import Translations

from landing.cli.common import answer, now, open_site_database, read_settings, verb_options
from landing.cli.files import STREAM, open_outlet
from landing.contract.token import format_token
from landing.errors import DataError
from landing.languages import DEFAULT_LANGUAGE, TRANSLATIONS, languages
from landing.profile.model import Profile
from landing.settings import Settings
from landing.storage.connection import Connection
from landing.storage.numbers_links import delete_numbers_link
from landing.storage.profiles import find_profile_by_reference
from landing.storage.taps import TAP_CHANNELS, taps_of
from landing.web.chart import draw_file
from landing.web.numbers_key import new_numbers_path
from landing.web.numbers_sums import Numbers, Tally, first_day, sum_up
from landing.web.numbers_words import Speech, chart_of

MOST_DAYS = 3660
USUAL_DAYS = 30


@click.command(short_help="Tell how often an owner's cards were opened.")
@click.argument("reference", metavar="REF")
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    default=USUAL_DAYS,
    show_default=True,
    help="How many days, today the last of them.",
)
@click.option("--svg", metavar="FILE", help="Draw them as a chart, too; - prints it instead.")
@click.option(
    "--new-link", is_flag=True, help="Make a private page for the owner, and its address."
)
@click.option("--no-link", is_flag=True, help="Have the owner's private page open no more.")
@verb_options
def numbers(
    reference: str, days: int, svg: str | None, new_link: bool, no_link: bool, as_json: bool
) -> None:
    """Tell how often the cards and the link of REF were opened, by day, and by card.

    REF is the reference in the people file. Up to 90 days are told day by day, more week by week
    or month by month. Days begin at midnight, UTC.

    \b
    Examples:
      wecard-landing numbers zoe --days 90 --svg zoe.svg
      wecard-landing numbers zoe --new-link
    """
    if new_link + no_link + bool(svg) > 1:
        raise click.UsageError("--svg, --new-link and --no-link do not go together")
    if svg == STREAM and as_json:
        raise click.UsageError("the chart and --json cannot both go to standard output")
    settings = read_settings()
    if new_link:
        _give_link(settings, reference, as_json=as_json)
    elif no_link:
        _take_link(settings, reference, as_json=as_json)
    else:
        _tell(settings, reference, days, svg, as_json=as_json)


def _tell(settings: Settings, reference: str, days: int, svg: str | None, *, as_json: bool) -> None:
    until = now().date()
    with open_site_database(settings) as database, database.reading() as db:
        profile = _known_profile(db, reference)
        counts = taps_of(db, profile.uid, first_day(until, days))
    found = sum_up(counts, until=until, days=days)
    if svg:
        drawing = draw_file(chart_of(found, _speech_of(profile)))
        open_outlet(svg, drawing.encode()).publish()
    if svg != STREAM:
        answer(_document(reference, found), "\n".join(_lines(found)), as_json=as_json)


def _give_link(settings: Settings, reference: str, *, as_json: bool) -> None:
    with open_site_database(settings) as database, database.writing() as db:
        profile = _known_profile(db, reference)
        path = new_numbers_path(db, profile.uid, random=secrets.token_urlsafe)
        address = settings.site_url + path
        answer({"reference": reference, "url": address}, address, as_json=as_json)  # or not made
    told = "whoever has this address sees the numbers; it is not shown again"
    click.echo(f"{reference}: {told}, and one given out before opens nothing any more", err=True)


def _take_link(settings: Settings, reference: str, *, as_json: bool) -> None:
    with open_site_database(settings) as database, database.writing() as db:
        delete_numbers_link(db, _known_profile(db, reference).uid)
    document = {"reference": reference, "url": None}
    answer(document, f"{reference}: no address shows the numbers", as_json=as_json)


def _known_profile(db: Connection, reference: str) -> Profile:
    profile = find_profile_by_reference(db, reference)
    if profile is None:
        raise DataError(
            f"no profile has the reference {reference}; nothing was changed",
            hint="compare with the column reference of the people file",
        )
    return profile


def _speech_of(profile: Profile) -> Speech:
    """The owner's language, as the chart is theirs; French where it is none of ours."""
    spoken = profile.language.split("-")[0].lower()
    language = spoken if spoken in languages() else DEFAULT_LANGUAGE
    translations = Translations.load(str(TRANSLATIONS), [language])
    return Speech(translations=translations, locale=Locale(language))


def _document(reference: str, found: Numbers) -> dict[str, Any]:
    return {
        "reference": reference,
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "by": found.grain,
        "periods": [
            {"first": each.first.isoformat(), "last": each.last.isoformat(), **asdict(each.tally)}
            for each in found.periods
            if each.tally != Tally()
        ],
        "cards": [{"token": token, **asdict(tally)} for token, tally in found.cards.items()],
        "total": asdict(found.total),
    }


def _lines(found: Numbers) -> list[str]:
    """A table of what was counted; a time without any has no line in it."""
    periods = [
        (each.first.isoformat(), each.tally) for each in found.periods if each.tally != Tally()
    ]
    cards = [
        (format_token(token) if token else "the link", tally)
        for token, tally in found.cards.items()
    ]
    openings = found.total.openings
    opened = "1 opening" if openings == 1 else f"{openings} openings"
    name = found.grain if found.grain == "day" else f"{found.grain} from"
    return [
        f"{found.since} to {found.until}: {opened}",
        _line(name, TAP_CHANNELS),
        *(_line(words, _cells(tally)) for words, tally in [*periods, *cards]),
        _line("sum", _cells(found.total)),
    ]


def _cells(tally: Tally) -> list[str]:
    return [str(getattr(tally, channel)) for channel in TAP_CHANNELS]


def _line(name: str, cells: Sequence[str]) -> str:
    return f"{name:<18}" + "".join(f"{cell:>9}" for cell in cells)
