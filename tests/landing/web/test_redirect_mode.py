"""An active card in redirect mode leads on; nothing remembers that it did."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import pytest
from flask import Response

from landing.storage.cards import set_card_redirect, set_card_state
from landing.storage.database import open_database
from tests.landing.web.cast import NOW, UNKNOWN, ZOE_CARD, Site, make_site
from tests.landing.web.pages import read_page

ELSEWHERE = "https://dupont-industries.example/salon?stand=12"
ALLOWED_TO_BE_REMEMBERED = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT}


@pytest.fixture(scope="module")
def leading(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site where Zoé's card leads elsewhere."""
    return make_leading(tmp_path_factory.mktemp("leading"))


def make_leading(folder: Path) -> Site:
    """Make a site where Zoé's card leads elsewhere, and a suspended one would."""
    site = make_site(folder)
    url, lock_path = site.settings.database_url, site.settings.lock_path
    with open_database(url, lock_path) as store, store.writing() as db:
        for token in (ZOE_CARD, site.cards["suspended"], site.cards["retired"]):
            set_card_redirect(db, token, ELSEWHERE)
    return site


def is_forgotten_at_once(site: Site) -> bool:
    """Whether a phone that was led on asks again at the next tap. Source: RFC 9110, 15.4.2."""
    answer = site.client().get(f"/c/{ZOE_CARD}")
    return answer.status_code == 302 and answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", [f"/c/{ZOE_CARD}", f"/Q/{ZOE_CARD}", f"/q/{ZOE_CARD.lower()}"])
def test_card_leads_to_its_address(leading: Site, path: str, method: str) -> None:
    answer = leading.client().open(path, method=method)

    assert (answer.status_code, answer.headers["Location"]) == (302, ELSEWHERE)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    assert "Zoé" not in answer.text


def test_redirect_is_never_remembered(leading: Site) -> None:
    assert is_forgotten_at_once(leading)


@pytest.mark.parametrize("status", ALLOWED_TO_BE_REMEMBERED)
def test_permanent_redirect_would_be_noticed(tmp_path: Path, status: int) -> None:
    site = make_leading(tmp_path)
    site.app.after_request_funcs.setdefault(None, []).insert(0, _as(status))

    assert not is_forgotten_at_once(site)


def _as(status: int) -> Callable[[Response], Response]:
    def change(response: Response) -> Response:
        response.status_code = status
        return response

    return change


@pytest.mark.parametrize("part", ["contact.vcf", "connect", "qr"])
def test_the_rest_of_the_card_goes_on_working(leading: Site, part: str) -> None:
    answer = leading.client().get(f"/c/{ZOE_CARD}/{part}")

    assert answer.status_code == 200
    assert "Lefèvre" in answer.text


def test_suspended_card_leads_nowhere(leading: Site) -> None:
    answers = [
        leading.client().get(f"/c/{token}") for token in (leading.cards["suspended"], UNKNOWN)
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].data == answers[1].data
    assert "Location" not in answers[0].headers


def test_retired_card_leads_nowhere(leading: Site) -> None:
    answer = leading.client().get(f"/c/{leading.cards['retired']}")

    assert answer.status_code == 410
    assert "Location" not in answer.headers


def test_card_stopped_or_led_back_is_so_at_the_next_tap(tmp_path: Path) -> None:
    site = make_leading(tmp_path)
    url, lock_path = site.settings.database_url, site.settings.lock_path
    statuses = [site.client().get(f"/c/{ZOE_CARD}").status_code]

    with open_database(url, lock_path) as store:
        with store.writing() as db:
            set_card_state(db, ZOE_CARD, "suspended", NOW)
        statuses.append(site.client().get(f"/c/{ZOE_CARD}").status_code)
        with store.writing() as db:
            set_card_state(db, ZOE_CARD, "active", NOW)
            set_card_redirect(db, ZOE_CARD, None)
        statuses.append(site.client().get(f"/c/{ZOE_CARD}").status_code)

    assert statuses == [302, 404, 200]


FROM_A_PAGE_OF_OURS = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "fr"}


def test_who_comes_from_a_form_of_ours_is_led_on_by_a_page(leading: Site) -> None:
    """Browsers hold the form-action of our policy against a redirect behind a form."""
    answer = leading.client().get(f"/c/{ZOE_CARD}", headers=FROM_A_PAGE_OF_OURS)

    (link,) = [each for each in read_page(answer.text).links if each["href"] == ELSEWHERE]
    assert (answer.status_code, answer.headers["Refresh"]) == (200, f"0;url={ELSEWHERE}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert link["rel"] == "noopener noreferrer nofollow ugc"
    assert "dupont-industries.example." in read_page(answer.text).words
    assert "Zoé" not in answer.text


@pytest.mark.parametrize("site", ["none", "cross-site", "same-site", ""])
def test_everybody_else_is_redirected(leading: Site, site: str) -> None:
    answer = leading.client().get(f"/c/{ZOE_CARD}", headers={"Sec-Fetch-Site": site})

    assert answer.status_code == 302


def test_stopped_card_leads_nobody_on(leading: Site) -> None:
    answer = leading.client().get(f"/c/{leading.cards['suspended']}", headers=FROM_A_PAGE_OF_OURS)

    assert answer.status_code == 404
    assert "Refresh" not in answer.headers
