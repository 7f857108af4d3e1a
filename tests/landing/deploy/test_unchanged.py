"""Behind nginx and behind Caddy the site answers as it does without them."""

from pathlib import Path

import pytest

from tests.landing.deploy.fronts import PROXIES, Answer, Front, fronted
from tests.landing.web.cast import COMPANY_CARD, LOGO, PHOTO, UNKNOWN, ZOE_CARD

TAP = f"/c/{ZOE_CARD}"
PATHS = (
    TAP,
    f"/Q/{ZOE_CARD}?lang=en",
    f"{TAP}/contact.vcf",
    f"/c/{UNKNOWN}",
    f"/m/{PHOTO}-224.webp",
    f"/m/{LOGO}-112.png",
    "/",
    "/?code=hello",
    "/nowhere",
    "/privacy",
    "/favicon.svg",
)
HOP_BY_HOP = frozenset({"server", "date", "connection", "keep-alive", "transfer-encoding"})


def kept(answer: Answer) -> list[tuple[str, str]]:
    """What of an answer's headers is the site's own."""
    return sorted((name, value) for name, value in answer.headers if name not in HOP_BY_HOP)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_answer_comes_through_unchanged(front: Front, path: str, encoding: str) -> None:
    words = ("-H", "Accept-Language: fr", "-H", f"Accept-Encoding: {encoding}")

    through, direct = front.ask(path, *words), front.ask_directly(path, *words)

    assert through.version == "2"
    assert (through.status, through.body) == (direct.status, direct.body)
    assert kept(through) == kept(direct)


def _is_unchanged(front: Front, path: str) -> bool:
    words = ("-H", "Accept-Encoding: gzip")
    through, direct = front.ask(path, *words), front.ask_directly(path, *words)
    return (through.body, kept(through)) == (direct.body, kept(direct))


@pytest.mark.parametrize("proxy", PROXIES)
def test_changed_answer_would_be_noticed(proxy: str, tmp_path: Path) -> None:
    faults = {
        "nginx": ("proxy_store off;", 'add_header X-Content-Type-Options "nosniff" always;'),
        "caddy": ("header -Server", "encode gzip"),
    }
    shipped, broken = faults[proxy]

    with fronted(
        proxy, tmp_path / "front", change=lambda text: text.replace(shipped, broken)
    ) as front:
        unchanged = [_is_unchanged(front, path) for path in (TAP, "/favicon.svg", "/healthz")]

    assert not all(unchanged)


def test_page_that_the_browser_has_is_304(front: Front) -> None:
    first = front.ask(TAP, "-H", "Accept-Encoding: br")

    again = front.ask(
        TAP, "-H", "Accept-Encoding: br", "-H", f"If-None-Match: {first.header('etag')}"
    )

    assert (again.status, again.body) == (304, b"")
    assert again.header("content-security-policy") == first.header("content-security-policy")
    assert again.header("cache-control") == "private, no-cache"


def test_head_says_what_get_says(front: Front) -> None:
    got, asked = front.ask(TAP), front.ask(TAP, "--head")

    assert asked.status == 200
    assert kept(asked) == kept(got)


def test_every_header_comes_once(front: Front) -> None:
    answers = [front.ask(path) for path in (*PATHS, "/healthz", f"{TAP}/connect")]

    for answer in answers:
        names = [name for name, _ in answer.headers]
        assert sorted(names) == sorted(set(names))


def test_lost_card_is_dead_at_the_next_tap(front: Front) -> None:
    path = f"/c/{COMPANY_CARD}"
    before = [front.ask(path).status for _ in range(3)]

    front.site.done("wecard-landing", "card", "suspend", COMPANY_CARD)
    suspended = front.ask(path)
    front.site.done("wecard-landing", "card", "resume", COMPANY_CARD)
    resumed = front.ask(path)

    assert before == [200, 200, 200]
    assert suspended.status == 404
    assert b"Moulin" not in suspended.body
    assert resumed.status == 200


def test_page_kept_by_the_proxy_would_be_noticed(tmp_path: Path) -> None:
    def keep(text: str) -> str:
        zone = f"proxy_cache_path {tmp_path}/kept keys_zone=kept:1m;\n"
        rules = (
            "proxy_cache kept; proxy_cache_valid 1m; proxy_ignore_headers Cache-Control Vary;"
            ' proxy_cache_key "$request_uri";'
        )
        assert "proxy_cache off;" in text
        return zone + text.replace("proxy_cache off;", rules)

    with fronted("nginx", tmp_path / "front", change=keep) as front:
        front.ask(TAP)
        front.site.done("wecard-landing", "card", "suspend", ZOE_CARD)

        assert front.ask(TAP).status == 200


def test_form_that_is_as_long_as_the_site_takes_comes_through(front: Front) -> None:
    form = front.folder / "form"
    form.write_bytes(b"message=" + b"x" * 60_000)

    answer = front.ask(f"{TAP}/connect", "--data-binary", f"@{form}")

    assert answer.status == 422
    assert b"x" * 15_000 in answer.body


def test_long_report_of_a_workstation_comes_through(front: Front) -> None:
    station = front.site.done("wecard-landing", "station", "new", f"bench-{front.proxy}").split()[
        -1
    ]
    report = front.folder / "report"
    report.write_bytes(b'{"x": "' + b"x" * 3_000_000 + b'"}')
    words = ("-H", f"Authorization: Bearer {station}", "-H", "Content-Type: application/json")

    answer = front.ask("/api/v1/jobs/J-1/reports", *words, "--data-binary", f"@{report}")

    assert answer.status == 422
    assert answer.header("content-type") == "application/problem+json"
