"""``readers``, and the program around all verbs."""

import json
from pathlib import Path

import pytest

from encoder.errors import CardError, EncoderError, JobError, LedgerError, ReaderError
from tests.encoder.cli.command import invoke

VERBS = [
    *(["run"], ["readers"], ["inspect"], ["verify"], ["unprotect"], ["simulate"]),
    *(["key"], ["key", "new"], ["key", "show"]),
    *(["ledger"], ["ledger", "show"], ["ledger", "export"], ["ledger", "stats"]),
    *(["ledger", "check"], ["ledger", "backup"], ["ledger", "merge"], ["ledger", "scrap"]),
]


def test_readers_lists_the_simulated_one() -> None:
    listed = json.loads(invoke("readers", "--json").stdout)

    assert listed[-1] == {"path": "sim", "name": "virtual cards", "problem": None, "cure": None}
    assert "sim" in invoke("readers").stdout


@pytest.mark.parametrize("verb", VERBS)
def test_help_opens_with_one_line_and_two_examples(verb: list[str]) -> None:
    lines = invoke(*verb, "--help").stdout.splitlines()

    assert lines[2].endswith(".")
    assert lines[3:5] == ["", "  Examples:"]
    assert all(line.startswith(f"    wecard-encoder {verb[0]}") for line in lines[5:7])


@pytest.mark.parametrize(
    ("kind", "code"), [(EncoderError, 1), (ReaderError, 3), (JobError, 4), (LedgerError, 4)]
)
def test_every_error_has_its_exit_code_and_a_hint(kind: type[EncoderError], code: int) -> None:
    assert (kind.exit_code, bool(kind.hint)) == (code, True)
    assert CardError.exit_code == 6


def test_debug_adds_the_traceback(tmp_path: Path) -> None:
    quiet = invoke("run", tmp_path / "none.json")
    loud = invoke("run", tmp_path / "none.json", "--debug")

    assert "Traceback" not in quiet.stderr
    assert "Traceback" in loud.stderr
    assert quiet.exit_code == loud.exit_code == 4


def test_version_is_told() -> None:
    assert invoke("--version").stdout.startswith("wecard ")
