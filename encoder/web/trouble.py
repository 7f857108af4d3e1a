"""Errors as the page tells them: a word that the catalogues have, and the engine's sentence."""

from encoder.errors import (
    EncoderError,
    JobError,
    KeyFileError,
    LayoutError,
    LedgerError,
    PrinterError,
    ReaderError,
    SiteAwayError,
    SiteError,
)

_WORDS: tuple[tuple[type[EncoderError], str], ...] = (
    (ReaderError, "reader"),
    (JobError, "job"),
    (LedgerError, "ledger"),
    (KeyFileError, "key"),
    (LayoutError, "layout"),
    (PrinterError, "printer"),
    (SiteAwayError, "site-away"),
    (SiteError, "site"),
)
OTHER_TROUBLE = "fault"
TROUBLES = (*(word for _, word in _WORDS), OTHER_TROUBLE)


def trouble_of(error: EncoderError) -> dict[str, str]:
    """The word for an error, with what happened and what to do in the engine's own words."""
    kind = next((word for cls, word in _WORDS if isinstance(error, cls)), OTHER_TROUBLE)
    return {"kind": kind, "detail": str(error), "hint": error.hint}
