"""Every answer to a visitor carries the same headers, and no cookie."""

import pytest
from flask import Response
from flask.testing import FlaskClient

from landing.web.headers import content_security_policy
from tests.landing.web.cast import LOGO, MARC_CARD, PHOTO, UNKNOWN, ZOE_CARD, Site, make_site
from tests.landing.web.pages import read_page

PATHS = (
    "/",
    "/?code=7H3K9QX2MZ4DH",
    f"/?code={ZOE_CARD}",
    f"/c/{ZOE_CARD}",
    f"/Q/{ZOE_CARD}",
    f"/c/{MARC_CARD}",
    f"/c/{ZOE_CARD}/contact.vcf",
    f"/c/{ZOE_CARD}/connect",
    f"/c/{UNKNOWN}",
    f"/c/{UNKNOWN}/connect",
    f"/c/{UNKNOWN}/contact.vcf",
    f"/m/{PHOTO}-224.webp",
    f"/m/{LOGO}-112.png",
    "/m/nothing",
    "/x/nothing",
    "/privacy",
    "/privacy/nothing",
    "/favicon.svg",
    "/robots.txt",
    "/nowhere",
)
HEADERS = {
    "X-Robots-Tag": "noindex, noarchive",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
VARY = "Accept-Encoding, Accept-Language"
POLICY = (
    "default-src 'none'; img-src 'self'; style-src {}; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_every_answer_is_guarded(client: FlaskClient, path: str, method: str) -> None:
    answer = client.open(path, method=method)

    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["Vary"] in {VARY, f"{VARY}, User-Agent"}  # one more on the tap page
    assert answer.headers["Cache-Control"]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "Set-Cookie" not in answer.headers


def test_the_style_of_every_page_is_the_one_that_the_policy_names(client: FlaskClient) -> None:
    answers = [client.get(path) for path in PATHS]

    pages = [answer for answer in answers if answer.data.startswith(b"<!doctype html>")]

    assert len(pages) > 10
    for answer in (page for page in pages if page.status_code != 303):
        (style,) = read_page(answer.text).style_hashes
        assert f" style-src {style};" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", [path for path in PATHS if "privacy" not in path])
def test_the_policy_is_the_strict_one(client: FlaskClient, path: str) -> None:
    of_all = client.get("/").text
    answer = client.get(path)

    page = answer.text if answer.mimetype == "text/html" and "<style>" in answer.text else of_all
    (style,) = read_page(page).style_hashes
    assert answer.headers["Content-Security-Policy"] == POLICY.format(style)


@pytest.mark.parametrize(
    ("sources", "styles"),
    [
        ((), "'none'"),
        (("'sha256-A='",), "'sha256-A='"),
        (("'sha256-A='", "'sha256-B='"), "'sha256-A=' 'sha256-B='"),
    ],
)
def test_the_policy_names_every_style_of_a_page(sources: tuple[str, ...], styles: str) -> None:
    policy = content_security_policy(*sources)

    assert policy == POLICY.format(styles)


def test_headers_stand_in_a_304_too(client: FlaskClient) -> None:
    etag = client.get(f"/c/{ZOE_CARD}").headers["ETag"]

    answer = client.get(f"/c/{ZOE_CARD}", headers={"If-None-Match": etag})

    assert answer.status_code == 304
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "style-src 'sha256-" in answer.headers["Content-Security-Policy"]


def test_headers_stand_on_a_refused_host_too(site: Site) -> None:
    answer = site.client().get(f"/c/{ZOE_CARD}", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def _cookies_given(site: Site) -> list[str]:
    """All cookies that the site sets, whatever is asked of it."""
    visitor = site.client()
    words = {"given_name": "Inès"}
    answers = [ask for path in PATHS for ask in (visitor.get(path), visitor.post(path, data=words))]
    return [cookie for answer in answers for cookie in answer.headers.getlist("Set-Cookie")]


def test_no_visitor_is_ever_given_a_cookie(site: Site) -> None:
    assert _cookies_given(site) == []


def test_a_cookie_would_be_noticed(tmp_path_factory: pytest.TempPathFactory) -> None:
    broken = make_site(tmp_path_factory.mktemp("cookie"))

    @broken.app.after_request
    def remember(response: Response) -> Response:
        response.set_cookie("seen", "1")
        return response

    assert _cookies_given(broken)


def test_a_cookie_that_a_visitor_brings_changes_nothing(client: FlaskClient) -> None:
    plain = client.get(f"/c/{ZOE_CARD}")

    answer = client.get(f"/c/{ZOE_CARD}", headers={"Cookie": "session=eyJhIjoxfQ.x.y"})

    assert answer.data == plain.data
    assert "Cookie" not in answer.headers["Vary"]
