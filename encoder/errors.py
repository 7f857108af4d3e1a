"""What can go wrong at the workstation, with the exit code that tells a script.

EncoderError            exit 1
├── ReaderError         exit 3: no reader, or it was lost
├── JobError            exit 4: the job cannot be done as it stands
├── LedgerError         exit 4: the ledger cannot be used
├── KeyFileError        exit 4: the station key cannot be used
├── SiteError           exit 4: the site gives no job, or takes no report
│   ├── SiteAwayError       it cannot be reached, or answers nonsense; later it may
│   └── SiteRefusedError    it says no, and will say so again
├── LayoutError         exit 4: the label's layout cannot be used
│   └── QrSizeError     the QR code's modules would be too small in print
├── PrinterError        exit 6: a label was not printed; its card is as good as it was
├── QrMismatchError     exit 6: a code does not say what the chip says; it must not be printed
├── CapacityError       exit 6: the address is too long for the chip
├── SilenceError        the chip did not answer a frame
├── NakError            the chip is there and refuses a frame
├── CollisionError      more than one card answered
└── CardError           exit 6: this card was not done; the job goes on
    ├── CardRefusedError    the card is not one to take; nothing was written on it
    ├── PasswordKeptError   the card's password is not ours to take off; nothing was written on it
    └── CardFailedError     the card was begun and is not done; it keeps its token
        └── CardLostError       the card does not answer any more
"""

from collections.abc import Mapping
from typing import Literal

Refusal = Literal[
    "unknown-chip",
    "not-genuine",
    "bad-cc",
    "already-locked",
    "password-protected",
    "foreign-content",
    "too-small",
    "uid-booked",
    "two-cards",
    "no-item",
]
Failure = Literal[
    "card-lost",
    "write-failed",
    "verify-mismatch",
    "lock-mismatch",
    "qr-mismatch",
    "reader-lost",
]
PasswordKept = Literal["not-booked", "scrapped", "permanent", "no-password", "other-key"]

REFUSAL_HINTS: dict[Refusal, str] = {
    "unknown-chip": "take a chip that the job's policy names",
    "not-genuine": "put the card aside: its chip is a copy",
    "bad-cc": "put the card aside: phones cannot read a chip with such a CC",
    "already-locked": "put the card aside: it was locked before it came here",
    "password-protected": "put the card aside, or take its password off with the tool that set it",
    "foreign-content": "put the card aside, or run again with --overwrite to replace what it holds",
    "too-small": "take a chip with more memory, or a site with a shorter host name",
    "uid-booked": "put the card aside: it belongs to another job, or was scrapped",
    "two-cards": "take all cards off the reader, then lay down one",
    "no-item": "lay down a begun card; or stop, then: wecard-encoder ledger scrap TOKEN",
}
FAILURE_HINTS: dict[Failure, str] = {
    "card-lost": "lay the same card down again and leave it there; it keeps its token",
    "write-failed": "lay the same card down again; scrap it if it fails once more",
    "verify-mismatch": "lay the same card down again; scrap it if it fails once more",
    "lock-mismatch": "lay the same card down again; scrap it if it fails once more",
    "qr-mismatch": "do not hand the card out; lay it down again to have its label drawn again",
    "reader-lost": "plug the reader in, run the command again and lay the same card down",
}
PASSWORD_KEPT_HINTS: dict[PasswordKept, str] = {
    "not-booked": "name the ledger that has the card with --ledger; a stranger's card is theirs",
    "scrapped": "put the card aside: it was given up, and its UID stays booked",
    "permanent": "have a new card made: locks cannot be taken off, whoever has the key",
    "no-password": "lay it down at: wecard-encoder inspect, which says what a run would do with it",
    "other-key": "name the key that the card was made with by --key, or bring its copy back",
}


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
    """The ledger cannot be used; a card at hand stands as far as its last booked stage says."""

    exit_code = 4
    hint = "name another file with --ledger, or bring back a backup of this one"


