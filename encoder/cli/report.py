"""The run's report on the disk, rebuilt from the ledger after each card."""

from pathlib import Path
from threading import Lock

from encoder.ledger import Ledger
from encoder.whole_files import write_whole
from landing.contract.documents import dump_reported_card, join_report


class ReportFile:
    """A job's report; of the cards already in it only what changed is read and written anew."""

    def __init__(self, path: Path, ledger: Ledger, *, job: str, station: str) -> None:
        self._path = path
        self._ledger = ledger
        self._job = job
        self._station = station
        self._mark = 0
        self._cards: dict[int, str] = {}
        self._turn = Lock()  # of two readers' cards, the later report must be the one that stays

    def write(self) -> None:
        """Bring the report up to date and put it in place.

        Raises:
            EncoderError: it cannot be written, or the ledger cannot be read.
        """
        with self._turn:
            self._follow()
            cards = [self._cards[place] for place in sorted(self._cards)]
            write_whole(self._path, join_report(self._job, self._station, cards).encode())

    def _follow(self) -> None:
        self._mark, changes = self._ledger.reported_since(self._job, self._mark)
        for place, card in changes.items():
            if card is None:
                self._cards.pop(place, None)
            else:
                self._cards[place] = dump_reported_card(card)
