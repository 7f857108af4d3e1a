"""What nginx and Caddy keep away from the site, and how they say so."""

import socket
import ssl
from pathlib import Path

import pytest
from markupsafe import Markup

from landing.web.headers import security_headers
from landing.web.stylesheet import Stylesheet
from tests.landing.deploy.fronts import NAME, PAGES, PROXIES, Answer, Front, fronted, without
from tests.landing.web.cast import ZOE_CARD

TAP = f"/c/{ZOE_CARD}"
OPERATORS = ("/healthz", "/readyz", "/metrics", "/%72eadyz", "/x/../readyz")
OLD_CIPHER = "ECDHE-ECDSA-AES256-SHA"  # CBC


def says(answer: Answer, page: str) -> bool:
    """Whether an answer is that page of the proxy's, whole, under the site's own rules."""
    content = (PAGES / f"wecard-{page}.html").read_text(encoding="utf-8")
    style = content.partition("<style>")[2].partition("</style>")[0]
    wanted = security_headers(Stylesheet(Markup(style))) | {
        "Cache-Control": "no-store",
        "Content-Type": "text/html; charset=utf-8",
    }
    del wanted["Vary"]  # both languages are on one page, and it is not compressed
    given = {name: answer.header(name.lower()) for name in wanted}
    return answer.body == content.encode() and given == wanted


@pytest.mark.parametrize("words", [(), ("--http1.1",), ("-H", "Range: bytes=0-9")])
def test_form_that_is_too_long_is_told(front: Front, words: tuple[str, ...]) -> None:
    form = front.folder / "form"
    form.write_bytes(b"message=" + b"x" * 70_000)

    answer = front.ask(f"{TAP}/connect", "--data-binary", f"@{form}", *words)

    assert answer.status == 413
    assert says(answer, "too-much")


@pytest.mark.parametrize("path", OPERATORS)
@pytest.mark.parametrize("words", [(), ("-H", "Host: 127.0.0.1"), ("-H", "X-Forwarded-For: ::1")])
def test_operators_paths_are_not_passed_on(front: Front, path: str, words: tuple[str, ...]) -> None:
    answer = front.ask(path, *words)

    assert answer.status in (404, 421)
    assert says(answer, "refused")


def test_another_name_is_refused(front: Front) -> None:
    answers = [
        front.ask(TAP, "-H", "Host: evil.example", words) for words in ("--http1.1", "--http2")
    ]

    assert {answer.status for answer in answers} <= {400, 421}
    for answer in answers:
        assert b"evil" not in answer.body
        assert b"Zo\xc3\xa9" not in answer.body


def test_plain_http_leads_to_https(front: Front) -> None:
    answer = front.ask(f"{TAP}?lang=en", scheme="http")

    assert answer.status in (301, 308)
    assert answer.header("location") == f"https://{NAME}{TAP}?lang=en"
    assert answer.header("set-cookie") is None


def test_plain_http_leads_nowhere_else(front: Front) -> None:
    answer = front.ask("//evil.example/x", "-H", "Host: evil.example", scheme="http")

    assert (answer.header("location") or f"https://{NAME}/").startswith(f"https://{NAME}/")


def _last_of_many_wrong_tokens(front: Front) -> int:
    """Try more wrong tokens than one address may, each from an address made up by the visitor."""
    status = 0
    for number in range(12):
        made_up = [
            f"{name}: {value}10.0.0.{number}"
            for name in ("X-Forwarded-For", "X_Forwarded_For", "x_forwarded-for", "Forwarded")
            for value in ("for=" if name == "Forwarded" else "",)
        ]
        words = [word for header in made_up for word in ("-H", header)]
        status = front.ask("/api/v1/jobs/J", "-H", "Authorization: Bearer x", *words).status
    return status


def test_address_made_up_by_a_visitor_is_not_believed(front: Front) -> None:
    assert _last_of_many_wrong_tokens(front) == 429


@pytest.mark.parametrize("proxy", PROXIES)
def test_address_that_is_believed_would_be_noticed(proxy: str, tmp_path: Path) -> None:
    fault = {
        "nginx": lambda text: text.replace("$remote_addr;", "$http_x_forwarded_for;"),
        "caddy": without(r"request_header -X_\*"),
    }

    with fronted(proxy, tmp_path / "front", change=fault[proxy]) as front:
        assert _last_of_many_wrong_tokens(front) == 401


def _shake_hands(front: Front, version: ssl.TLSVersion, ciphers: str | None = None) -> str | None:
    context = ssl.create_default_context(cafile=front.folder / "cert.pem")
    context.minimum_version = context.maximum_version = version
    context.set_alpn_protocols(["h2", "http/1.1"])
    if ciphers:
        context.set_ciphers(ciphers)
    with (
        socket.create_connection(("127.0.0.1", front.https), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname=NAME) as secure,
    ):
        return secure.selected_alpn_protocol()


def test_both_versions_of_tls_that_are_safe_are_spoken(front: Front) -> None:
    spoken = [
        _shake_hands(front, version) for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
    ]

    assert spoken == ["h2", "h2"]


def test_old_cipher_is_refused(front: Front) -> None:
    with pytest.raises(ssl.SSLError):
        _shake_hands(front, ssl.TLSVersion.TLSv1_2, OLD_CIPHER)


def test_old_cipher_would_be_noticed(tmp_path: Path) -> None:
    with fronted("nginx", tmp_path / "front", change=without("ssl_ciphers")) as front:
        assert _shake_hands(front, ssl.TLSVersion.TLSv1_2, OLD_CIPHER) is not None


@pytest.mark.parametrize("proxy", PROXIES)
def test_site_that_is_stopped_is_told_quietly(proxy: str, tmp_path: Path) -> None:
    with fronted(proxy, tmp_path / "front", serving=False) as front:
        answers = [
            front.ask(TAP),
            front.ask(f"{TAP}/connect", "-d", "message=x"),
            front.ask(TAP, "-H", "If-None-Match: *", "-H", "Range: bytes=0-1", "--http1.1"),
        ]

    assert {answer.status for answer in answers} <= {502, 503}
    assert all(says(answer, "away") for answer in answers)
    assert {answer.header("retry-after") for answer in answers} == {"10"}


@pytest.mark.parametrize("proxy", PROXIES)
def test_pages_own_style_that_is_not_allowed_would_be_noticed(proxy: str, tmp_path: Path) -> None:
    def change(text: str) -> str:
        return text.replace("style-src 'sha256-", "style-src 'sha256-x")

    with fronted(proxy, tmp_path / "front", serving=False, change=change) as front:
        assert not says(front.ask(TAP), "away")
