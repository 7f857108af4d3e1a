"""Jobs and reports over HTTP: who may, what is booked, and how a refusal reads."""

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import landing.storage.lock
import landing.web.api
from landing.contract.documents import Job, Report, dump_report, parse_job, parse_report
from landing.contract.token import mint_token
from landing.jobs.cancel import withdraw_open_cards
from landing.jobs.document import job_document
from landing.jobs.order import order_blank_job, order_job
from landing.stations.tokens import new_station, withdraw_token
from landing.storage.cards import find_card, set_card_state
from landing.storage.database import Database, open_database
from landing.storage.jobs import release_job
from landing.storage.lock import write_lock
from landing.storage.stations import all_stations, find_station_by_name
from landing.web.attempts import WRONG_TOKENS, WrongTokens
from tests.landing.records import POLICY, a_reported_card, everything, report_of
from tests.landing.web.cast import COMPANY, MARC, NOW, SITE_URL, Site, make_site

SECRET = "k" * 32


class Bench:
    """A workstation with a token, a site of its own and a job of two cards."""

    def __init__(self, site: Site, *, released: bool = True) -> None:
        self.site = site
        self.database: Database = open_database(site.settings.database_url, site.settings.lock_path)
        with self.database.writing() as db:
            self.token = new_station(db, "bench-1", now=NOW, random=lambda n: "A" * n)
            self.job: Job = order_job(
                db, [MARC, COMPANY], site=SITE_URL, policy=POLICY, now=NOW, mint=mint_token
            )
            if released:
                release_job(db, self.job.job, NOW)
        self.client: FlaskClient = site.client()
        self.address = f"/api/v1/jobs/{self.job.job}"

    def get(self, **headers: str) -> TestResponse:
        """Fetch the job."""
        return self.client.get(self.address, headers=self.headers() | headers)

    def post(self, report: Report | str | bytes, **headers: str) -> TestResponse:
        """Hand a report in."""
        body = dump_report(report) if isinstance(report, Report) else report
        sent = self.headers() | {"Content-Type": "application/json"} | headers
        return self.client.post(f"{self.address}/reports", data=body, headers=sent)

    def headers(self) -> dict[str, str]:
        """What a workstation with a token sends."""
        return {"Authorization": f"Bearer {self.token}"}

    def everything(self) -> list[str]:
        """All that the database holds, save when the station was seen."""
        kept = everything(self.site.settings.data_dir)
        return [line for line in kept if '"stations"' not in line and "stations" not in line]

    def revoke(self) -> None:
        """Revoke the token."""
        with self.database.writing() as db:
            withdraw_token(db, "bench-1", now=NOW)


@pytest.fixture
def bench(tmp_path: Any) -> Any:
    """A workstation at a site that it may change."""
    made = Bench(make_site(tmp_path))
    yield made
    made.database.close()


def test_job_is_the_document_that_was_ordered(bench: Bench) -> None:
    answer = bench.get()

    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert parse_job(answer.text) == bench.job


def test_report_is_booked_once_under_the_name_of_the_token(bench: Bench) -> None:
    report = replace(report_of(bench.job), station="somebody-else")

    first, second = bench.post(report), bench.post(report)

    counts = {"job": bench.job.job, "unclaimed": 0, "again": 0, "withdrawn": []}
    assert first.json == counts | {"active": 2, "unchanged": 0}
    assert second.json == counts | {"active": 0, "unchanged": 2}
    with bench.database.reading() as db:
        card = find_card(db, bench.job.items[0].token)
    assert card is not None
    assert card.encoding is not None
    assert (card.state, card.encoding.station) == ("active", "bench-1")


def test_contradiction_names_each_card_and_books_nothing(bench: Bench) -> None:
    stranger = a_reported_card(mint_token(), 99)
    report = report_of(bench.job)
    before = bench.everything()

    answer = bench.post(replace(report, cards=(*report.cards, stranger)))

    document = _problem(answer, 409)
    assert document["type"] == "urn:wecard:problem:contradiction"
    assert document["faults"] == [
        {"token": stranger.token, "fault": f"it is not a token of {bench.job.job}"}
    ]
    assert bench.everything() == before


def test_report_of_the_future_is_a_contradiction_of_its_cards(bench: Bench) -> None:
    report = report_of(bench.job)
    first, second = report.cards
    late = replace(first.stages[-1], at=NOW + timedelta(days=50 * 365))
    early = replace(first, stages=(*first.stages[:-1], late))
    before = bench.everything()

    answer = bench.post(replace(report, cards=(early, second)))

    (fault,) = _problem(answer, 409)["faults"]
    assert fault["token"] == first.token
    assert fault["fault"].endswith("a clock is wrong")
    assert bench.everything() == before


