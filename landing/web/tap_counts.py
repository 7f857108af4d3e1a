"""Count taps in memory and write them down in batches: a tap waits for no disk.

What is counted is which card was opened how on which day, never by whom. A process that is killed
loses the taps of the last seconds; one that is stopped writes them down first.
"""

import logging
from collections import Counter
from threading import Event, Lock, Thread

from landing.errors import LandingError
from landing.storage.database import Database
from landing.storage.taps import TapChannel, TapKey, add_taps
from landing.web.clock import Clock

FLUSH_SECONDS = 5.0

Taps = dict[tuple[str, str, TapChannel], int]

_log = logging.getLogger(__name__)


class TapCounts:
    """The taps of this process that are not written down yet; threads share it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._taps: Taps = {}
        self._guard = Lock()  # held for no longer than one addition
        self._unwritten: Counter[TapKey] = Counter()
        self._one_writer = Lock()
        self._has_flusher = False

    def add(self, profile_uid: str, token: str, channel: TapChannel) -> None:
        """Count one; ``token`` is empty for the profile's own link."""
        tap = (profile_uid, token, channel)
        with self._guard:
            self._taps[tap] = self._taps.get(tap, 0) + 1
        if not self._has_flusher:
            self._start_flusher()

    def flush(self) -> None:
        """Write down all that was counted; what cannot be written is kept for the next time.

        A tap is of the day on which it is written down: seconds late, at most, at midnight UTC.
        """
        with self._one_writer:
            self._gather()
            if not self._unwritten:
                return
            try:
                with self._database.writing() as db:
                    add_taps(db, self._unwritten)
            except LandingError as error:
                _log.error("taps could not be written down yet: %s", error)
            else:
                self._unwritten = Counter()

    def _gather(self) -> None:
        today = self._clock().date()
        with self._guard:
            taps, self._taps = self._taps, {}
        for (profile_uid, token, channel), count in taps.items():
            self._unwritten[TapKey(profile_uid, token, today, channel)] += count

    def _start_flusher(self) -> None:
        with self._one_writer:
            if not self._has_flusher:
                self._has_flusher = True
                Thread(target=self._flush_for_ever, daemon=True).start()

    def _flush_for_ever(self) -> None:
        pause = Event()
        while not pause.wait(FLUSH_SECONDS):
            try:
                self.flush()
            except Exception:  # noqa: BLE001  # the top of a thread: memory fills up if it ends
                _log.exception("a batch of taps was lost")
