"""Every card but an active one answers so that nobody learns anything."""

from collections.abc import Callable

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from landing.cards.model import CardState
from landing.contract.token import format_token
from tests.landing.web.cast import MISTYPED, UNKNOWN, ZOE_CARD, Site, make_site

SILENT_STATES: tuple[CardState, ...] = ("ordered", "encoded", "suspended", "unclaimed")
SHAPES = (
    "/c/{}",
    "/Q/{}",
    "/c/{}/contact.vcf",
    "/c/{}/connect",
    "/c/{}/activate",
    "/c/{}/qr",
    "/Q/{}/qr",
)
CLAIMED_AT = ("/c/{}", "/Q/{}", "/c/{}/activate")  # where an unclaimed card speaks up
LANGUAGES: tuple[dict[str, str], ...] = ({}, {"Accept-Language": "en"}, {"Accept-Language": "fr"})

Ask = Callable[[FlaskClient, str], TestResponse]


def _silent_tokens(site: Site, shape: str = "/c/{}") -> list[str]:
    """Tokens that must all answer alike; an unclaimed card among them where it keeps silent."""
    states = [state for state in SILENT_STATES if state != "unclaimed" or shape not in CLAIMED_AT]
    cards = [site.cards[state] for state in states]
    return [UNKNOWN, MISTYPED, "nonsense", *cards]


def _answers(client: FlaskClient, tokens: list[str], ask: Ask) -> set[tuple[object, ...]]:
    """Tell how many different answers there are, down to the last byte and header."""
    answers = [ask(client, token) for token in tokens]
    return {(each.status, each.data, tuple(each.headers.items())) for each in answers}


@pytest.mark.parametrize(
    ("method", "statuses"),
    [("GET", {404, 405}), ("HEAD", {404, 405}), ("POST", {404, 405}), ("PUT", {405})],
)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("headers", LANGUAGES)
def test_every_silent_card_answers_alike(
    client: FlaskClient,
    site: Site,
    method: str,
    statuses: set[int],
    shape: str,
    headers: dict[str, str],
) -> None:
    def ask(visitor: FlaskClient, token: str) -> TestResponse:
        return visitor.open(shape.format(token), method=method, headers=headers)

    answers = _answers(client, _silent_tokens(site, shape), ask)

    assert len(answers) == 1
    assert client.open(shape.format(UNKNOWN), method=method).status_code in statuses


def test_a_silent_card_is_404_and_not_stored(client: FlaskClient) -> None:
    answer = client.get(f"/c/{UNKNOWN}")

    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_silent_card_does_not_speak_its_owners_language(client: FlaskClient, site: Site) -> None:
    answer = client.get(f"/c/{site.cards['suspended']}")

    assert '<html lang="fr">' in answer.text


def test_nothing_echoes_the_token(client: FlaskClient, site: Site) -> None:
    answers = [client.get(f"/c/{token}?lang=en") for token in _silent_tokens(site)]

    for token, answer in zip(_silent_tokens(site), answers, strict=True):
        assert token not in answer.text
        assert token not in str(answer.headers)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_retired_card_is_gone_for_good(client: FlaskClient, site: Site, shape: str) -> None:
    method = "POST" if shape.endswith("/activate") else "GET"

    answer = client.open(shape.format(site.cards["retired"]), method=method)

    assert answer.status_code == 410
    assert answer.headers["Cache-Control"] == "no-store"
    assert site.cards["retired"] not in answer.text
    assert "Marc" not in answer.text


@pytest.mark.parametrize("letter", ["c", "C", "q", "Q"])
@pytest.mark.parametrize(
    "written",
    [ZOE_CARD, ZOE_CARD.lower(), format_token(ZOE_CARD), "7h3k 9qx2 mz4d g"],
)
def test_a_token_is_read_as_people_write_it(client: FlaskClient, letter: str, written: str) -> None:
    answer = client.get(f"/{letter}/{written}")

    assert answer.status_code == 200
    assert "Zoé Lefèvre" in answer.text


@pytest.mark.parametrize("shape", ["/c//{}", "/c/{}//contact.vcf"])
def test_doubled_slashes_are_not_mended_by_a_redirect(client: FlaskClient, shape: str) -> None:
    answer = client.get(shape.format(ZOE_CARD))

    assert answer.status_code == 404
    assert "Location" not in answer.headers


@pytest.mark.parametrize("fault", ["echo in the body", "echo in a header", "typo told apart"])
def test_a_telling_404_would_be_noticed(
    tmp_path_factory: pytest.TempPathFactory, fault: str
) -> None:
    broken = make_site(tmp_path_factory.mktemp("broken"))
    broken.app.after_request_funcs.setdefault(None, []).insert(0, _telling(broken.app, fault))
    client = broken.client()

    answers = _answers(client, _silent_tokens(broken), lambda who, token: who.get(f"/c/{token}"))

    assert len(answers) > 1


def _telling(app: Flask, fault: str) -> Callable[[Response], Response]:
    def tell(response: Response) -> Response:
        if fault == "echo in the body":
            response.set_data(response.get_data() + request.path.encode())
        elif fault == "echo in a header":
            response.headers["Link"] = f"<{request.path}>; rel=canonical"
        elif MISTYPED in request.path:
            response.headers["X-Hint"] = "typo"
        return response

    return tell
