"""The exit codes that scripts rely on."""

from enum import IntEnum

from encoder.station.run import Outcome


class ExitCode(IntEnum):
    """Every exit code of ``wecard-encoder``."""

    DONE = 0
    FAULT = 1  # a fault of ours
    USAGE = 2
    READER = 3
    BAD_JOB_OR_LEDGER = 4
    STOPPED = 5  # items are left
    CARDS_NOT_DONE = 6  # ended, but cards were refused or failed


def exit_code_of(outcome: Outcome) -> ExitCode:
    """Tell a script how the run ended; items left outrank refused cards."""
    if outcome.end.remaining:
        return ExitCode.STOPPED
    if outcome.end.refused or outcome.open_failures:
        return ExitCode.CARDS_NOT_DONE
    return ExitCode.DONE
