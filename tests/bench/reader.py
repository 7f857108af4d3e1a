"""What a reader has to do for one card, and how long a card lies there until it is seen."""

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from queue import Queue
from threading import Event, Thread

import ndef
import nfc.clf
import nfc.tag

from encoder.chips.models import NTAG213
from encoder.readers.nfcpy import open_nfcpy
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from landing.contract.url import card_url
from tests.bench.figures import Figure, Suite
from tests.emulated.boxed import BoxedField
from tests.emulated.serial_reader import Counts, SerialPn532, plugged_in
from tests.encoder.kit import make_job, run_box

LAID_DOWN = 50
_MOST_COMMANDS = 30
_LONGEST_WAIT_MS = 20.0
_SITE = "https://card.wemet.fr"  # with /c/ and the token, 37 characters
_TOKEN = "7H3K9QX2MZ4DG"
_UID = bytes.fromhex("04A1B2C3D4E580")
_LONGEST_APART = 1.0  # two rounds of connect(), so that no moment is favoured
_PATIENCE_SECONDS = 30.0
_METHOD = (
    "An emulated PN532 on a pseudo terminal, spoken to by nfcpy's own `pn532` driver. A blank"
    " NTAG213, a\n37-character address, locked for ever; ours reads the locks before and after."
    f" Detection: {LAID_DOWN} cards laid\ndown at random moments, the time that line and air take"
    " waited for; the peer is `connect()` with its\ndefaults, up to `on-discover`."
)

Watch = Callable[[SerialPn532, Callable[[], None], Callable[[], bool]], None]


def measure() -> Suite:
    """Make one card and lay down many, both ways."""
    ours, theirs = _our_counts(), _nfcpy_counts()
    rows = [
        ("host commands a card", "", ours.commands, theirs.commands, _MOST_COMMANDS),
        ("serial bytes a card", "", ours.serial_bytes, theirs.serial_bytes, None),
        (
            "card laid down until it is seen, mean",
            "ms",
            _wait_ms(_look),
            _wait_ms(_connect),
            _LONGEST_WAIT_MS,
        ),
    ]
    figures = tuple(
        Figure(what=what, ours=mine, against=against, theirs=other, unit=unit)
        for what, unit, mine, peers, limit in rows
        for against, other in (("limit", limit), ("nfcpy's own path", peers))
        if other is not None
    )
    return Suite(title="One card at a PN532", method=_METHOD, figures=figures)


def _our_counts() -> Counts:
    """From the look that finds the card to the last lock read back."""
    box = CardBox([VirtualChip(NTAG213, _UID)])
    with plugged_in(box) as board, open_nfcpy(board.path, board.connect) as field:
        field.sense()  # the first look sets the reader up
        before = _copy(board.counts)
        with tempfile.TemporaryDirectory() as folder:
            ran = run_box(
                make_job(site=_SITE, first_token=_TOKEN),
                box,
                Path(folder) / "ledger.db",
                reader=BoxedField(field, box),
                stopping=lambda: board.counts.commands > before.commands,
            )
        if ran.told() != [("done", None)]:
            raise AssertionError(ran.told())
        return _since(board.counts, before)


def _nfcpy_counts() -> Counts:
    place = VirtualField()
    place.lay(VirtualChip(NTAG213, _UID))
    with plugged_in(place) as board:
        clf = board.connect(board.path)
        try:
            before = _copy(board.counts)
            tag = nfc.tag.activate(clf, clf.sense(nfc.clf.RemoteTarget("106A"), iterations=1))
            tag.ndef.records = [ndef.UriRecord(card_url(_SITE, _TOKEN))]
            if tag.ndef.has_changed:
                raise AssertionError("nfcpy's own path did not write the message")
            tag.protect()
            return _since(board.counts, before)
        finally:
            clf.close()


def _wait_ms(watch: Watch) -> float:
    """The mean time from laying a card down until ``watch`` sees it."""
    place, seen, done = VirtualField(), Queue[float](), Event()
    with plugged_in(place, pace=time.sleep) as board:
        arguments = (board, lambda: seen.put(time.monotonic()), done.is_set)
        thread = Thread(target=watch, args=arguments, daemon=True)
        thread.start()
        try:
            waits = [_wait(place, seen) for _ in range(LAID_DOWN)]
        finally:
            done.set()
            place.lift()
            thread.join(_PATIENCE_SECONDS)
    return 1000 * sum(waits) / len(waits)


def _wait(place: VirtualField, seen: "Queue[float]") -> float:
    """Lay a card down at a random moment, and take it away once it was seen."""
    time.sleep(0.05 + random.uniform(0, _LONGEST_APART))
    while not seen.empty():
        seen.get()
    laid = time.monotonic()
    place.lay(VirtualChip(NTAG213, _UID))
    waited = seen.get(timeout=_PATIENCE_SECONDS) - laid
    place.lift()
    return waited


def _look(board: SerialPn532, saw: Callable[[], None], is_over: Callable[[], bool]) -> None:
    """Look as the station does."""
    with open_nfcpy(board.path, board.connect) as field:
        while not is_over():
            if field.sense() is not None:
                saw()
            time.sleep(field.poll_seconds)


def _connect(board: SerialPn532, saw: Callable[[], None], is_over: Callable[[], bool]) -> None:
    """Wait as nfcpy's own main loop does."""

    def discovered(_target: object) -> bool:
        saw()
        return False

    clf = board.connect(board.path)
    try:
        clf.connect(rdwr={"on-discover": discovered}, terminate=is_over)
    finally:
        clf.close()


def _copy(counts: Counts) -> Counts:
    return Counts(counts.commands, counts.received, counts.sent)


def _since(now: Counts, before: Counts) -> Counts:
    return Counts(
        now.commands - before.commands, now.received - before.received, now.sent - before.sent
    )
