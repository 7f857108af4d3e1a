"""Every verb: help without settings, data on stdout, talk on stderr, four exit codes."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from landing.cli.common import verb_options
from landing.cli.main import main
from landing.cli.program import Program
from landing.errors import LandingError
from tests.landing.cli.conftest import Desk


def _verbs(group: click.Group, words: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, verb in group.commands.items():
        here = (*words, name)
        found += _verbs(verb, here) if isinstance(verb, click.Group) else [here]
    return found


VERBS = _verbs(main)
ARGUMENTS: dict[tuple[str, ...], list[str]] = {
    ("profile", "import"): ["people.csv"],
    ("job", "new"): ["--out", "job.json"],
    ("job", "report"): ["-"],
    ("job", "cancel"): ["J-2026-0001"],
    ("station", "new"): ["bench-1"],
    ("station", "revoke"): ["bench-1"],
    ("contacts", "export"): ["--reference", "zoe"],
    ("numbers",): ["zoe"],
    ("card", "redirect"): ["7H3K9QX2MZ4DG", "--off"],
    ("profile", "show"): ["zoe"],
    ("profile", "set"): ["zoe", "--slug", "zoe"],
    **{("card", verb): ["7H3K9QX2MZ4DG"] for verb in ("show", "suspend", "resume", "retire")},
}
REPORT = '{"format": "wecard.report/1", "job": "J-2026-0001", "station": "s", "cards": []}'


def test_verbs_are_the_ones_that_were_agreed() -> None:
    assert {" ".join(verb) for verb in VERBS} >= {
        "migrate",
        "profile import",
        "profile show",
        "profile set",
        "job new",
        "job report",
        "job cancel",
        "station new",
        "station revoke",
        "station list",
        "card show",
        "card suspend",
        "card resume",
        "card retire",
        "card redirect",
        "contacts export",
        "numbers",
        "serve",
    }


@pytest.mark.parametrize("verb", [(), *VERBS], ids=" ".join)
def test_help_needs_no_settings(tmp_path: Path, verb: tuple[str, ...]) -> None:
    bare = Desk(tmp_path, {"WECARD_SITE_URL": "", "WECARD_SECRET_KEY": ""})

    result = bare.run(*verb, "--help")

    assert result.exit_code == 0
    assert result.stdout.count("  wecard-landing ") >= 2
    assert result.stderr == ""


@pytest.mark.parametrize("variable", ["WECARD_SITE_URL", "WECARD_SECRET_KEY"])
@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != ("serve",)], ids=" ".join)
def test_missing_setting_is_named(bare_desk: Desk, verb: tuple[str, ...], variable: str) -> None:
    poor = Desk(bare_desk.folder, bare_desk.variables | {variable: ""})

    result = poor.run(*verb, *ARGUMENTS.get(verb, []), stdin=REPORT)

    assert result.exit_code == 2
    assert result.stderr.startswith(
        f"error: {variable} is not set; nothing was started\nhint: set {variable} "
    )
    assert not (bare_desk.folder / "site").exists()


@pytest.mark.parametrize(
    "verb", [verb for verb in VERBS if verb not in {("serve",), ("migrate",)}], ids=" ".join
)
def test_database_that_is_not_migrated_is_told(bare_desk: Desk, verb: tuple[str, ...]) -> None:
    result = bare_desk.run(*verb, *ARGUMENTS.get(verb, []), stdin=REPORT)

    assert result.exit_code == 4
    assert result.stderr.startswith("error: there is no database at ")
    assert result.stderr.endswith("hint: run: wecard-landing migrate\n")
    assert not (bare_desk.folder / "site").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["burn"],
        ["card"],
        ["card", "show"],
        ["card", "show", "7H3K9QX2MZ4DG", "--loud"],
        ["job", "new"],
        ["job", "new", "--out", "j", "--protection", "glue"],
        ["job", "new", "--out", "j", "--chips", "NTAG424"],
        ["job", "new", "--out", "j", "--chips", "NTAG213,NTAG213"],
        ["job", "new", "--out", "j", "--profiles", "zoe,,marc"],
        ["contacts", "export"],
        ["numbers"],
        ["numbers", "zoe", "--days", "0"],
        ["numbers", "zoe", "--new-link", "--no-link"],
        ["numbers", "zoe", "--new-link", "--svg", "zoe.svg"],
        ["numbers", "zoe", "--svg", "-", "--json"],
        ["card", "redirect", "7H3K9QX2MZ4DG"],
        ["card", "redirect", "7H3K9QX2MZ4DG", "https://a.example", "--off"],
        ["profile", "show"],
        ["profile", "set", "zoe"],
        ["profile", "set", "zoe", "--hide", "shoe"],
        ["profile", "set", "zoe", "--hide", "mobile,,fax"],
        ["profile", "set", "zoe", "--show", "given_name"],
        ["profile", "set", "zoe", "--hide", "fax,mobile", "--show", "mobile"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_told_with_where_to_read(desk: Desk, words: list[str]) -> None:
    result = desk.run(*words)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr


def test_fault_of_ours_is_one_line_and_a_traceback_on_request() -> None:
    @click.command()
    @verb_options
    def divide(as_json: bool) -> None:
        raise ZeroDivisionError

    program = Program(commands=[divide])

    plain, debug = (CliRunner().invoke(program, ["divide", *more]) for more in ([], ["--debug"]))

    assert (plain.exit_code, debug.exit_code) == (1, 1)
    assert plain.stderr == (
        "error: a fault of ours: ZeroDivisionError;"
        " the transaction at hand, if any, was rolled back\n"
        f"hint: {LandingError.hint}\n"
    )
    assert "Traceback" in debug.stderr


def test_output_that_cannot_be_written_is_told(desk: Desk) -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [sys.executable, "-c", "from landing.cli.main import main; main()", "migrate"],
            env=os.environ | desk.variables,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert result.returncode == 1
    assert result.stderr.startswith("error: No space left on device\nhint: ")


def test_disk_that_cannot_be_used_is_told(desk: Desk) -> None:
    (desk.folder / "site" / "wecard.db").write_bytes(b"not a database, but a letter. " * 200)

    result = desk.run("card", "show", "7H3K9QX2MZ4DG")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: the database failed: file is not a database")


@pytest.mark.parametrize("as_json", [True, False])
def test_migrate_says_from_where_to_where(bare_desk: Desk, as_json: bool) -> None:
    words = ["migrate", "--json"] if as_json else ["migrate"]

    first, second = bare_desk.run(*words), bare_desk.run(*words)

    assert (first.exit_code, second.exit_code) == (0, 0)
    if as_json:
        assert first.stdout.startswith('{"from": null, "to": "000')
    else:
        assert first.stdout.startswith("schema: none → 000")
        assert second.stdout.endswith("already; nothing was changed\n")
