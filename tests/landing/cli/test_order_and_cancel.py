"""``job new --people`` and ``--blank``, ``job cancel``, ``station``: all of it, or nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from landing.contract.activation import format_activation, parse_activation
from landing.contract.documents import dump_report, parse_job
from landing.contract.errors import ActivationError
from tests.landing.cli.conftest import Desk
from tests.landing.records import report_of

MAIN = "from landing.cli.main import main; main()"
HEADINGS = (
    "reference;given_name;family_name;function;company;mobile;phone;fax;email;street;postcode;"
    "city;country;website;links;photo;logo;language\n"
)


def _people(desk: Desk, *names: str) -> Path:
    path = desk.folder / "more.csv"
    lines = [f"{name};{name};;;;;;;;;;;;;;;;\n" for name in names]
    path.write_text(HEADINGS + "".join(lines), encoding="utf-8")
    return path


def test_people_are_imported_and_ordered_for_in_one_go(staffed_desk: Desk) -> None:
    job = staffed_desk.job("--people", str(_people(staffed_desk, "ines", "abel")))

    assert [item.label.name for item in job.items] == ["ines", "abel"]
    assert staffed_desk.rows("SELECT count(*) FROM profiles") == [(4,)]


@pytest.mark.parametrize("out", ["nowhere/job.json", "site"])
def test_people_are_not_imported_when_no_job_comes_of_it(
    staffed_desk: Desk, monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    monkeypatch.chdir(staffed_desk.folder)
    before = staffed_desk.everything()

    result = staffed_desk.run("job", "new", "--people", _people(staffed_desk, "ines"), "--out", out)

    assert result.exit_code == 4
    assert staffed_desk.everything() == before


def test_broken_people_file_orders_nothing(staffed_desk: Desk) -> None:
    path = _people(staffed_desk, "ines")
    path.write_text(path.read_text(encoding="utf-8") + "x;;;\n", encoding="utf-8")
    before = staffed_desk.everything()

    result = staffed_desk.run("job", "new", "--people", path, "--no-file")

    assert result.exit_code == 4
    assert staffed_desk.everything() == before


def test_import_is_taken_back_with_its_job_when_nobody_reads_the_file(
    staffed_desk: Desk,
) -> None:
    people = _people(staffed_desk, "ines", "zoe")  # one who is new, one who is changed
    before = staffed_desk.everything()
    reader, writer = os.pipe()
    os.close(reader)

    process = subprocess.run(
        [sys.executable, "-c", MAIN, *"job new --out - --people".split(), str(people)],
        env=os.environ | staffed_desk.variables,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)

    assert process.returncode == 4
    assert "was taken back" in process.stderr
    assert staffed_desk.everything() == before


def test_job_without_a_file_is_out_at_once_and_its_address_told(staffed_desk: Desk) -> None:
    done = staffed_desk.done("job", "new", "--no-file")

    assert done["file"] is None
    assert done["address"] == f"https://card.example/api/v1/jobs/{done['job']}"
    assert staffed_desk.rows("SELECT id FROM jobs WHERE released_at IS NULL") == []


def test_blank_cards_have_codes_that_are_kept_as_hashes_only(desk: Desk) -> None:
    job = desk.job("--blank", "3")

    codes = [item.label.activation for item in job.items]
    assert len(set(codes)) == 3
    assert [parse_activation(format_activation(code).lower()) for code in codes] == codes
    assert not [code for code in codes if code in "\n".join(desk.everything())]
    assert desk.rows("SELECT count(*) FROM activations") == [(3,)]


@pytest.mark.parametrize(
    "words", [[], ["--blank", "1"], ["--people", "people.csv"]], ids=["all", "blank", "people"]
)
def test_job_file_is_its_owners_alone_and_says_so(
    staffed_desk: Desk, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(staffed_desk.folder)
    before = os.umask(0o022)
    Path("job.json").write_text("{}", encoding="utf-8")  # everybody's, as it stands
    modes = [Path("job.json").stat().st_mode & 0o777]

    try:
        result = staffed_desk.run("job", "new", *words, "--out", "job.json")
    finally:
        os.umask(before)

    modes.append(Path("job.json").stat().st_mode & 0o777)
    assert modes == [0o644, 0o600]
    assert "yours alone to read" in result.stdout


def test_blank_card_that_is_reported_waits_to_be_claimed(desk: Desk) -> None:
    job = desk.job("--blank", "1")

    done = desk.done("job", "report", "-", stdin=dump_report(report_of(job)))

    assert (done["unclaimed"], done["active"]) == (1, 0)


@pytest.mark.parametrize("text", ["", "7H3K9Q-X2MZ4", "7H3K9Q-X2MZ4U", "7H3K9Q-X2MZ4é"])
def test_other_words_are_no_activation_code(text: str) -> None:
    with pytest.raises(ActivationError):
        parse_activation(text)


@pytest.mark.parametrize(
    "words",
    [
        ["--blank", "1", "--profiles", "all", "--no-file"],
        ["--blank", "1", "--people", "p.csv", "--no-file"],
        ["--blank", "0", "--no-file"],
        ["--no-file", "--out", "job.json"],
    ],
    ids=" ".join,
)
def test_order_that_says_two_things_is_wrong_usage(desk: Desk, words: list[str]) -> None:
    assert desk.run("job", "new", *words).exit_code == 2


def test_cancelled_job_keeps_what_is_on_a_chip(staffed_desk: Desk) -> None:
    job = staffed_desk.job()
    report = json.loads(dump_report(report_of(job)))
    made = json.dumps(report | {"cards": report["cards"][:1]})
    staffed_desk.done("job", "report", "-", stdin=made)

    first, second = (staffed_desk.done("job", "cancel", job.job) for _ in range(2))

    assert first == {"job": job.job, "withdrawn": 1, "booked": 1}
    assert second == {"job": job.job, "withdrawn": 0, "booked": 1}
    assert sorted(staffed_desk.rows("SELECT state FROM cards")) == [("active",), ("retired",)]


def test_card_made_after_the_cancel_is_booked_and_told(staffed_desk: Desk) -> None:
    job = staffed_desk.job()
    staffed_desk.done("job", "cancel", job.job)

    result = staffed_desk.run("job", "report", "-", stdin=dump_report(report_of(job)))

    assert result.exit_code == 0
    assert result.stderr.count("put the card aside") == 2
    assert staffed_desk.rows("SELECT count(uid) FROM cards WHERE state = 'retired'") == [(2,)]


def test_unknown_job_cannot_be_cancelled(desk: Desk) -> None:
    result = desk.run("job", "cancel", "J-2026-0001")

    assert result.exit_code == 4
    assert "there is no job J-2026-0001" in result.stderr


def test_station_token_is_shown_once_and_kept_as_a_hash(desk: Desk) -> None:
    result = desk.run("station", "new", "bench-1")

    token = result.stdout.strip()
    assert len(token) > 43
    assert token not in "\n".join(desk.everything())
    assert token not in desk.run("station", "list").stdout
    assert parse_stations(desk) == [("bench-1", None)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_station_whose_token_could_not_be_written_is_not_made(desk: Desk) -> None:
    with Path("/dev/full").open("wb") as full:
        made = subprocess.run(
            [sys.executable, "-c", MAIN, "station", "new", "bench-1"],
            env={**os.environ, **desk.variables},
            stdout=full,
            check=False,
        )

    assert made.returncode != 0
    assert parse_stations(desk) == []


def test_station_is_revoked_and_named_anew(desk: Desk) -> None:
    first = desk.done("station", "new", "bench-1")["token"]
    taken = desk.run("station", "new", "bench-1")
    revoked = desk.done("station", "revoke", "bench-1")
    again = desk.run("station", "revoke", "bench-1")
    second = desk.done("station", "new", "bench-1")["token"]

    assert (taken.exit_code, again.exit_code) == (4, 4)
    assert first != second
    assert [when is None for _, when in parse_stations(desk)] == [False, True]
    assert revoked["station"] == "bench-1"


@pytest.mark.parametrize("name", ["", "a b", "-a", "x" * 65, "é"])
def test_odd_station_name_is_refused(desk: Desk, name: str) -> None:
    assert desk.run("station", "new", "--", name).exit_code == 4


def parse_stations(desk: Desk) -> list[tuple[str, str | None]]:
    """Name and end of each station in the list."""
    told = desk.done("station", "list")["stations"]
    return [(station["station"], station["revoked_at"]) for station in told]


def test_job_file_with_codes_reads_back(desk: Desk) -> None:
    job = desk.job("--blank", "2")

    assert parse_job((desk.folder / "job.json").read_text(encoding="utf-8")) == job
