"""The signed token in the activation form."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from landing.activation.formtoken import FORM_MAX_AGE, is_ours, seal

KEY = "k" * 32
CARD = "7H3K9QX2MZ4DG"
AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "counts"),
    [
        (timedelta(0), True),
        (FORM_MAX_AGE, True),
        (FORM_MAX_AGE + timedelta(seconds=1), False),
        (timedelta(seconds=-1), False),
    ],
)
def test_form_counts_for_two_hours(age: timedelta, *, counts: bool) -> None:
    assert is_ours(seal(CARD, AT, KEY), CARD, KEY, now=AT + age) is counts


def test_form_of_another_card_or_another_key_does_not_count() -> None:
    assert not is_ours(seal("ZZZZZZZZZZZZR", AT, KEY), CARD, KEY, now=AT)
    assert not is_ours(seal(CARD, AT, "x" * 32), CARD, KEY, now=AT)


@pytest.mark.parametrize("content", [{"card": CARD}, [CARD], [CARD, 0, 1], CARD, None, []])
def test_what_we_signed_in_another_form_does_not_count(content: object) -> None:
    token = str(URLSafeSerializer(KEY, salt="activation-form/1").dumps(content))

    assert not is_ours(token, CARD, KEY, now=AT)


@given(st.text())
def test_anything_else_does_not_count(text: str) -> None:
    assert not is_ours(text, CARD, KEY, now=AT)


@given(st.integers(0, 30), st.characters(codec="ascii"))  # within what is signed
def test_changed_token_does_not_count(place: int, character: str) -> None:
    token = seal(CARD, AT, KEY)
    changed = token[:place] + character + token[place + 1 :]

    assert changed == token or not is_ours(changed, CARD, KEY, now=AT)
