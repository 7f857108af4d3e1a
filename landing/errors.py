"""What can go wrong on the site, with the exit code that tells a script.

LandingError                exit 1
├── StorageError            exit 1: the database could not be read or written
│   ├── BusyError           exit 1: another writer did not end in time
│   └── ConflictError       exit 1: a row that must be unique exists already
├── DrawingError            exit 1: the process that draws pictures does not come up
├── SettingError            exit 2: a setting is missing or wrong
├── NotMigratedError        exit 4: the database has an older or newer schema
└── DataError               exit 4: a file or a datum is bad; nothing was written
    ├── CardStateError      exit 4: the card is in a state that forbids it
    ├── WrongCodeError      exit 4: the activation code is not the card's
    ├── ContradictionError  exit 4: a report says what cannot be; each card is named
    └── PeopleError         exit 4: lines of a people file are broken; each is named
"""


class LandingError(Exception):
    """Something went wrong; ``hint`` says what to do."""

    exit_code = 1
    hint = "run the command again with --debug and read the traceback"


class StorageError(LandingError):
    """The database could not be read or written; the transaction was rolled back."""

    hint = "look at the disk, the file's owner and its free space, then run the command again"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class BusyError(StorageError):
    """Another writer did not end in time; nothing was written."""

    hint = "try again in a moment; if it stays so, find who keeps the lock file with: fuser -v FILE"


class ConflictError(StorageError):
    """A row that must be unique exists already; the transaction was rolled back."""

    hint = "look at what stands there already, then run the command again"


class DrawingError(LandingError):
    """The process that draws pictures does not come up; no picture was taken."""

    hint = (
        "see what stands in its way: python -P -m landing.profile.pictures.worker 256000000 2 1;"
        " memory, processes and an installation with pillow are what it needs"
    )

    def __init__(self) -> None:
        super().__init__("the process that draws pictures does not come up; nothing was written")


class SettingError(LandingError):
    """A setting is missing or cannot be used; nothing was started."""

    exit_code = 2

    def __init__(self, variable: str, fault: str, hint: str) -> None:
        super().__init__(f"{variable} {fault}; nothing was started")
        self.variable = variable
        self.hint = hint


class NotMigratedError(LandingError):
    """The database's schema is not the one this version works with; nothing was read or written."""

    exit_code = 4
    hint = "run: wecard-landing migrate"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class DataError(LandingError):
    """A file or a datum is bad; nothing was written."""

    exit_code = 4
    hint = "mend the file and run the command again"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class CardStateError(DataError):
    """The card is in a state that forbids what was asked; nothing was changed."""

    hint = "look at the card with: wecard-landing card show TOKEN"


class WrongCodeError(DataError):
    """The activation code is not the one of the card; nothing was changed."""

    hint = "read the code on the slip that came with the card"


class ContradictionError(DataError):
    """A report contradicts what is known; ``faults`` are tokens with what is wrong of each.

    Nothing was booked.
    """

    hint = (
        "set these cards aside, and compare the workstation's ledger with:"
        " wecard-landing card show TOKEN"
    )

    def __init__(self, message: str, faults: tuple[tuple[str, str], ...]) -> None:
        super().__init__(message)
        self.faults = faults


class PeopleError(DataError):
    """Lines of a people file are broken; ``faults`` names each, and nothing was written."""

    hint = "mend these lines and import the file again; the good lines will come with it"

    def __init__(self, message: str, faults: tuple[str, ...], *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.faults = faults
