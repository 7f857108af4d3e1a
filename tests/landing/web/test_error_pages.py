"""Error pages look right in both languages, and say nothing of what was asked."""

import logging

import pytest
from flask import abort

from landing.web.errors import error_words
from tests.landing.web.cast import ZOE_CARD, Site, make_site
from tests.landing.web.pages import read_page

STATUSES = (400, 404, 405, 410, 413, 414, 422, 429, 500)


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with addresses that fail on purpose."""
    site = make_site(tmp_path_factory.mktemp("failing"))

    @site.app.get("/fail/<int:status>")
    def fail(status: int) -> str:
        abort(status)

    @site.app.get("/crash/<token>")
    def crash(token: str) -> str:
        raise RuntimeError("secret words of a visitor")

    return site


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_error_has_its_page(failing: Site, status: int, language: str) -> None:
    answer = failing.client().get(f"/fail/{status}", headers={"Accept-Language": language})

    page = read_page(answer.text)

    assert answer.status_code == status
    assert page.language == language
    assert answer.headers["Cache-Control"] == "no-store"
    assert "/fail" not in answer.text
    assert "Error" not in page.words


def test_every_error_has_its_own_words(failing: Site) -> None:
    with failing.app.test_request_context("/"):
        titles = {error_words(status)[0] for status in STATUSES}

    assert len(titles) == len(STATUSES)


def test_a_failure_of_ours_is_logged_and_not_shown(
    failing: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = failing.client().get(f"/crash/{ZOE_CARD}")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "RuntimeError" not in answer.text
    assert "a failure of ours in crash" in caplog.text
    assert "RuntimeError" in caplog.text


def test_a_failure_of_ours_leaves_the_token_out_of_the_log(
    failing: Site, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        failing.client().get(f"/crash/{ZOE_CARD}")

    assert caplog.records
    assert ZOE_CARD not in caplog.text


def test_a_method_that_does_not_work_names_those_that_do(failing: Site) -> None:
    answer = failing.client().delete("/")

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD"}


def test_too_many_attempts_are_told_to_wait(failing: Site) -> None:
    answer = failing.client().get("/fail/429")

    assert "Patientez quelques minutes" in answer.text