class KeyFileError(EncoderError):
    """The station key cannot be used; no card was touched."""

    exit_code = 4
    hint = "name its file with --key, or make one and put a copy away: wecard-encoder key new"


class LayoutError(EncoderError):
    """The label's layout cannot be used; nothing was drawn."""

    exit_code = 4
    hint = "mend the layout file, or name another; see docs/formats/label-layout.md"


class QrSizeError(LayoutError):
    """The QR code's modules would be smaller than phones read from paper; nothing was drawn."""

    def __init__(
        self,
        *,
        modules: int,
        dpi: int,
        dots: int,
        side_mm: float,
        needed_dots: int,
        needed_mm: float,
    ) -> None:
        super().__init__(
            f"the QR code of {modules} modules, quiet zones included, has {side_mm:g} mm on the"
            f" label: {dots} dots a module at {dpi} dpi, and {needed_dots} are needed to make"
            " 0.4 mm; nothing was drawn",
            hint=f"give the code {needed_mm:.2f} mm or more, print with more dpi,"
            " or have a site with a shorter host name",
        )
        self.dpi = dpi
        self.dots = dots
        self.needed_mm = needed_mm


class PrinterError(EncoderError):
    """A label was not printed, or not in full; its card is as good as it was."""

    exit_code = 6
    hint = "see to the printer, then print the label again with: wecard-encoder labels print"


class SiteError(EncoderError):
    """The site gives no job, or takes no report; what waits for it stays in the ledger."""

    exit_code = 4
    hint = "look at the site, then run the command again; what waits in the ledger is not lost"


class SiteAwayError(SiteError):
    """The site cannot be reached, or what answers is not it; ``wait`` is what it asks for."""

    hint = "look at the network and at the site; what waits in the ledger is sent once it is back"

    def __init__(self, message: str, *, wait: float = 0.0, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.wait = wait


class SiteRefusedError(SiteError):
    """The site says no; ``status`` is HTTP's, ``faults`` the cards that it names, by token."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        faults: Mapping[str, str] | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.faults = faults or {}


class QrMismatchError(EncoderError):
    """The QR code as drawn does not decode to the card's address; it must not be printed."""

    exit_code = 6
    hint = FAILURE_HINTS["qr-mismatch"]


class CapacityError(EncoderError):
    """The address is too long for the chip; nothing was written."""

    exit_code = 6
    hint = REFUSAL_HINTS["too-small"]

    def __init__(self, *, needed: int, available: int) -> None:
        super().__init__(
            f"the message needs {needed} bytes and the chip has room for {available};"
            " nothing was written"
        )
        self.needed = needed
        self.available = available


class SilenceError(EncoderError):
    """The chip did not answer a frame, or its answer was lost."""


class NakError(EncoderError):
    """The chip is still there, and refuses a frame or garbles its answer, again and again."""


class CollisionError(EncoderError):
    """More than one card answered; none was selected."""

    hint = REFUSAL_HINTS["two-cards"]


class CardError(EncoderError):
    """The card at hand was not done; the job goes on with the next."""

    exit_code = 6


class CardRefusedError(CardError):
    """The card is not one to take; nothing was written on it."""

    def __init__(self, reason: Refusal, message: str) -> None:
        super().__init__(message, hint=REFUSAL_HINTS[reason])
        self.reason = reason


class PasswordKeptError(CardError):
    """The card's password is not ours to take off; nothing was written on it."""

    def __init__(self, reason: PasswordKept, message: str) -> None:
        super().__init__(message, hint=PASSWORD_KEPT_HINTS[reason])
        self.reason = reason


class CardFailedError(CardError):
    """The card was begun and is not done; it keeps its token."""

    def __init__(self, reason: Failure, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint or FAILURE_HINTS[reason])
        self.reason = reason


class CardLostError(CardFailedError):
    """The card does not answer any more; ``other`` is the UID that answers in its place."""

    def __init__(self, message: str, *, other: bytes | None = None) -> None:
        super().__init__("card-lost", message)
        self.other = other
