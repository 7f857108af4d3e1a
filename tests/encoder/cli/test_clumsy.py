"""What a clumsy hand, an odd terminal or an odd login does to the command: nothing is lost."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from encoder.chips.models import NTAG213
from encoder.cli.options import default_operator
from encoder.ledger import Ledger, NewCard
from landing.contract.documents import Protection, parse_report
from tests.encoder.cli.command import COMMAND, events_in, invoke, job_file
from tests.encoder.kit import BENCH, START, TOKEN, UID, URL, make_job, new_chip, run_chips


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with one finished card."""
    path = tmp_path / "ledger.db"
    run_chips(make_job(), [new_chip(NTAG213, UID)], path)
    return path


def test_report_never_takes_the_ledgers_place(ledger: Path, tmp_path: Path) -> None:
    path = job_file(tmp_path, make_job())

    ran = invoke("run", path, "--reader", "sim", "--ledger", ledger, "--report", ledger)

    assert ran.exit_code == 2
    with Ledger.open(ledger, writable=False) as book:
        assert [card.token for card in book.cards()] == [TOKEN]


def test_report_never_takes_the_jobs_place(tmp_path: Path) -> None:
    path = job_file(tmp_path, make_job())
    before = path.read_bytes()

    ran = invoke(
        *("run", path, "--reader", "sim", "--ledger", tmp_path / "l.db"),
        *("--report", tmp_path / "." / path.name),
    )

    assert (ran.exit_code, path.read_bytes()) == (2, before)


def test_export_never_takes_the_ledgers_place(ledger: Path) -> None:
    before = ledger.read_bytes()

    ran = invoke("ledger", "export", "--ledger", ledger, "--out", ledger)

    assert (ran.exit_code, ledger.read_bytes()) == (2, before)


def test_report_never_takes_the_place_of_what_is_no_file(ledger: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    ran = invoke("ledger", "export", "--ledger", ledger, "--out", pipe)

    assert ran.exit_code == 1
    assert "it is no file" in ran.stderr
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("name", ["a\nb", "\udcff\udcfe", "x" * 300, " "])
def test_login_that_a_report_cannot_carry_is_replaced_by_a_word(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", name)

    assert default_operator() == "operator"


def test_login_that_a_report_can_carry_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "zoé")

    assert default_operator() == "zoé"


@pytest.mark.parametrize("closed", ["2>&-", ">&-", ">&- 2>&-"])
def test_closed_stream_does_not_stop_a_run(closed: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    words = ["run", job_file(tmp_path, make_job()), "--reader", "sim", "--report", report]
    words += ["--ledger", tmp_path / "l.db"]

    ended = subprocess.run(
        ["sh", "-c", f'"$@" {closed}', "sh", *COMMAND, *map(str, words)], check=False, timeout=60
    )

    assert ended.returncode == 0
    assert [card.token for card in parse_report(report.read_text()).cards] == [TOKEN]


def test_output_that_is_not_taken_is_told(ledger: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        result = subprocess.run(
            [*COMMAND, "ledger", "show", "--ledger", str(ledger)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert result.returncode == 1
    assert result.stderr.startswith("error: No space left on device\nhint: ")


@pytest.mark.parametrize("words", [["export"], ["show", "--json"]])
def test_json_on_stdout_is_utf8_whatever_the_locale(words: list[str], tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    path = job_file(tmp_path, make_job())
    invoke("run", path, "--reader", "sim", "--ledger", ledger, "--operator", "Zoé")

    ended = subprocess.run(
        [*COMMAND, "ledger", *words, "--ledger", str(ledger)],
        env=os.environ | {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"},
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    )

    assert "Zoé" in json.dumps(json.loads(ended.stdout.decode("utf-8")), ensure_ascii=False)


@pytest.mark.parametrize(("begun_as", "now"), [("none", "permanent"), ("permanent", "none")])
def test_job_with_another_protection_than_a_card_was_begun_with_is_exit_4(
    begun_as: Protection, now: Protection, tmp_path: Path
) -> None:
    ledger, job = tmp_path / "l.db", make_job(protection=now)
    card = NewCard(
        uid=UID.hex().upper(),
        token=TOKEN,
        job=job.job,
        chip="NTAG213",
        protection=begun_as,
        url=URL,
    )
    with Ledger.open(ledger, writable=True) as book:
        book.begin(card, at=START, by=BENCH)
    words = ("run", job_file(tmp_path, job), "--reader", "sim", "--ledger", ledger, "--json")

    refused = invoke(*words)
    invoke("ledger", "scrap", TOKEN, "--ledger", ledger)
    anew = invoke(*words)

    assert (refused.exit_code, refused.stdout) == (4, "")
    assert f"begun with the protection {begun_as}" in refused.stderr
    assert (anew.exit_code, events_in(anew.stdout)[-1]["done"]) == (0, 1)


def test_job_from_a_closed_standard_input_is_exit_4(tmp_path: Path) -> None:
    words = ("run", "-", "--reader", "sim", "--ledger", str(tmp_path / "ledger.db"))

    ended = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" <&-', "sh", *COMMAND, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (ended.returncode, ended.stdout) == (4, "")
    assert "no card was touched" in ended.stderr
