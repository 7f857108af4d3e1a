"""What the ledger books: the bench, a card, and what happened each time one was laid down."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from encoder.chips.mirror import Mirror
from encoder.errors import Failure, LedgerError, Refusal
from landing.contract.documents import Protection

LedgerStage = Literal["begun", "written", "verified", "locked", "booked", "unprotected", "scrapped"]
PresentationStatus = Literal["done", "resumed", "already-done", "refused", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Who books, and where."""

    station: str
    operator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCard:
    """What is booked ahead of a card's first WRITE.

    ``key_id`` tells which station key the password came from and is no secret; ``version`` is
    GET_VERSION's answer in hex; ``genuine`` is None when the originality signature was not read.
    """

    uid: str
    token: str
    job: str
    chip: str
    protection: Protection
    url: str
    mirror: Mirror = "none"
    key_id: str | None = None
    version: str = ""
    genuine: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedCard:
    """A card as the ledger knows it; ``stage``, ``at`` and the names are the latest stage's.

    ``config`` is CFG0 and CFG1 in hex, as read back after locking. ``url`` is None for a card
    from a file of version 1.
    """

    uid: str
    token: str
    job: str
    chip: str
    protection: Protection
    url: str | None
    mirror: Mirror
    key_id: str | None
    version: str
    genuine: bool | None
    digest: str | None
    config: str | None
    stage: LedgerStage
    at: datetime
    operator: str
    station: str

    @property
    def is_done(self) -> bool:
        """Whether the card is finished."""
        return self.stage == "booked"

    @property
    def is_unprotected(self) -> bool:
        """Whether its password was taken off; it may be begun again with its token."""
        return self.stage == "unprotected"

    @property
    def is_scrapped(self) -> bool:
        """Whether the card was given up; its UID stays booked."""
        return self.stage == "scrapped"


@dataclass(frozen=True, slots=True)
class BookedStage:
    """One step of a card, and who booked it."""

    stage: LedgerStage
    at: datetime
    station: str
    operator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """What happened one time that a card was laid down; the counts are this time's.

    The ledger keeps ``uid`` only of a card that is booked in it.
    """

    job: str
    status: PresentationStatus
    reason: Refusal | Failure | None
    token: str | None
    uid: str | None
    chip: str | None
    reader: str
    exchanges: int
    writes: int
    seconds: float


class AlreadyBookedError(LedgerError):
    """The UID or the token is bound already; nothing was changed."""

    hint = "put the card aside: one chip has one token, for ever"

    def __init__(self, card: BookedCard) -> None:
        super().__init__(
            f"the card {card.uid} is booked with the token {card.token} in the job {card.job};"
            " nothing was changed"
        )
        self.card = card
