"""The station's book of cards: one UID, one token, for ever; it survives a crash at any point."""

from encoder.ledger.book import Ledger
from encoder.ledger.cards import (
    AlreadyBookedError,
    Bench,
    BookedCard,
    LedgerStage,
    NewCard,
    Presentation,
)

__all__ = [
    "AlreadyBookedError",
    "Bench",
    "BookedCard",
    "Ledger",
    "LedgerStage",
    "NewCard",
    "Presentation",
]
