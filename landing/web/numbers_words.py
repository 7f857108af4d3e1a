"""An owner's numbers in words, and as a chart, in the reader's language and form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from gettext import NullTranslations

from babel import Locale
from babel.dates import format_interval, format_skeleton
from babel.numbers import format_decimal

from landing.contract.token import format_token
from landing.web.chart import Chart, Series, Slot
from landing.web.numbers_sums import Grain, Numbers, Period, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A reader's language, and their way to write numbers and dates."""

    translations: NullTranslations
    locale: Locale

    def gettext(self, words: str) -> str:
        """Say words in the reader's language."""
        return self.translations.gettext(words)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Say a number of things, ``%(count)s`` being the number."""
        return self.translations.ngettext(one, many, count) % {"count": self.number(count)}

    def number(self, count: int) -> str:
        """Write a number."""
        return str(format_decimal(count, locale=self.locale))

    def day(self, day: date, skeleton: str) -> str:
        """Write a date that has these parts."""
        return str(format_skeleton(skeleton, day, locale=self.locale))

    def days(self, first: date, last: date, skeleton: str) -> str:
        """Write a day, or the time from one to another."""
        if first == last:
            return self.day(first, skeleton)
        return str(format_interval(first, last, skeleton, locale=self.locale))


def range_words(numbers: Numbers, speech: Speech) -> str:
    """The time that the numbers are of."""
    return speech.days(numbers.since, numbers.until, "yMMMMd")


def openings_words(count: int, speech: Speech) -> str:
    """How many openings."""
    return speech.ngettext("%(count)s opening", "%(count)s openings", count)


def way_words(tally: Tally, speech: Speech) -> list[str]:
    """How many by which way."""
    return [
        speech.gettext("%(count)s by the chip") % {"count": speech.number(tally.chip)},
        speech.gettext("%(count)s by the QR code") % {"count": speech.number(tally.qr)},
        speech.gettext("%(count)s by the link") % {"count": speech.number(tally.link)},
    ]


def act_words(tally: Tally, speech: Speech) -> list[str]:
    """What was done on the pages that were opened."""
    return [
        speech.ngettext("%(count)s contact saved", "%(count)s contacts saved", tally.vcard),
        speech.ngettext("%(count)s form opened", "%(count)s forms opened", tally.form),
    ]


def busiest_words(numbers: Numbers, speech: Speech) -> str:
    """When most was going on; empty when nothing was, or there is nothing to compare."""
    busiest = numbers.busiest
    if not busiest.tally.openings or len(numbers.periods) < 2:
        return ""
    said = {
        "day": speech.gettext("Busiest day: %(when)s, with %(openings)s."),
        "week": speech.gettext("Busiest week: %(when)s, with %(openings)s."),
        "month": speech.gettext("Busiest month: %(when)s, with %(openings)s."),
    }
    return said[numbers.grain] % {
        "when": period_words(busiest, numbers.grain, speech),
        "openings": openings_words(busiest.tally.openings, speech),
    }


def summary(numbers: Numbers, speech: Speech) -> str:
    """The sums in one line."""
    total = numbers.total
    parts = [openings_words(total.openings, speech), *way_words(total, speech)]
    return ", ".join([*parts, *act_words(total, speech)]) + "."


def period_words(period: Period, grain: Grain, speech: Speech) -> str:
    """A day, a week or a month, in full."""
    if grain == "month":
        return speech.day(period.first, "yMMMM")
    skeleton = "yMMMEd" if grain == "day" else "yMMMd"
    return speech.days(period.first, period.last, skeleton)


def card_words(token: str, speech: Speech) -> str:
    """A card by the end of the code that is printed on it, or the link.

    The end is enough to tell one's own cards apart, and opens nothing.
    """
    if not token:
        return speech.gettext("Link")
    return "…" + "-".join(format_token(token).split("-")[-2:])


def chart_of(numbers: Numbers, speech: Speech) -> Chart:
    """The numbers as a chart."""
    titles: Mapping[Grain, str] = {
        "day": speech.gettext("Openings by day, %(range)s"),
        "week": speech.gettext("Openings by week, %(range)s"),
        "month": speech.gettext("Openings by month, %(range)s"),
    }
    tallies = [period.tally for period in numbers.periods]
    saved, forms = act_words(numbers.total, speech)
    return Chart(
        title=titles[numbers.grain] % {"range": range_words(numbers, speech)},
        summary=summary(numbers, speech),
        nothing=speech.gettext("No opening yet"),
        slots=tuple(_slot(period, numbers.grain, speech) for period in numbers.periods),
        stacked=(
            _series(speech.gettext("Chip"), "chip", [tally.chip for tally in tallies]),
            _series(speech.gettext("QR code"), "qr", [tally.qr for tally in tallies]),
            _series(speech.gettext("Link"), "link", [tally.link for tally in tallies]),
        ),
        quiet=(
            _series(saved, "quiet", [tally.vcard for tally in tallies]),
            _series(forms, "quiet", [tally.form for tally in tallies]),
        ),
        locale=speech.locale,
    )


def _series(name: str, mark: str, counts: list[int]) -> Series:
    return Series(name=name, mark=mark, counts=tuple(counts))


def _slot(period: Period, grain: Grain, speech: Speech) -> Slot:
    label = speech.day(period.first, "yMMM" if grain == "month" else "MMMd")
    when = period_words(period, grain, speech)
    return Slot(label=label, words=f"{when}: {openings_words(period.tally.openings, speech)}")
