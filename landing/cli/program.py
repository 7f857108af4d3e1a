"""The command group that turns every error into ``error:``, ``hint:`` and an exit code."""

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from landing.contract.errors import ContractError
from landing.errors import DataError, LandingError, PeopleError

EXIT_FAULT = 1
EXIT_USAGE = 2
_ROLLED_BACK = "the transaction at hand, if any, was rolled back"


class Program(click.Group):
    """A group whose verbs raise our errors; 0, 1, 2 and 4 are the only exit codes."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run a verb and leave with its exit code; nothing ever escapes as a traceback."""
        words = list(sys.argv[1:] if args is None else args)
        debug = "--debug" in words
        try:
            code = super().main(words, *rest, **extra | {"standalone_mode": False})
        except click.UsageError as error:
            code = _tell_usage(error)
        except click.Abort:
            code = _tell(f"stopped; {_ROLLED_BACK}", "run it again")
        except BrokenPipeError:
            code = EXIT_FAULT  # whoever read our output has gone, and knows it
        except click.ClickException as error:
            code = _tell(error.format_message(), LandingError.hint)
        except Exception as error:  # noqa: BLE001  (the top-level handler)
            code = _tell_failure(error, debug=debug)
        _drop_unwritten_output()
        sys.exit(code if isinstance(code, int) else 0)


def _tell_failure(error: Exception, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    if isinstance(error, LandingError):
        faults = error.faults if isinstance(error, PeopleError) else ()
        return _tell(str(error), error.hint, *faults, code=error.exit_code)
    if isinstance(error, ContractError):
        return _tell(f"{error}; nothing was changed", error.hint, code=DataError.exit_code)
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return _tell(f"{place}{error.strerror}", "look at the disk and at who may write where")
    told = f"a fault of ours: {type(error).__name__}; {_ROLLED_BACK}"
    return _tell(told, LandingError.hint)


def _tell_usage(error: click.UsageError) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return EXIT_USAGE
    path = error.ctx.command_path if error.ctx else "wecard-landing"
    return _tell(error.format_message(), f"run: {path} --help", code=EXIT_USAGE)


def _tell(message: str, hint: str, *lines: str, code: int = EXIT_FAULT) -> int:
    for text in (f"error: {message}", *lines, f"hint: {hint}"):
        click.echo(text, err=True)
    return code


def _drop_unwritten_output() -> None:
    """Forget what standard output does not take, or the interpreter's last flush ends it with 120.

    Whether it does differs from one Python 3.11 to the next.
    """
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
