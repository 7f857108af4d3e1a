"""The site answers under its own name, and believes nobody about who asks."""

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from landing.web.proxies import TrustedProxies
from tests.landing.web.cast import ZOE_CARD, Site, make_site

TAP = f"/c/{ZOE_CARD}"


@pytest.mark.parametrize("host", ["card.example", "CARD.example", "card.example:443"])
def test_the_sites_own_name_is_answered(site: Site, host: str) -> None:
    answer = site.client().get(TAP, headers={"Host": host})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "card.example.evil.example",
        "card.example:8443",
        "card.example:80",
        "x@card.example",
        "card.example/",
        "127.0.0.1",
        "",
        "card.example, evil.example",
        "\xe9.example",
    ],
)
def test_another_name_is_refused_without_a_word(site: Site, host: str) -> None:
    answer = site.client().get(TAP, headers={"Host": host})

    assert answer.status_code == 400
    assert "Zoé" not in answer.text
    assert "evil" not in answer.text


def test_a_port_of_the_site_is_part_of_its_name(tmp_path_factory: pytest.TempPathFactory) -> None:
    site = make_site(tmp_path_factory.mktemp("port"), site_url="http://127.0.0.1:8123")

    statuses = {
        host: site.client().get(TAP, headers={"Host": host}).status_code
        for host in ("127.0.0.1:8123", "127.0.0.1", "127.0.0.1:80")
    }

    assert statuses == {"127.0.0.1:8123": 200, "127.0.0.1": 400, "127.0.0.1:80": 400}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("host", ["card.example", "127.0.0.1:8000", "localhost"])
@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1"])
def test_the_operator_asks_from_this_machine(site: Site, path: str, host: str, peer: str) -> None:
    answer = site.client().get(path, headers={"Host": host}, environ_base={"REMOTE_ADDR": peer})

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("host", ["card.example", "127.0.0.1"])
@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("192.0.2.7", {}),
        ("2001:db8::7", {}),
        ("", {}),
        ("unix", {}),
        ("192.0.2.7", {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}),
    ],
)
def test_nobody_else_learns_how_the_site_is(
    site: Site, path: str, host: str, peer: str, headers: dict[str, str]
) -> None:
    answer = site.client().get(
        path, headers={"Host": host, **headers}, environ_base={"REMOTE_ADDR": peer}
    )

    assert answer.status_code == 404


def test_a_site_without_its_database_is_alive_but_not_ready(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    site = make_site(tmp_path_factory.mktemp("bare"))
    site.app.extensions["wecard"].database.close()
    (site.settings.data_dir / "wecard.db").unlink()

    statuses = [site.client().get(path).status_code for path in ("/healthz", "/readyz", TAP)]

    assert statuses == [200, 503, 500]


def _seen(peer: str, headers: dict[str, str], trusted: tuple[str, ...]) -> tuple[str, str, str]:
    seen: dict[str, str] = {}

    def app(environ: dict[str, str], _start: object) -> list[bytes]:
        seen.update({name: str(value) for name, value in environ.items()})
        return []

    builder = EnvironBuilder(
        base_url="http://inside:8000", headers=Headers(headers), environ_base={"REMOTE_ADDR": peer}
    )
    TrustedProxies(app, trusted)(builder.get_environ(), lambda *_: lambda _: None)
    return seen["REMOTE_ADDR"], seen["wsgi.url_scheme"], seen["HTTP_HOST"]


FORWARDED = {
    "X-Forwarded-For": "198.51.100.9, 192.0.2.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "card.example",
}


def test_a_trusted_proxy_is_believed() -> None:
    seen = _seen("10.0.0.2", FORWARDED, ("10.0.0.0/8",))

    assert seen == ("192.0.2.7", "https", "card.example")


@pytest.mark.parametrize("trusted", [(), ("10.0.0.3",), ("2001:db8::/32",)])
def test_a_stranger_is_not_believed(trusted: tuple[str, ...]) -> None:
    seen = _seen("10.0.0.2", FORWARDED, trusted)

    assert seen == ("10.0.0.2", "http", "inside:8000")


@pytest.mark.parametrize("scheme", ["javascript", "HTTPS,", "https ftp"])
def test_a_scheme_that_is_none_of_ours_is_not_believed(scheme: str) -> None:
    seen = _seen("10.0.0.2", {"X-Forwarded-Proto": scheme}, ("10.0.0.2",))

    assert seen[1] == "http"


def test_what_a_visitor_wrote_before_the_proxies_is_not_believed() -> None:
    headers = {"X-Forwarded-For": "127.0.0.1, 192.0.2.7, 10.0.0.9"}

    seen = _seen("10.0.0.2", headers, ("10.0.0.0/8",))

    assert seen[0] == "192.0.2.7"


@pytest.mark.parametrize("forwarded", ["", ",", "nonsense", "127.0.0.1'; --"])
def test_a_broken_list_of_hops_breaks_nothing(forwarded: str) -> None:
    seen = _seen("10.0.0.2", {"X-Forwarded-For": forwarded}, ("10.0.0.2",))

    assert seen[1:] == ("http", "inside:8000")


def test_a_trusted_proxy_passes_the_sites_name_on(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    site = make_site(tmp_path_factory.mktemp("proxied"), trusted_proxies=("127.0.0.1",))
    headers = {
        "Host": "inside:8000",
        "X-Forwarded-Host": "card.example",
        "X-Forwarded-For": "1.2.3.4",
    }

    statuses = [
        site.client().get(TAP, headers=headers, environ_base={"REMOTE_ADDR": peer}).status_code
        for peer in ("127.0.0.1", "192.0.2.7")
    ]

    assert statuses == [200, 400]
