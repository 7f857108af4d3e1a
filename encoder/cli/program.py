"""The command group: every error leaves as ``error:`` and ``hint:`` with its exit code."""

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from encoder.cli.exits import ExitCode
from encoder.errors import EncoderError

_DEBUG = "--debug"


class Program(click.Group):
    """A click group that speaks of errors in our own manner; ``--debug`` may stand anywhere."""

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run the command and leave with its exit code."""
        given = list(sys.argv[1:] if args is None else args)
        debug = _DEBUG in given
        words = [word for word in given if word != _DEBUG]
        extra["standalone_mode"] = False
        code = self._guarded(words, prog_name or "wecard-encoder", debug, extra)
        _drop_unwritten_output()
        sys.exit(code)

    def _guarded(self, words: list[str], prog_name: str, debug: bool, extra: Any) -> int:
        try:
            code = super().main(words, prog_name, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            return ExitCode.USAGE
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else prog_name
            tell(error.format_message(), f"see: {command} --help")
            return ExitCode.USAGE
        except click.ClickException as error:
            tell(error.format_message(), f"see: {prog_name} --help")
            return ExitCode.USAGE
        except click.Abort:
            tell("stopped", "run the command again to go on")
            return ExitCode.STOPPED
        except EncoderError as error:
            _trace(debug)
            tell(str(error), error.hint)
            return error.exit_code
        except OSError as error:
            _trace(debug)
            tell(str(error.strerror or error), "look at the disk and at who may write where")
            return ExitCode.FAULT
        except Exception as error:  # noqa: BLE001 - the top-level handler
            _trace(debug)
            tell(f"a fault of ours: {type(error).__name__}: {error}", EncoderError.hint)
            return ExitCode.FAULT
        return code if isinstance(code, int) else ExitCode.DONE


def _drop_unwritten_output() -> None:
    """Forget what standard output does not take, or the interpreter's last flush ends it with 120.

    Whether it does differs from one Python 3.11 to the next.
    """
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell(error: str, hint: str) -> None:
    """Say on stderr what happened and what to do."""
    click.echo(f"error: {error}", err=True)
    click.echo(f"hint: {hint}", err=True)


def _trace(debug: bool) -> None:
    if debug:
        click.echo(traceback.format_exc(), err=True)
