"""What can go wrong at the workstation, with the exit code that tells a script.

EncoderError            exit 1
├── ReaderError         exit 3: no reader, or it was lost
├── JobError            exit 4: the job cannot be done as it stands
├── LedgerError         exit 4: the ledger cannot be used
└── QrMismatchError     a printed code does not say what the chip says; the card is stopped
"""


class EncoderError(Exception):
    """Something went wrong; ``hint`` says what to do."""

    exit_code = 1
    hint = "run the command again with --debug and read the traceback"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class ReaderError(EncoderError):
    """There is no such reader, or it was lost."""

    exit_code = 3
    hint = "plug the reader in, then list the readers with: wecard-encoder readers"


class JobError(EncoderError):
    """The job cannot be done as it stands; no card was touched."""

    exit_code = 4
    hint = "have the job made again by the site; do not mend it by hand"


class LedgerError(EncoderError):
    """The ledger cannot be used; no card was touched."""

    exit_code = 4
    hint = "name another file with --ledger, or bring back a backup of this one"


class QrMismatchError(EncoderError):
    """The QR code as drawn does not decode to the card's address; it must not be printed."""

    exit_code = 6
    hint = "do not hand this card out; lay it down again to have the label drawn again"
