"""Sums of counts: every count once, every day there, whole weeks and months."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landing.storage.taps import TAP_CHANNELS, TapKey
from landing.web.numbers_sums import Numbers, Tally, first_day, sum_up

UNTIL = date(2026, 11, 22)  # a Sunday
CARD = "7H3K9QX2MZ4DG"
KEYS = st.builds(
    TapKey,
    st.just("u"),
    st.sampled_from(["", CARD]),
    st.dates(date(2024, 1, 1), date(2027, 1, 1)),
    st.sampled_from(TAP_CHANNELS),
)
SPANS = [1, 7, 30, 90, 91, 365, 731, 732, 3660]


def key(day: date, channel: str = "chip", token: str = CARD) -> TapKey:
    """What one count is of."""
    return TapKey("u", token, day, channel)  # type: ignore[arg-type]


@given(st.dictionaries(KEYS, st.integers(1, 10**9), max_size=40), st.sampled_from(SPANS))
def test_every_count_inside_is_in_each_sum_once(counts: dict[TapKey, int], days: int) -> None:
    numbers = sum_up(counts, until=UNTIL, days=days)
    inside = {k: n for k, n in counts.items() if first_day(UNTIL, days) <= k.day <= UNTIL}

    for channel in TAP_CHANNELS:
        counted = sum(count for k, count in inside.items() if k.channel == channel)
        by_period = sum(getattr(period.tally, channel) for period in numbers.periods)
        by_card = sum(getattr(tally, channel) for tally in numbers.cards.values())
        assert counted == by_period == by_card == getattr(numbers.total, channel)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.sampled_from(SPANS))
def test_periods_follow_one_another_without_a_gap(until: date, days: int) -> None:
    numbers = sum_up({}, until=until, days=days)
    periods = numbers.periods

    assert (numbers.since, numbers.until) == (first_day(until, days), until)
    assert (until - numbers.since).days + 1 >= days
    for before, after in pairwise(periods):
        assert before.first <= before.last
        assert after.first == before.last + timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "grain", "periods", "since"),
    [
        (1, "day", 1, date(2026, 11, 22)),
        (30, "day", 30, date(2026, 10, 24)),
        (90, "day", 90, date(2026, 8, 25)),
        (91, "week", 13, date(2026, 8, 24)),
        (365, "week", 53, date(2025, 11, 17)),
        (732, "month", 25, date(2024, 11, 1)),
    ],
)
def test_longer_times_are_told_by_week_or_month(
    days: int, grain: str, periods: int, since: date
) -> None:
    numbers = sum_up({}, until=UNTIL, days=days)

    assert (numbers.grain, len(numbers.periods), numbers.since) == (grain, periods, since)


def test_weeks_begin_on_monday_and_end_on_sunday_or_today() -> None:
    numbers = sum_up({}, until=UNTIL - timedelta(days=2), days=365)

    assert {period.first.weekday() for period in numbers.periods} == {0}
    assert {period.last.weekday() for period in numbers.periods[:-1]} == {6}
    assert numbers.periods[-1].last == UNTIL - timedelta(days=2)


def test_saved_contacts_and_opened_forms_are_no_openings() -> None:
    tally = Tally(chip=1, qr=2, link=4, vcard=8, form=16)

    assert tally.openings == 7


def test_cards_come_in_order_and_the_link_last() -> None:
    counts = {key(UNTIL, "link", ""): 5, key(UNTIL, "qr", "B"): 1, key(UNTIL, "chip", "A"): 2}

    numbers = sum_up(counts, until=UNTIL, days=7)

    assert list(numbers.cards.items()) == [
        ("A", Tally(chip=2)),
        ("B", Tally(qr=1)),
        ("", Tally(link=5)),
    ]


def test_count_from_before_or_from_tomorrow_is_left_out() -> None:
    outside = [UNTIL - timedelta(days=7), UNTIL + timedelta(days=1)]

    numbers = sum_up({key(day): 9 for day in outside}, until=UNTIL, days=7)

    assert numbers.total == Tally()


def test_busiest_is_the_latest_of_those_with_most_openings() -> None:
    counts = {key(UNTIL - timedelta(days=back)): 4 for back in (1, 3)}
    counts[key(UNTIL, "vcard")] = 99

    numbers: Numbers = sum_up(counts, until=UNTIL, days=7)

    assert numbers.busiest.first == UNTIL - timedelta(days=1)
