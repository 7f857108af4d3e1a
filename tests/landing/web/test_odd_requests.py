"""Tens of thousands of odd requests: whatever comes, a guarded answer that says none of it."""

import gzip
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO, StringIO
from random import Random
from typing import Any
from urllib.parse import unquote_to_bytes

import brotli
import pytest
from flask import Response, request
from markupsafe import escape
from werkzeug.test import run_wsgi_app

from landing.web.headers import security_headers
from landing.web.resources import resource_dir
from landing.web.stylesheet import read_stylesheet
from tests.landing.web.cast import Site, make_site
from tests.landing.web.odd_requests import CANARY, MARKUP, OddRequest, odd_requests

IN_PROCESS = 45_000  # test_odd_bytes.py sends 5 000 more over a socket
ENOUGH = 4_000  # to find a fault that is there
SEED = 20_261_125
GUARDED = [*security_headers(read_stylesheet(resource_dir("static") / "site.css")), "Cache-Control"]
OURS = ("Traceback", "werkzeug", "Internal Server Error", "RuntimeError", MARKUP)


def environ_of(asked: OddRequest, random: Random) -> dict[str, Any]:
    """Make of a request what the server makes of it, with an address of its own."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": asked.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(asked.path).decode("latin-1"),
        "QUERY_STRING": asked.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": random.choice(("HTTP/1.1", "HTTP/1.1", "HTTP/1", "HTTP/2")),
        "REMOTE_ADDR": ".".join(str(random.randrange(256)) for _ in range(4)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(asked.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in asked.headers:
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return environ


def faults_of(app: Any, asked: OddRequest, random: Random) -> Iterator[str]:
    """Ask, and tell what is wrong with the answer."""
    chunks, status, headers = run_wsgi_app(app, environ_of(asked, random))
    body, code = b"".join(chunks), int(status.split()[0])
    names = [name.lower() for name in headers.keys()]  # noqa: SIM118  # one for each, not each once
    if code >= 500 or code < 200:
        yield f"the status is {status}"
    yield from (f"{name} is missing" for name in GUARDED if name.lower() not in names)
    yield from (f"{name} comes twice" for name in set(names) if names.count(name) > 1)
    if "set-cookie" in names:
        yield "a cookie is set"
    if code == 405 and "allow" not in names:
        yield "no method is named that works"
    if asked.method != "HEAD" and code != 304 and int(headers["Content-Length"]) != len(body):
        yield "the length is wrong"
    if not str(headers["Content-Security-Policy"]).startswith("default-src 'none'; "):
        yield "the policy lets something in"
    said = repr(list(headers)) + _decoded(body, headers.get("Content-Encoding"))
    if CANARY in said and not _may_be_said_again(asked):
        yield "something of the request is said again"
    yield from (f"{word!r} is said" for word in OURS if word in said)


def _decoded(body: bytes, encoding: str | None) -> str:
    if body and encoding is not None:
        body = {"gzip": gzip.decompress, "br": brotli.decompress}[encoding](body)
    return body.decode("latin-1" if body[:4] in (b"RIFF", b"\x89PNG") else "utf-8")


def _may_be_said_again(asked: OddRequest) -> bool:
    """What is typed as a code, or into the form, is shown to its writer again."""
    return (asked.path in (b"/", b"") and "code=" in asked.query) or asked.method == "POST"


def first_fault(app: Any, count: int) -> str | None:
    """The first fault that so many odd requests bring to light, with its request."""
    random = Random(SEED)
    for asked in odd_requests(random, count):
        for fault in faults_of(app, asked, random):
            return f"{fault}: {asked}"
    return None


@pytest.fixture
def odd_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site of its own: some odd forms are good enough to be kept."""
    return make_site(tmp_path_factory.mktemp("odd"))


def test_no_odd_request_breaks_the_site(odd_site: Site) -> None:
    assert first_fault(odd_site.app, IN_PROCESS) is None


def _view_that_fails(site: Site) -> Any:
    @site.app.before_request
    def read() -> None:
        request.headers.get("User-Agent", "").encode("ascii")

    return site.app


def _length_that_is_wrong(site: Site) -> Any:
    def longer(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [
            (name, value + "0" if name == "Content-Length" else value) for name, value in headers
        ]

    return _after(site, longer)


def _page_with_odd_markup(site: Site) -> Any:
    @site.app.after_request
    def show(response: Response) -> Response:
        if response.status_code == 422 and response.mimetype == "text/html":
            response.set_data(response.get_data() + request.args.get("code", "").encode())
        return response

    return site.app


def _header_that_is_forgotten(site: Site) -> Any:
    return _after(site, lambda headers: [pair for pair in headers if "Robots" not in pair[0]])


def _header_that_comes_twice(site: Site) -> Any:
    return _after(site, lambda headers: [*headers, ("Referrer-Policy", "unsafe-url")])


def _page_that_says_what_was_asked(site: Site) -> Any:
    @site.app.errorhandler(404)
    def tell(_error: Exception) -> Response:
        return Response(f"<p>There is no {escape(request.path)}.", 404, mimetype="text/html")

    return site.app


def _header_that_says_what_was_asked(site: Site) -> Any:
    @site.app.after_request
    def tell(response: Response) -> Response:
        response.headers["Content-Language"] = request.args.get("lang", "fr")
        return response

    return site.app


def _cookie_that_is_set(site: Site) -> Any:
    return _after(site, lambda headers: [*headers, ("Set-Cookie", "seen=1")])


def _after(site: Site, change: Callable[[list[tuple[str, str]]], list[tuple[str, str]]]) -> Any:
    """The application with other headers in its 405, as a server step of ours might make them."""

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(
                status, change(headers) if status[:3] == "405" else headers, *rest
            )

        return site.app(environ, start)

    return app


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (_view_that_fails, "the status is 500"),
        (_header_that_is_forgotten, "X-Robots-Tag is missing"),
        (_header_that_comes_twice, "referrer-policy comes twice"),
        (_page_that_says_what_was_asked, "something of the request is said again"),
        (_header_that_says_what_was_asked, "something of the request is said again"),
        (_cookie_that_is_set, "a cookie is set"),
        (_length_that_is_wrong, "the length is wrong"),
        (_page_with_odd_markup, repr(MARKUP)),
    ],
)
def test_broken_site_would_be_noticed(
    odd_site: Site, broken: Callable[[Site], Any], told: str
) -> None:
    fault = first_fault(broken(odd_site), ENOUGH)

    assert fault is not None
    assert fault.startswith(told)
