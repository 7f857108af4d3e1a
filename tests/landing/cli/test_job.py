"""``job new`` and ``job report``: a file for every job, a job for every file."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from landing.cli.files import MAX_BYTES
from landing.contract.documents import dump_report, parse_job
from tests.landing.cli.conftest import Desk
from tests.landing.records import report_of

MAIN = "from landing.cli.main import main; main()"


def test_new_job_is_a_document_that_the_contract_reads(staffed_desk: Desk) -> None:
    done = staffed_desk.done("job", "new", "--out", staffed_desk.folder / "job.json")

    job = parse_job((staffed_desk.folder / "job.json").read_text(encoding="utf-8"))
    assert done["job"] == job.job
    assert done["cards"] == 2
    assert job.site == "https://card.example"
    assert job.policy.chips == ("NTAG213", "NTAG215", "NTAG216")
    assert job.policy.protection == "permanent"
    assert {(item.label.name, item.label.line) for item in job.items} == {
        ("Zoé Lefèvre", "Dupont Industries"),
        ("Le Moulin", ""),
    }


def test_options_choose_people_chips_and_protection(staffed_desk: Desk) -> None:
    job = staffed_desk.job(
        "--profiles", "moulin", "--chips", "NTAG215,NTAG216", "--protection", "none"
    )

    assert [item.label.name for item in job.items] == ["Le Moulin"]
    assert job.policy.chips == ("NTAG215", "NTAG216")
    assert job.policy.protection == "none"


def test_job_may_ask_for_genuine_chips_of_any_product(staffed_desk: Desk) -> None:
    job = staffed_desk.job("--chips", "MF0UL11,NTAG212", "--require-genuine")

    assert job.policy.chips == ("MF0UL11", "NTAG212")
    assert job.policy.require_genuine


def test_job_can_be_printed(staffed_desk: Desk) -> None:
    result = staffed_desk.run("job", "new", "--out", "-", "--json")

    assert len(parse_job(result.stdout).items) == 2
    assert result.stderr.startswith("J-20")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--profiles", "zoe,nobody", "--out", "job.json"], "nobody"),
        (["--out", "nowhere/job.json"], "cannot be written"),
        (["--out", "site"], "is a folder or a device"),
        (["--out", "/dev/null"], "is a folder or a device"),
    ],
)
def test_refused_job_leaves_neither_row_nor_file(
    staffed_desk: Desk, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(staffed_desk.folder)
    before = staffed_desk.everything(), sorted(staffed_desk.folder.iterdir())

    result = staffed_desk.run("job", "new", *words)

    assert result.exit_code == 4
    assert told in result.stderr
    assert (staffed_desk.everything(), sorted(staffed_desk.folder.iterdir())) == before


def test_job_whose_reader_has_gone_is_taken_back(staffed_desk: Desk) -> None:
    before = staffed_desk.everything()
    reader, writer = os.pipe()
    os.close(reader)

    process = subprocess.run(
        [sys.executable, "-c", MAIN, *"job new --out -".split()],
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


def test_job_is_written_through_a_link(staffed_desk: Desk) -> None:
    (staffed_desk.folder / "target.json").write_text("old", encoding="utf-8")
    (staffed_desk.folder / "job.json").symlink_to("target.json")

    job = staffed_desk.job()

    assert (staffed_desk.folder / "job.json").is_symlink()
    assert job.job in (staffed_desk.folder / "target.json").read_text(encoding="utf-8")


def test_job_that_never_got_its_file_is_told_by_the_next(staffed_desk: Desk) -> None:
    first = staffed_desk.job()
    released = staffed_desk.rows("SELECT id FROM jobs WHERE released_at IS NULL")
    staffed_desk.rows("UPDATE jobs SET released_at = NULL")

    result = staffed_desk.run("job", "new", "--out", staffed_desk.folder / "next.json")

    assert released == []
    assert result.exit_code == 0
    assert result.stderr.startswith(f"warning: {first.job}: ")


def test_report_proves_that_its_job_had_a_file(staffed_desk: Desk) -> None:
    job = staffed_desk.job()
    staffed_desk.rows("UPDATE jobs SET released_at = NULL")

    staffed_desk.done("job", "report", "-", stdin=dump_report(report_of(job)))

    assert staffed_desk.rows("SELECT id FROM jobs WHERE released_at IS NULL") == []


def test_file_of_another_job_is_replaced_with_a_word(staffed_desk: Desk) -> None:
    first = staffed_desk.job()

    result = staffed_desk.run("job", "new", "--out", staffed_desk.folder / "job.json")

    assert f"held {first.job}, whose cards still wait" in result.stderr
    assert result.exit_code == 0


@pytest.mark.parametrize("from_stdin", [True, False])
def test_report_makes_the_cards_active_once(staffed_desk: Desk, from_stdin: bool) -> None:
    text = dump_report(report_of(staffed_desk.job()))
    path = staffed_desk.folder / "report.json"
    path.write_text(text, encoding="utf-8")
    words: list[str | Path] = ["job", "report", "-" if from_stdin else path]

    first = staffed_desk.done(*words, stdin=text)
    after = staffed_desk.everything()
    second = staffed_desk.done(*words, stdin=text)

    assert (first["active"], first["unchanged"]) == (2, 0)
    assert (second["active"], second["unchanged"]) == (0, 2)
    assert staffed_desk.everything() == after
    assert staffed_desk.rows("SELECT DISTINCT state FROM cards") == [("active",)]


def test_report_with_a_uid_bound_elsewhere_is_refused_whole(staffed_desk: Desk) -> None:
    first, second = staffed_desk.job(), staffed_desk.job()
    staffed_desk.done("job", "report", "-", stdin=dump_report(report_of(first)))
    before = staffed_desk.everything()

    result = staffed_desk.run("job", "report", "-", stdin=dump_report(report_of(second)))

    assert result.exit_code == 4
    assert "is bound to" in result.stderr
    assert staffed_desk.everything() == before


def _broken_reports(text: str) -> dict[str, str]:
    document = json.loads(text)
    return {
        "no JSON": "report",
        "a job instead": text.replace("wecard.report/1", "wecard.job/1"),
        "unknown job": json.dumps(document | {"job": "J-1999-0001"}),
        "a card twice": json.dumps(document | {"cards": document["cards"][:1] * 2}),
        "card not done": json.dumps(document | {"cards": [document["cards"][0] | {"stages": []}]}),
        "a card of the future": text.replace("2026-11-22", "2099-11-22"),
        "bad token": json.dumps(
            document | {"cards": [document["cards"][0] | {"token": "7H3K9QX2MZ4DH"}]}
        ),
    }


@pytest.mark.parametrize("fault", _broken_reports('{"cards": [{}]}'))
def test_broken_report_changes_nothing(staffed_desk: Desk, fault: str) -> None:
    text = _broken_reports(dump_report(report_of(staffed_desk.job())))[fault]
    before = staffed_desk.everything()

    result = staffed_desk.run("job", "report", "-", stdin=text)

    assert result.exit_code == 4
    assert result.stderr.startswith("error: ")
    assert "\nhint: " in result.stderr
    assert staffed_desk.everything() == before


def test_report_that_is_far_too_long_is_told(desk: Desk) -> None:
    path = desk.folder / "report.json"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)

    result = desk.run("job", "report", path)

    assert result.exit_code == 4
    assert f"is longer than {MAX_BYTES} bytes; nothing was changed" in result.stderr


@pytest.mark.parametrize("stdin", [b"\xff\xfe\x00", b""])
def test_report_that_is_no_text_is_told(staffed_desk: Desk, stdin: bytes) -> None:
    assert staffed_desk.run("job", "report", "-", stdin=stdin).exit_code == 4
