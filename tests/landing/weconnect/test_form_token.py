"""The signed token in the form."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from landing.weconnect.formtoken import FORM_MAX_AGE, Showing, seal, unseal

KEY = "k" * 32
AT = datetime(2026, 11, 22, 14, 0, 0, 250_000, tzinfo=UTC)
SHOWING = Showing(
    card="7H3K9QX2MZ4DG",
    slug="",
    recipient="c" * 64,
    nonce="0" * 32,
    language="fr",
    notice="a" * 64,
    bundle="b" * 64,
    shown_at=AT,
)


def test_showing_comes_back_as_it_was_sealed() -> None:
    assert unseal(seal(SHOWING, KEY), KEY) == SHOWING


def test_token_of_another_key_is_not_ours() -> None:
    assert unseal(seal(SHOWING, "x" * 32), KEY) is None


@given(st.integers(0, 150), st.characters())
def test_changed_token_is_not_ours(place: int, character: str) -> None:
    token = seal(SHOWING, KEY)
    changed = token[:place] + character + token[place + 1 :]

    assert changed == token or unseal(changed, KEY) is None


@given(st.text())
def test_anything_else_is_not_ours(text: str) -> None:
    assert unseal(text, KEY) is None


def test_token_of_another_version_of_us_is_not_read() -> None:
    token = URLSafeSerializer(KEY, salt="weconnect-form/1").dumps({"card": "x", "shown_at": 0})

    assert unseal(str(token), KEY) is None


@pytest.mark.parametrize(
    ("age", "current"),
    [
        (timedelta(0), True),
        (FORM_MAX_AGE, True),
        (FORM_MAX_AGE + timedelta(milliseconds=1), False),
        (timedelta(seconds=-1), False),
    ],
)
def test_form_is_current_for_two_hours(age: timedelta, *, current: bool) -> None:
    assert SHOWING.is_current(AT + age) is current


@pytest.mark.parametrize(("seconds", "too_fast"), [(0, True), (2.9, True), (3, False)])
def test_form_sooner_than_the_minimum_is_too_fast(seconds: float, *, too_fast: bool) -> None:
    assert SHOWING.is_too_fast(AT + timedelta(seconds=seconds), 3) is too_fast


def test_form_shown_again_may_come_back_at_once() -> None:
    assert not replace(SHOWING, again=True).is_too_fast(AT, 3)


def test_no_minimum_lets_everything_pass() -> None:
    assert not SHOWING.is_too_fast(AT, 0)
