"""The front door reads codes as people type them, and says what is wrong with one."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from landing.cards.activation_code import activation_code
from landing.contract.activation import format_activation
from landing.contract.token import format_token
from tests.landing.web.cast import MISTYPED, UNKNOWN, ZOE_CARD, Site

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
        f"https://card.example/c/{ZOE_CARD}/",
        f"https://card.example/c/{ZOE_CARD}?lang=en",
        f"https://card.example/c/{ZOE_CARD}?m=04A1B2C3D4E580x000001",
        f"https://card.example/Q/{ZOE_CARD}/contact.vcf#top",
        f"card.example/c/{ZOE_CARD.lower()}",
        " 7h3k 9qx2 mz4d g\n",
        "7H3K\u20139QX2\u2011MZ4D\u2014G",
        "7H3K\u00a09QX2\u202fMZ4D G",
        "\u200e7H3K-9QX2-MZ4D-G\ufeff",
        "７Ｈ３Ｋ９ＱＸ２ＭＺ４ＤＧ",
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


@pytest.mark.parametrize("write", [str, str.lower, format_activation, lambda code: f" {code} "])
def test_an_activation_code_is_told_where_it_belongs(
    client: FlaskClient, write: Callable[[str], str]
) -> None:
    typed = write(activation_code("k" * 32, ZOE_CARD))

    answer = client.get("/", query_string={"code": typed}, headers=FRENCH)

    assert answer.status_code == 422
    assert "est-ce le code d’activation du colis" in answer.text
    assert "treize" in answer.text
    assert f'value="{typed}"' in answer.text


def test_nothing_is_told_of_any_card(client: FlaskClient, site: Site) -> None:
    """A typo of a card that exists, and one of a card that does not, are told alike."""
    near = ZOE_CARD[:-1] + ("H" if ZOE_CARD[-1] != "H" else "J")
    far = UNKNOWN[:-1] + ("H" if UNKNOWN[-1] != "H" else "J")

    answers = [client.get("/", query_string={"code": typed}).text for typed in (near, far)]

    assert answers[0].replace(near, "") == answers[1].replace(far, "")
    assert not any(token in "".join(answers) for token in (ZOE_CARD, *site.cards.values()))


def test_what_was_typed_stays_words(client: FlaskClient) -> None:
    answer = client.get("/", query_string={"code": '"><script>x</script>'})

    assert "<script>" not in answer.text
