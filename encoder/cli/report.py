"""The run's report on the disk, rebuilt from the ledger after each card."""

from pathlib import Path
from threading import Lock

from encoder.ledger import Ledger
from encoder.whole_files import write_whole
from landing.contract.documents import dump_reported_card, join_report

_BLOCK_CARDS = 256
_CARD = "\0"  # JSON writes it as an escape, so it stands nowhere in a report


class ReportFile:
    """A job's report; of the cards already in it only what changed is read and joined anew.

    The cards are kept as text, joined in blocks of ``block_cards``: of a job of 10,000, joining
    them all after each card would cost more than the card.
    """

    def __init__(
        self,
        path: Path,
        ledger: Ledger,
        *,
        job: str,
        station: str,
        block_cards: int = _BLOCK_CARDS,
    ) -> None:
        self._path = path
        self._ledger = ledger
        self._job = job
        self._block_cards = block_cards
        self._empty = join_report(job, station, ()).encode()
        around = join_report(job, station, [_CARD, _CARD]).encode().split(_CARD.encode())
        self._head, self._between, self._tail = around
        self._mark = 0
        self._cards: dict[int, dict[int, bytes]] = {}  # by block, then by place
        self._blocks: dict[int, bytes] = {}
        self._turn = Lock()  # of two readers' cards, the later report must be the one that stays

    def write(self) -> None:
        """Bring the report up to date and put it in place.

        Raises:
            EncoderError: it cannot be written, or the ledger cannot be read.
        """
        with self._turn:
            self._follow()
            write_whole(self._path, *self._parts())

    def _follow(self) -> None:
        self._mark, changes = self._ledger.reported_since(self._job, self._mark)
        for place, card in changes.items():
            block = self._cards.setdefault(place // self._block_cards, {})
            if card is None:
                block.pop(place, None)
            else:
                block[place] = dump_reported_card(card).encode()
        for number in {place // self._block_cards for place in changes}:
            self._join(number)

    def _join(self, number: int) -> None:
        cards = self._cards[number]
        if cards:
            self._blocks[number] = self._between.join(cards[place] for place in sorted(cards))
        else:
            self._blocks.pop(number, None)

    def _parts(self) -> list[bytes]:
        if not self._blocks:
            return [self._empty]
        parts = [self._head]
        for number in sorted(self._blocks):
            parts += [self._blocks[number], self._between]
        return [*parts[:-1], self._tail]
