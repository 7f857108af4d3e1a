"""What can go wrong on the site, with the exit code that tells a script.

LandingError                exit 1
├── SettingError            exit 2: a setting is missing or wrong
├── NotMigratedError        exit 4: the database has an older or newer schema
└── DataError               exit 4: a file or a datum is bad; nothing was written
"""


class LandingError(Exception):
    """Something went wrong; ``hint`` says what to do."""

    exit_code = 1
    hint = "run the command again with --debug and read the traceback"


class SettingError(LandingError):
    """A setting is missing or cannot be used; nothing was started."""

    exit_code = 2

    def __init__(self, variable: str, fault: str, hint: str) -> None:
        super().__init__(f"{variable} {fault}")
        self.variable = variable
        self.hint = hint


class NotMigratedError(LandingError):
    """The database's schema is not the one this version works with; nothing was read or written."""

    exit_code = 4
    hint = "run: wecard-landing migrate"


class DataError(LandingError):
    """A file or a datum is bad; nothing was written."""

    exit_code = 4
    hint = "mend the file and run the command again"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint
