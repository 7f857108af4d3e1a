"""Which of a job's items are done, begun on a card, or still without one."""

from heapq import heappop, heappush
from threading import Lock

from encoder.chips.mirror import Mirror
from encoder.errors import LedgerError
from encoder.ledger import BookedCard, Ledger
from landing.contract.documents import Job, JobItem


class Worklist:
    """A job's items against the ledger; several readers may share it.

    ``mirror`` and ``key_id`` are what cards are begun with now: a card begun otherwise could not
    be finished.

    Raises:
        LedgerError: a token of the job is booked for another job, or begun in another manner.
    """

    def __init__(
        self, job: Job, ledger: Ledger, *, mirror: Mirror = "none", key_id: str | None = None
    ) -> None:
        self._items = {item.token: item for item in job.items}
        self._places = {item.token: place for place, item in enumerate(job.items)}
        self._guard = Lock()
        self._done: set[str] = set()
        self._begun: set[str] = set()
        self._in_hand: set[str] = set()
        self._free: list[int] = []  # a heap of places in the job
        self._by_place = job.items
        for place, item in enumerate(job.items):
            card = ledger.card_with_token(item.token)
            if card is None:
                self._free.append(place)
                continue
            _check(card, job, mirror, key_id)
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
    def has_open_cards(self) -> bool:
        """Whether a card was begun that lies on no reader just now."""
        with self._guard:
            return bool(self._begun - self._in_hand)

    @property
    def done_tokens(self) -> frozenset[str]:
        """The tokens of the done items."""
        with self._guard:
            return frozenset(self._done)

    @property
    def done(self) -> int:
        """How many items are done."""
        return len(self._done)

    def item(self, token: str) -> JobItem | None:
        """The job's item with this token."""
        return self._items.get(token)

    def take(self) -> JobItem | None:
        """The first item by position without a card; it is the caller's until given back."""
        with self._guard:
            if not self._free:
                return None
            item = self._by_place[heappop(self._free)]
            self._begun.add(item.token)
            self._in_hand.add(item.token)
            return item

    def pick_up(self, token: str) -> None:
        """A card that was begun for the item lies on a reader again."""
        with self._guard:
            self._in_hand.add(token)

    def put_down(self, token: str) -> None:
        """The item's card is no longer worked at."""
        with self._guard:
            self._in_hand.discard(token)

    def give_back(self, token: str) -> None:
        """No card was begun for the item after all."""
        with self._guard:
            self._begun.discard(token)
            self._in_hand.discard(token)
            heappush(self._free, self._places[token])

    def reopen(self, token: str) -> None:
        """The item's card was scrapped, done or begun: the item takes another one."""
        with self._guard:
            self._done.discard(token)
            self._begun.discard(token)
            heappush(self._free, self._places[token])

    def finish(self, token: str) -> None:
        """The item's card is done."""
        with self._guard:
            self._begun.discard(token)
            self._in_hand.discard(token)
            self._done.add(token)


def _check(card: BookedCard, job: Job, mirror: Mirror, key_id: str | None) -> None:
    """Refuse to go on with a row that this job, begun in this manner, cannot finish."""
    if card.job != job.job:
        raise LedgerError(
            f"the token {card.token} of the job {job.job} is booked for the job {card.job};"
            " no card was touched",
            hint="have the job made again by the site, or name the right --ledger",
        )
    if card.is_done or card.is_unprotected:
        return
    wanted = {"protection": job.policy.protection, "mirror": mirror, "key": key_id}
    begun = {"protection": card.protection, "mirror": card.mirror, "key": card.key_id}
    for what, found in begun.items():
        if found != wanted[what]:
            raise LedgerError(
                f"the card {card.uid} was begun with the {what} {found}, and the job {job.job} now"
                f" asks for {wanted[what]}; no card was touched",
                hint="take the job as it was, or: wecard-encoder ledger scrap " + card.token,
            )
