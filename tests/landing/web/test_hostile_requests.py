"""Whatever is sent, it is answered with a page and never with a failure of ours."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from landing.web.limits import MAX_HEADER_BYTES, MAX_TARGET_BYTES
from tests.landing.web.cast import SITE_URL, ZOE_CARD, Site

PATHS = (
    "/c/%00",
    "/c/%FF%FE",
    "/c/" + "A" * 5000,
    "/c/%2e%2e/%2e%2e/etc/passwd",
    "/c/7H3K9QX2MZ4DG%00",
    "/c/７Ｈ３Ｋ９ＱＸ２ＭＺ４ＤＧ",
    "/c//",
    "/c/",
    "/Q",
    "/m/%00",
    "/m/" + "0" * 5000,
    "/x/%00",
    "/x/" + "é" * 500,
    "/privacy/" + "f" * 64,
    "/privacy/%00",
    "/?code=%00%FF&code=2&lang=%00",
    "/?lang=" + "en" * 3000,
    "/?" + "&".join(f"a{number}=1" for number in range(2000)),
)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "TRACE", "PROPFIND"])
def test_no_address_breaks_the_site(client: FlaskClient, path: str, method: str) -> None:
    answer = client.open(path, method=method)

    assert answer.status_code < 500
    assert "Traceback" not in answer.text


BODIES: dict[str, tuple[str, bytes]] = {
    "nulls": ("application/x-www-form-urlencoded", b"given_name=%00%00&\x00=\x00"),
    "bad charset": ("application/x-www-form-urlencoded; charset=nonsense", b"given_name=\xff\xfe"),
    "utf-7": ("application/x-www-form-urlencoded; charset=utf-7", b"given_name=+ADw-"),
    "half surrogates": ("application/x-www-form-urlencoded", b"given_name=%ED%A0%80"),
    "huge field": ("application/x-www-form-urlencoded", b"message=" + b"x" * 60_000),
    "huge body": ("application/x-www-form-urlencoded", b"message=" + b"x" * 1_000_000),
    "duplicate keys": ("application/x-www-form-urlencoded", b"email=a&" * 500),
    "a thousand fields": (
        "application/x-www-form-urlencoded",
        b"&".join(b"f%d=1" % number for number in range(1000)),
    ),
    "a thousand parts": (
        "multipart/form-data; boundary=b",
        b"".join(
            b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % number
            for number in range(1000)
        )
        + b"--b--\r\n",
    ),
    "no boundary": ("multipart/form-data", b"--b\r\n"),
    "never ending": ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form"),
    "a file": (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="email"; filename="../x"\r\n\r\nx\r\n--b--',
    ),
    "json": ("application/json", b'{"email": ["a"]}'),
    "no type": ("", b"\x00\x01\x02"),
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("path", [f"/c/{ZOE_CARD}", f"/c/{ZOE_CARD}/connect", "/", "/x/nothing"])
def test_no_body_breaks_the_site(client: FlaskClient, path: str, body: str) -> None:
    content_type, data = BODIES[body]

    answer = client.post(path, data=data, content_type=content_type)

    assert 400 <= answer.status_code < 500
    assert "Traceback" not in answer.text


def test_too_large_a_body_is_refused_as_such(client: FlaskClient) -> None:
    content_type, data = BODIES["huge body"]

    answer = client.post(f"/c/{ZOE_CARD}/connect", data=data, content_type=content_type)

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("headers", "protocol"), [({"Transfer-Encoding": "chunked"}, "HTTP/1.1"), ({}, "HTTP/2")]
)
def test_a_form_that_does_not_say_its_length_is_refused(
    site: Site, headers: dict[str, str], protocol: str
) -> None:
    environ = EnvironBuilder(
        path=f"/c/{ZOE_CARD}/connect",
        method="POST",
        base_url=SITE_URL,
        input_stream=BytesIO(b"message=" + b"x" * 100_000),
        content_type="application/x-www-form-urlencoded",
        headers=Headers(headers),
    ).get_environ()
    environ |= {"wsgi.input_terminated": True, "SERVER_PROTOCOL": protocol}
    del environ["CONTENT_LENGTH"]

    _body, status, _headers = run_wsgi_app(site.app, environ)

    assert status == "411 LENGTH REQUIRED"


def _asked(site: Site, path: str, **environ: str) -> tuple[int, str]:
    """Ask past the client, which mends what is odd; answer the status and the page."""
    asked = EnvironBuilder(path, base_url=SITE_URL).get_environ() | environ
    body, status, headers = run_wsgi_app(site.app, asked)
    assert headers["X-Content-Type-Options"] == "nosniff"
    return int(status.split()[0]), b"".join(body).decode()


@pytest.mark.parametrize(
    ("length", "status"), [(MAX_TARGET_BYTES, 404), (MAX_TARGET_BYTES + 1, 414), (60_000, 414)]
)
def test_address_is_no_longer_than_any_of_ours(site: Site, length: int, status: int) -> None:
    path = "/c/" + "7" * (length - len("/c/?x=1") + 1)

    told, page = _asked(site, path, QUERY_STRING="x=1")

    assert told == status
    assert "777" not in page


@pytest.mark.parametrize(
    ("length", "status"), [(MAX_HEADER_BYTES - 500, 200), (MAX_HEADER_BYTES + 50, 431)]
)
@pytest.mark.parametrize("count", [1, 40])
def test_headers_are_no_longer_than_a_browsers(
    site: Site, length: int, status: int, count: int
) -> None:
    more = {f"HTTP_X_ODD_{number:02}": "o" * (length // count - 13) for number in range(count)}

    told, _page = _asked(site, f"/c/{ZOE_CARD}/connect", **more)

    assert told == status


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "PUT", "get", "FOO", ""])
@pytest.mark.parametrize(
    "path", [f"/c/{ZOE_CARD}", f"/c/{ZOE_CARD}/connect", "/nowhere", "/healthz"]
)
def test_other_methods_are_refused_everywhere(client: FlaskClient, path: str, method: str) -> None:
    answer = client.open(path, environ_overrides={"REQUEST_METHOD": method})

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) <= {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("path", ["", "*", "evil.example:443", "c/7H3K9QX2MZ4DG"])
def test_target_that_is_no_path_is_refused(site: Site, path: str) -> None:
    status, page = _asked(site, "/", PATH_INFO=path)

    assert status == 400
    assert "evil" not in page


@pytest.mark.parametrize("query", ["\xff", "lang=\xe9", "code=\x86\xc1"])
@pytest.mark.parametrize("host", ["card.example", "evil.example"])
def test_query_that_is_no_text_is_refused(site: Site, query: str, host: str) -> None:
    status, _page = _asked(site, "/", QUERY_STRING=query, HTTP_HOST=host)

    assert status == 400


@pytest.mark.parametrize("path", [f"/c/{ZOE_CARD}", f"/c/{ZOE_CARD}/contact.vcf", "/privacy"])
@pytest.mark.parametrize("wanted", ["bytes=0-1", "bytes=-1", "bytes=9-1", "bytes=0-0,2-3", "x=1"])
def test_page_comes_whole_whatever_part_is_asked_for(
    client: FlaskClient, path: str, wanted: str
) -> None:
    answer = client.get(path, headers={"Range": wanted, "If-Range": '"x"'})

    assert answer.status_code == 200
    assert answer.data == client.get(path).data


HEADERS = (
    "Accept-Language",
    "Accept-Encoding",
    "If-None-Match",
    "Host",
    "X-Forwarded-For",
    "Range",
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(HEADERS),
    value=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=200),
    token=st.text(max_size=40),
)
@example(name="Host", value="XN--", token="")  # a label that the IDNA codec cannot read
def test_no_header_breaks_the_site(site: Site, name: str, value: str, token: str) -> None:
    for path in (f"/c/{ZOE_CARD}", "/c/" + token.replace("?", "").replace("#", "")):
        # Past the client, which reads the Host as well, and breaks on some.
        asked = EnvironBuilder(
            path, base_url=SITE_URL, headers=Headers([(name, value)])
        ).get_environ()
        _, status, _ = run_wsgi_app(site.app, asked)
        assert int(status.split()[0]) < 500
