"""The station's book of cards: one UID, one token, for ever; it survives a crash at any point."""

from encoder.ledger.book import Bench, BookedCard, Ledger, LedgerStage, NewCard

__all__ = ["Bench", "BookedCard", "Ledger", "LedgerStage", "NewCard"]
