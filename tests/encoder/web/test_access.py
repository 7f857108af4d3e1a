"""Who gets at the page: real requests with a wrong host, origin, cookie or key."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from encoder.web.access import KEY_SECONDS, Doorkeeper
from landing.contract.documents import dump_job
from tests.encoder.kit import make_job
from tests.stations import RunningStation, bench_in, come_in

PATHS = ("/fr/", "/en/figures", "/events", "/state", "/readers", "/report", "/qr/7H3K9QX2MZ4DG.svg")
EMPTY = ("/fr/", "/en/figures")
LEVERS = ("fetch", "start", "pause", "resume", "finish", "again", "redo", "print", "print-missing")


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStation]:
    """A station that a browser came into."""
    with bench_in(tmp_path_factory.mktemp("bench")) as bench, bench.entered() as running:
        yield running


def test_page_is_served_to_the_browser_that_had_the_key(station: RunningStation) -> None:
    assert [station.ask("GET", path)[0] for path in ("/fr/", "/en/", "/fr/figures")] == [200] * 3


def test_key_works_once(station: RunningStation) -> None:
    status, page = station.ask("GET", station.address.removeprefix(station.origin), Cookie="")

    assert status == 401
    assert "wecard-encoder station" in page


def test_who_only_looks_uses_no_key_up(station: RunningStation) -> None:
    _, told = station.ask("POST", "/do/address", "{}")
    address = json.loads(told)["address"]

    looked, _ = station.ask("HEAD", address.removeprefix(station.origin), Cookie="")

    assert looked == 405
    assert come_in(address).word


def test_another_browser_comes_in_with_a_key_of_its_own(station: RunningStation) -> None:
    _, told = station.ask("POST", "/do/address", "{}")

    another = come_in(json.loads(told)["address"])

    own = {name.replace("-", "_"): value for name, value in another.headers.items()}
    assert another.cookie != station.visit.cookie
    assert station.ask("GET", "/state", **own)[0] == 200
    assert station.ask("GET", "/state")[0] == 200


def test_first_tab_stays_open_beside_a_second_one_of_the_same_browser(
    station: RunningStation,
) -> None:
    _, told = station.ask("POST", "/do/address", "{}")

    second = come_in(json.loads(told)["address"])

    assert station.ask("GET", "/state", Cookie=second.cookie)[0] == 200


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(station: RunningStation) -> None:
    _, told = station.ask("POST", "/do/address", "{}")

    with urllib.request.urlopen(json.loads(told)["address"]) as answer:
        attributes = {part.strip() for part in answer.headers["Set-Cookie"].split(";")[1:]}

    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= attributes


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("cookie", ["", "wecard_station=guess", "wecard_station_0=x"])
def test_nothing_is_shown_without_the_cookie(
    station: RunningStation, path: str, cookie: str
) -> None:
    assert station.ask("GET", path, Cookie=cookie)[0] == 401


@pytest.mark.parametrize("lever", LEVERS)
def test_nothing_is_done_without_the_cookie(station: RunningStation, lever: str) -> None:
    assert station.ask("POST", f"/do/{lever}", "{}", Cookie="")[0] == 401


@pytest.mark.parametrize("word", ["", "guess", "{cookie}"])
@pytest.mark.parametrize("lever", LEVERS)
def test_nothing_is_done_with_the_cookie_alone(
    station: RunningStation, lever: str, word: str
) -> None:
    told = word.format(cookie=station.visit.cookie.partition("=")[2])

    assert station.ask("POST", f"/do/{lever}", "{}", Station_Pass=told)[0] == 401


def test_pass_in_the_address_does_nothing(station: RunningStation) -> None:
    path = f"/do/address?pass={station.visit.word}"

    assert station.ask("POST", path, "{}", Station_Pass="")[0] == 401


@pytest.mark.parametrize("path", [*(p for p in PATHS if p not in EMPTY), "/figures/en", "/none"])
def test_nothing_is_shown_with_the_cookie_alone(station: RunningStation, path: str) -> None:
    assert station.ask("GET", path, Station_Pass="")[0] == 401
    assert station.ask("GET", f"{path}?pass=guess", Station_Pass="")[0] == 401


def test_pages_that_the_cookie_alone_opens_tell_nothing(station: RunningStation) -> None:
    pages = [station.ask("GET", path, Station_Pass="") for path in EMPTY]

    assert [status for status, _ in pages] == [200, 200]
    assert not any(word in page for _, page in pages for word in ("bench-1", "mona"))
    assert not any(station.visit.word in page for _, page in pages)
    assert all(word in station.ask("GET", "/state")[1] for word in ("bench-1", "mona"))


def test_pictures_and_streams_bring_the_pass_in_their_address(station: RunningStation) -> None:
    path = f"/state?pass={station.visit.word}"

    assert station.ask("GET", path, Station_Pass="")[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.2:{port}", "localhost:1"])
def test_name_that_only_points_here_is_no_host_of_ours(station: RunningStation, host: str) -> None:
    named = host.format(port=station.port)

    answers = [station.ask("GET", path, Host=named)[0] for path in ("/state", "/static/main.js")]

    assert answers == [421, 421]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", ""])
def test_other_origin_drives_nothing(station: RunningStation, origin: str) -> None:
    status, _ = station.ask("POST", "/do/job", dump_job(make_job()), Origin=origin)

    assert status == 403
    assert station.state()["chosen"] is None


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_other_sites_page_drives_nothing(station: RunningStation, site: str) -> None:
    assert station.ask("POST", "/do/pause", "{}", Sec_Fetch_Site=site)[0] == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_page_reads_nothing(station: RunningStation, site: str) -> None:
    assert [station.ask("GET", path, Sec_Fetch_Site=site)[0] for path in PATHS] == [403] * 7


def test_form_of_another_kind_drives_nothing(station: RunningStation) -> None:
    sent = {"Content_Type": "text/plain"}

    assert station.ask("POST", "/do/job", dump_job(make_job()), **sent)[0] == 400
    assert station.ask("POST", "/do/pause", "{}", **sent)[0] == 400


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '"x"', '{"readers": "sim"}', '{"printer": 1}', "[" * 100_000]
)
def test_garbage_is_refused(station: RunningStation, body: str) -> None:
    assert station.ask("POST", "/do/start", body)[0] == 400


def test_every_answer_forbids_what_the_page_does_not_need(station: RunningStation) -> None:
    request = urllib.request.Request(f"{station.origin}/fr/", headers=station.visit.headers)

    with urllib.request.urlopen(request) as answer:
        policy = answer.headers["Content-Security-Policy"]
        page = answer.read().decode()

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert "style=" not in page
    assert " onclick" not in page


def test_page_is_on_loopback_alone(station: RunningStation) -> None:
    tables = [Path(f"/proc/net/{name}") for name in ("tcp", "tcp6")]
    rows = [row.split() for table in tables for row in table.read_text().splitlines()[1:]]
    listening = [row[1] for row in rows if row[3] == "0A"]

    ours = [address for address in listening if address.endswith(f":{station.port:04X}")]

    assert ours == [f"0100007F:{station.port:04X}"]


def test_keys_and_cookies_are_kept_as_hashes() -> None:
    kept: list[tuple[str, ...]] = []
    door = Doorkeeper(1, (), kept.append, seconds=lambda: 0.0)

    visit = door.admit(door.new_address().partition("key=")[2])

    assert visit is not None
    assert visit.cookie not in repr(kept)
    assert visit.word not in repr(kept)
    assert Doorkeeper(1, kept[-1], kept.append, seconds=lambda: 0.0).trusts(
        visit.cookie, visit.word
    )


def test_cookie_is_no_pass_and_a_session_of_an_older_version_has_none() -> None:
    kept: list[tuple[str, ...]] = []
    door = Doorkeeper(1, (), kept.append, seconds=lambda: 0.0)
    visit = door.admit(door.new_address().partition("key=")[2])
    assert visit is not None

    older = Doorkeeper(1, (kept[-1][0].partition(".")[0],), kept.append, seconds=lambda: 0.0)

    assert not door.trusts(visit.cookie, visit.cookie)
    assert not door.trusts(visit.word, visit.word)
    assert older.knows(visit.cookie)
    assert not older.trusts(visit.cookie, "")


def test_key_that_was_never_given_admits_nobody() -> None:
    door = Doorkeeper(1, (), lambda _sessions: None, seconds=lambda: 0.0)
    door.new_address()

    assert door.admit("") is None
    assert door.admit("guess") is None


@pytest.mark.parametrize(("later", "is_let_in"), [(KEY_SECONDS - 1, True), (KEY_SECONDS, False)])
def test_key_opens_for_ten_minutes(later: float, is_let_in: bool) -> None:
    now = [5.0]
    door = Doorkeeper(1, (), lambda _sessions: None, seconds=lambda: now[0])
    key = door.new_address().partition("key=")[2]

    now[0] += later

    assert (door.admit(key) is not None) == is_let_in
