"""The station's book of cards: one UID, one token, for ever; it survives a crash at any point."""

from encoder.ledger.backup import back_up
from encoder.ledger.book import Ledger
from encoder.ledger.cards import (
    AlreadyBookedError,
    Bench,
    BookedCard,
    BookedStage,
    LedgerStage,
    NewCard,
    Presentation,
    PresentationStatus,
)
from encoder.ledger.check import check_ledger
from encoder.ledger.prints import BookedPrint, Print, PrintOutcome

__all__ = [
    "AlreadyBookedError",
    "Bench",
    "BookedCard",
    "BookedPrint",
    "BookedStage",
    "Ledger",
    "LedgerStage",
    "NewCard",
    "Presentation",
    "PresentationStatus",
    "Print",
    "PrintOutcome",
    "back_up",
    "check_ledger",
]
