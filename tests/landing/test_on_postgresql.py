"""One card's whole life on PostgreSQL, with the real commands and several web processes."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from landing.contract.documents import Job, parse_job
from tests.factories import VISITOR, ZOE, write_people
from tests.landing.weconnect.visitor import Page
from tests.postgres import PostgresServer
from tests.processes import Workshop, free_port

TAPS = 24  # enough to meet each of the web processes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site said, and where it led in the end."""

    status: int
    url: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A site on PostgreSQL that serves, and the job of Zoé's card, encoded and reported."""

    workshop: Workshop
    job: Job
    migrated: list[str]
    server: int

    @property
    def card(self) -> str:
        """The address on the chip."""
        return self.job.items[0].url


@pytest.fixture(scope="module")
def postgres_site(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """From an empty database to an active card, each step a process."""
    with postgres.database(migrated=False) as url:
        folder = tmp_path_factory.mktemp("postgres")
        workshop = Workshop(folder=folder, port=free_port(), database_url=url)
        people = write_people(folder, (ZOE,))
        migrated = [workshop.done("wecard-landing", "migrate") for _ in range(2)]
        workshop.done("wecard-landing", "profile", "import", people)
        workshop.done("wecard-landing", "job", "new", "--out", "job.json")
        words = "run job.json --reader sim --labels labels --report report.json --json"
        workshop.done("wecard-encoder", *words.split())
        workshop.done("wecard-landing", "job", "report", "report.json")
        job = parse_job((folder / "job.json").read_text(encoding="utf-8"))
        with workshop.serving() as server:
            yield Installation(workshop=workshop, job=job, migrated=migrated, server=server.pid)


def test_database_is_migrated_once(postgres_site: Installation) -> None:
    first, second = postgres_site.migrated

    assert first.startswith("schema: none → ")
    assert "nothing was changed" in second


def test_no_file_of_sqlite_is_made(postgres_site: Installation) -> None:
    made = {path.name for path in (postgres_site.workshop.folder / "site").iterdir()}

    assert made == {"pictures"}


def test_one_web_process_a_core_is_the_default(postgres_site: Installation) -> None:
    server = postgres_site.server

    children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii")

    assert len(children.split()) == len(os.sched_getaffinity(0))


def test_tapped_card_shows_the_owner(postgres_site: Installation) -> None:
    answer = _get(postgres_site.card)

    assert answer.status == 200
    assert "Zoé Lefèvre" in answer.text


def test_suspended_card_is_dead_at_the_next_tap_in_every_process(
    postgres_site: Installation,
) -> None:
    token = postgres_site.job.items[0].token
    before = {_get(postgres_site.card).status for _ in range(TAPS)}

    postgres_site.workshop.done("wecard-landing", "card", "suspend", token)
    suspended = {_get(postgres_site.card).status for _ in range(TAPS)}
    postgres_site.workshop.done("wecard-landing", "card", "resume", token)
    resumed = {_get(postgres_site.card).status for _ in range(TAPS)}

    assert (before, suspended, resumed) == ({200}, {404}, {200})


def test_visitor_sends_and_takes_back(postgres_site: Installation) -> None:
    form = Page(_get(f"{postgres_site.card}/connect").text)
    words = VISITOR | {"share_with_owner": "1", "form_token": form.values["form_token"]}

    receipt = _get(f"{postgres_site.card}/connect", words)
    sent = _exported(postgres_site.workshop)
    token = Page(receipt.text).values["withdraw_token"]
    withdrawn = _get(f"{receipt.url}/withdraw", {"withdraw_token": token})
    left = _exported(postgres_site.workshop)

    assert (receipt.status, withdrawn.status) == (200, 200)
    assert "/x/" in receipt.url
    assert VISITOR["email"] in receipt.text
    assert VISITOR["email"] in sent
    assert VISITOR["email"] not in withdrawn.text + left


@pytest.mark.parametrize("path", ["p/zoe%00", "privacy/%00", "x/%00", "c/%00", "api/v1/jobs/%00"])
def test_nul_in_an_address_is_not_found_and_no_failure(
    postgres_site: Installation, path: str
) -> None:
    assert 400 <= _get(f"{postgres_site.workshop.site}/{path}").status < 500


def test_unreachable_database_is_told_without_its_password(tmp_path: Path) -> None:
    url = "postgresql+psycopg://wecard:hush@127.0.0.1:9/cards"
    workshop = Workshop(folder=tmp_path, port=free_port(), database_url=url)

    ended = workshop.run("wecard-landing", "migrate", "--debug")

    assert ended.returncode == 1
    assert "error: the PostgreSQL database cards at 127.0.0.1 failed: " in ended.stderr
    assert "hint: see that PostgreSQL runs" in ended.stderr
    assert "hush" not in ended.stdout + ended.stderr


def _get(url: str, form: dict[str, str] | None = None) -> Answer:
    data = None if form is None else urllib.parse.urlencode(form).encode()
    try:
        with urllib.request.urlopen(url, data, timeout=60) as answer:
            return Answer(answer.status, answer.url, answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.url or "", error.read().decode())


def _exported(workshop: Workshop) -> str:
    words = "contacts export --reference zoe --json"
    return json.dumps(json.loads(workshop.done("wecard-landing", *words.split())))
