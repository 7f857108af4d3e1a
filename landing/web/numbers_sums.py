"""An owner's numbers, summed up: by day or longer, by card, and all together."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Literal

from landing.storage.taps import TapKey

Grain = Literal["day", "week", "month"]

MOST_DAYS_BY_DAY = 90
MOST_DAYS_BY_WEEK = 731  # beyond, bars by week would be thinner than a stroke


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How often, by way. ``vcard`` and ``form`` are acts on a page that was opened before."""

    chip: int = 0
    qr: int = 0
    link: int = 0
    vcard: int = 0
    form: int = 0

    @property
    def openings(self) -> int:
        """How often a page was opened, whichever way."""
        return self.chip + self.qr + self.link

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        more = asdict(other)
        return Tally(**{way: count + more[way] for way, count in asdict(self).items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A day, a week or a month of it; the first and the last day both count."""

    first: date
    last: date
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The counts of one profile over some time, which has no gap in it.

    ``cards`` has a sum for each token that was counted, and last for the empty one: the link.
    """

    grain: Grain
    periods: tuple[Period, ...]
    cards: Mapping[str, Tally]
    total: Tally

    @property
    def since(self) -> date:
        """The first day of all."""
        return self.periods[0].first

    @property
    def until(self) -> date:
        """The last day of all."""
        return self.periods[-1].last

    @property
    def busiest(self) -> Period:
        """The period with the most openings; the latest of them, where there are several."""
        return max(reversed(self.periods), key=lambda period: period.tally.openings)


def grain_of(days: int) -> Grain:
    """Tell how much time one bar stands for, where so many days are shown."""
    if days <= MOST_DAYS_BY_DAY:
        return "day"
    return "week" if days <= MOST_DAYS_BY_WEEK else "month"


def first_day(until: date, days: int) -> date:
    """The day to count from; weeks begin on their Monday and months on the 1st, to be whole."""
    since = until - timedelta(days=days - 1)
    return _beginning(since, grain_of(days))


def sum_up(counts: Mapping[TapKey, int], *, until: date, days: int) -> Numbers:
    """Sum up the last ``days`` days up to ``until``; what was counted outside is left out."""
    grain = grain_of(days)
    since = first_day(until, days)
    periods = {first: Tally() for first in _beginnings(since, until, grain)}
    cards: dict[str, Tally] = {}
    total = Tally()
    for key, count in counts.items():
        if since <= key.day <= until:
            tally = Tally(**{key.channel: count})
            periods[_beginning(key.day, grain)] += tally
            cards[key.token] = cards.get(key.token, Tally()) + tally
            total += tally
    return Numbers(
        grain=grain,
        periods=tuple(_periods(periods, until)),
        cards=dict(sorted(cards.items(), key=lambda item: (not item[0], item[0]))),
        total=total,
    )


def _beginning(day: date, grain: Grain) -> date:
    match grain:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)


def _beginnings(since: date, until: date, grain: Grain) -> Iterator[date]:
    longest = {"day": 1, "week": 7, "month": 31}[grain]
    first = since
    while first <= until:
        yield first
        first = _beginning(first + timedelta(days=longest), grain)


def _periods(tallies: Mapping[date, Tally], until: date) -> Iterator[Period]:
    firsts = list(tallies)
    lasts = [first - timedelta(days=1) for first in firsts[1:]] + [until]
    for first, last in zip(firsts, lasts, strict=True):
        yield Period(first=first, last=last, tally=tallies[first])
