"""Every way out of the program: the words on stderr and the exit code."""

import click
import pytest
from click.testing import CliRunner, Result

from encoder.cli.program import Program
from encoder.errors import LedgerError


def ended_by(error: BaseException, *words: str) -> Result:
    """What a program does whose one verb ends with this error."""

    @click.command()
    def verb() -> None:
        raise error

    return CliRunner().invoke(Program("program", {"verb": verb}), ["verb", *words])


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (LedgerError("the ledger is damaged", hint="take another"), 4, "the ledger is damaged"),
        (ZeroDivisionError("by zero"), 1, "a fault of ours: ZeroDivisionError: by zero"),
        (click.UsageError("no such thing"), 2, "no such thing"),
        (click.ClickException("no such file"), 2, "no such file"),
        (click.Abort(), 5, "stopped"),
        (KeyboardInterrupt(), 5, "stopped"),
    ],
)
def test_error_is_said_with_a_hint_and_its_exit_code(
    error: BaseException, code: int, said: str
) -> None:
    ended = ended_by(error)

    assert (ended.exit_code, ended.stdout) == (code, "")
    assert f"error: {said}\nhint: " in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("error", [LedgerError("damaged"), ZeroDivisionError("by zero")])
def test_debug_tells_where_an_error_came_from(error: Exception) -> None:
    ended = ended_by(error, "--debug")

    assert "Traceback (most recent call last)" in ended.stderr
    assert type(error).__name__ in ended.stderr


def test_program_without_a_verb_shows_its_help() -> None:
    ended = CliRunner().invoke(Program("program", no_args_is_help=True), [])

    assert (ended.exit_code, ended.stdout) == (2, "")
    assert ended.stderr.startswith("Usage: ")