def test_station_is_told_to_come_again_where_another_writer_does_not_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, before = report_of(bench.job), bench.everything()
    bench.get()  # seen today
    monkeypatch.setattr(landing.storage.lock, "LOCK_SECONDS", 0.1)
    lock_path = bench.site.settings.lock_path
    assert lock_path is not None

    with write_lock(lock_path):
        told = bench.post(report)
    booked = bench.post(report)

    assert _problem(told, 503)["type"] == "about:blank"
    assert int(told.headers["Retry-After"]) > 0
    assert before != bench.everything()
    assert (booked.status_code, (booked.json or {})["active"]) == (200, 2)


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer wrong", "Basic d2NzOng=", "bearer x y", "Bearer \xe9"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_token_that_counts_nothing_is_told(
    bench: Bench, authorization: str, method: str
) -> None:
    path = bench.address + ("/reports" if method == "POST" else "")

    answer = bench.client.open(path, method=method, headers={"Authorization": authorization})

    _problem(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "Marc" not in answer.text


def test_unknown_job_is_not_told_to_strangers_apart_from_a_known_one(bench: Bench) -> None:
    answers = [bench.client.get(f"/api/v1/jobs/{name}") for name in (bench.job.job, "J-1")]

    assert {answer.status_code for answer in answers} == {401}
    assert answers[0].data == answers[1].data


def test_revoked_token_counts_no_more_at_once(bench: Bench) -> None:
    bench.revoke()
    before = bench.everything()

    answers = [bench.get(), bench.post(report_of(bench.job))]

    assert [_problem(answer, 403)["type"] for answer in answers] == [
        "urn:wecard:problem:station-revoked"
    ] * 2
    assert bench.everything() == before


def test_token_revoked_while_its_report_is_read_books_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bench.everything()

    def slowly(text: str) -> Report:
        bench.revoke()
        return parse_report(text)

    monkeypatch.setattr(landing.web.api, "parse_report", slowly)

    answer = bench.post(report_of(bench.job))

    _problem(answer, 403)
    assert bench.everything() == before


def test_too_many_wrong_tokens_are_told_to_wait_and_a_right_one_passes(bench: Bench) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    answers = [bench.get(**wrong) for _ in range(WRONG_TOKENS + 1)]

    assert [answer.status_code for answer in answers] == [401] * WRONG_TOKENS + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert bench.get().status_code == 200


def test_wrong_tokens_are_forgotten_after_their_window() -> None:
    wrong = WrongTokens()
    for _ in range(WRONG_TOKENS):
        wrong.add("2001:db8::1", now=NOW)

    waits = [
        wrong.add("2001:db8::2", now=NOW),
        wrong.add("2001:db8:0:1::1", now=NOW),
        wrong.add("2001:db8::1", now=NOW + timedelta(seconds=60)),
    ]

    assert [wait > 0 for wait in waits] == [True, False, False]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Encoding": "gzip"}, 415),
    ],
)
def test_other_kinds_of_body_are_refused(bench: Bench, change: dict[str, str], status: int) -> None:
    body = dump_report(report_of(bench.job)).encode()
    if "Content-Encoding" in change:
        body = gzip.compress(body)

    _problem(bench.post(body, **change), status)


def test_report_over_the_limit_is_refused_unread(bench: Bench) -> None:
    _problem(bench.post(b" " * (landing.web.api.MAX_REPORT_BYTES + 1)), 413)


def test_report_of_a_thousand_cards_is_within_the_limit(bench: Bench) -> None:
    cards = tuple(a_reported_card(mint_token(), number) for number in range(1000))

    answer = bench.post(replace(report_of(bench.job), cards=cards))

    assert len(_problem(answer, 409)["faults"]) == 1000


def _broken(report: Report) -> dict[str, bytes]:
    document = json.loads(dump_report(report))
    card = document["cards"][0]
    return {
        "no JSON": b"report",
        "no text": b"\xff\xfe",
        "another job": json.dumps(document | {"job": "J-1999-0001"}).encode(),
        "another format": json.dumps(document | {"format": "wecard.report/2"}).encode(),
        "not done": json.dumps(document | {"cards": [card | {"stages": []}]}).encode(),
    }


@pytest.mark.parametrize(
    "fault", ["no JSON", "no text", "another job", "another format", "not done"]
)
def test_broken_report_is_named_and_changes_nothing(bench: Bench, fault: str) -> None:
    before = bench.everything()

    answer = bench.post(_broken(report_of(bench.job))[fault])

    assert _problem(answer, 422)["type"] == "urn:wecard:problem:bad-report"
    assert bench.everything() == before


