"""The front door reads codes as people type them, and says what is wrong with one."""

import pytest
from flask.testing import FlaskClient

from landing.contract.token import format_token
from tests.landing.web.cast import MISTYPED, UNKNOWN, ZOE_CARD

FRENCH = {"Accept-Language": "fr"}


def test_the_door_asks_for_a_code(client: FlaskClient) -> None:
    answer = client.get("/", headers=FRENCH)

    assert answer.status_code == 200
    assert 'method="get"' in answer.text
    assert '<label for="code">' in answer.text
    assert 'aria-invalid="' not in answer.text


@pytest.mark.parametrize(
    "typed",
    [
        ZOE_CARD,
        ZOE_CARD.lower(),
        format_token(ZOE_CARD),
        f"  {ZOE_CARD} ",
        f"https://card.example/c/{ZOE_CARD}",
        f"HTTPS://CARD.EXAMPLE/Q/{ZOE_CARD}",
    ],
)
def test_a_good_code_leads_to_its_card(client: FlaskClient, typed: str) -> None:
    answer = client.get("/", query_string={"code": typed})

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/c/{ZOE_CARD}")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_code_that_nobody_has_leads_on_like_any_other(client: FlaskClient) -> None:
    answer = client.get("/", query_string={"code": UNKNOWN, "lang": "en"})

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/c/{UNKNOWN}?lang=en")


def test_a_typo_is_told_and_the_words_are_kept(client: FlaskClient) -> None:
    answer = client.get("/", query_string={"code": MISTYPED}, headers=FRENCH)

    assert answer.status_code == 422
    assert "Un caractère est mal recopié" in answer.text
    assert f'value="{MISTYPED}"' in answer.text
    assert 'aria-invalid="true" autofocus' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("typed", ["", "   ", "hello", "7H3K", "é" * 13, "x" * 3000, "\x00", "/"])
def test_what_is_no_code_is_asked_for_again(client: FlaskClient, typed: str) -> None:
    answer = client.get("/", query_string={"code": typed}, headers=FRENCH)

    assert answer.status_code == 422
    assert "treize lettres et chiffres" in answer.text
    assert "x" * 201 not in answer.text


def test_what_was_typed_stays_words(client: FlaskClient) -> None:
    answer = client.get("/", query_string={"code": '"><script>x</script>'})

    assert "<script>" not in answer.text
