"""Which of a job's items are done, begun on a card, or still without one."""

from encoder.errors import LedgerError
from encoder.ledger import Ledger
from landing.contract.documents import Job, JobItem


class Worklist:
    """A job's items against the ledger.

    Raises:
        LedgerError: a token of the job is booked for another job, or begun with another protection.
    """

    def __init__(self, job: Job, ledger: Ledger) -> None:
        self._items = {item.token: item for item in job.items}
        self._done: set[str] = set()
        self._begun: set[str] = set()
        for item in job.items:
            card = ledger.card_with_token(item.token)
            if card is None:
                continue
            if card.job != job.job:
                raise LedgerError(
                    f"the token {item.token} of the job {job.job} is booked for the job {card.job};"
                    " no card was touched",
                    hint="have the job made again by the site, or name the right --ledger",
                )
            if not card.is_done and card.protection != job.policy.protection:
                raise LedgerError(
                    f"the card {card.uid} was begun with the protection {card.protection}, and the"
                    f" job {job.job} now asks for {job.policy.protection}; no card was touched",
                    hint="take the job as it was, or: wecard-encoder ledger scrap " + item.token,
                )
            (self._done if card.is_done else self._begun).add(item.token)

    @property
    def remaining(self) -> int:
        """How many items are not done."""
        return len(self._items) - len(self._done)

    @property
    def unfinished(self) -> int:
        """How many items are begun on a card and not done."""
        return len(self._begun)

    @property
    def done_tokens(self) -> frozenset[str]:
        """The tokens of the done items."""
        return frozenset(self._done)

    def item(self, token: str) -> JobItem | None:
        """The job's item with this token."""
        return self._items.get(token)

    def next_item(self) -> JobItem | None:
        """The first item by position that no card was begun for."""
        taken = self._done | self._begun
        return next((item for item in self._items.values() if item.token not in taken), None)

    def begin(self, token: str) -> None:
        """A card was begun for this item."""
        self._begun.add(token)

    def finish(self, token: str) -> None:
        """The item's card is done."""
        self._begun.discard(token)
        self._done.add(token)