def test_unknown_job_is_404_for_both(bench: Bench) -> None:
    bench.address = "/api/v1/jobs/J-2026-0099"
    report = replace(report_of(bench.job), job="J-2026-0099")

    for answer in (bench.get(), bench.post(report)):
        assert _problem(answer, 404)["type"] == "urn:wecard:problem:unknown-job"


def test_job_whose_file_is_not_out_is_not_given(tmp_path: Any) -> None:
    bench = Bench(make_site(tmp_path), released=False)

    _problem(bench.get(), 404)
    bench.database.close()


def test_report_without_a_card_lets_no_job_out(tmp_path: Any) -> None:
    bench = Bench(make_site(tmp_path), released=False)

    bench.post(Report(job=bench.job.job, station="bench-1", cards=()))

    _problem(bench.get(), 404)
    bench.database.close()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("DELETE", "/api/v1/jobs/J-1", 405), ("GET", "/api/v1/nothing", 404), ("GET", "/api/", 404)],
)
def test_requests_that_nothing_takes_up_are_problems_too(
    bench: Bench, method: str, path: str, status: int
) -> None:
    _problem(bench.client.open(path, method=method), status)


def test_another_host_is_refused_as_a_problem(bench: Bench) -> None:
    _problem(bench.get(Host="evil.example"), 400)


def test_failure_of_ours_is_a_problem_without_a_word_of_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr(landing.web.api, "job_document", fail)

    answer = bench.get()

    _problem(answer, 500)
    assert "secret" not in answer.text


def test_cancelled_job_is_gone_and_its_late_cards_are_booked_and_named(bench: Bench) -> None:
    report = report_of(bench.job)
    bench.post(replace(report, cards=report.cards[:1]))
    with bench.database.writing() as db:
        withdraw_open_cards(db, bench.job.job, now=NOW)

    gone, first, second = bench.get(), bench.post(report), bench.post(report)

    late = bench.job.items[1].token
    assert _problem(gone, 410)["type"] == "urn:wecard:problem:job-cancelled"
    assert (first.json or {})["withdrawn"] == (second.json or {})["withdrawn"] == [late]
    with bench.database.reading() as db:
        card = find_card(db, late)
    assert card is not None
    assert card.encoding is not None
    assert (card.state, card.encoding.uid) == ("retired", report.cards[1].uid)
    assert bench.client.get(f"/c/{late}").status_code == 410


def test_token_withdrawn_by_itself_is_not_to_be_made(bench: Bench) -> None:
    with bench.database.writing() as db:
        set_card_state(db, bench.job.items[0].token, "retired", NOW)

    items = parse_job(bench.get().text).items

    assert [item.token for item in items] == [bench.job.items[1].token]


def test_blank_job_carries_its_codes_as_long_as_the_key_stands(bench: Bench, tmp_path: Any) -> None:
    with bench.database.writing() as db:
        blank = order_blank_job(
            db, 2, site=SITE_URL, policy=POLICY, now=NOW, mint=mint_token, secret_key=SECRET
        )
        release_job(db, blank.job, NOW)
    bench.address = f"/api/v1/jobs/{blank.job}"

    told = parse_job(bench.get().text)

    assert told == blank
    assert len({item.label.activation for item in told.items} - {""}) == 2
    kept = "\n".join(everything(tmp_path))
    assert not [item for item in told.items if item.label.activation in kept]
    with bench.database.reading() as db:
        unknown = job_document(db, blank.job, site=SITE_URL, secret_key="x" * 32)
    assert unknown is not None
    assert {item.label.activation for item in unknown.items} == {""}


def test_day_last_seen_is_kept_and_the_token_is_not(bench: Bench, tmp_path: Any) -> None:
    bench.get()

    with bench.database.reading() as db:
        (station,) = all_stations(db)
    assert station.last_seen_on == NOW.date()
    assert bench.token not in "\n".join(everything(tmp_path))


def test_revoked_name_may_have_a_new_token(bench: Bench) -> None:
    bench.revoke()
    old = bench.token
    with bench.database.writing() as db:
        bench.token = new_station(db, "bench-1", now=NOW, random=lambda n: "B" * n)

    with bench.database.reading() as db:
        found = find_station_by_name(db, "bench-1")

    assert found is not None
    assert bench.get().status_code == 200
    assert bench.get(Authorization=f"Bearer {old}").status_code == 403


def _problem(answer: TestResponse, status: int) -> dict[str, Any]:
    """The problem document of a refusal, guarded as every answer is."""
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    document: dict[str, Any] = json.loads(answer.text)
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    return document
