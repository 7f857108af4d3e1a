"""What only a real reader and a real chip can show; the card stays unlocked and can be used again.

Lay down an NTAG213, 215 or 216 when told to. Nothing is locked, whatever it holds is replaced.
"""

import time
from collections.abc import Callable
from pathlib import Path

from encoder.chips import commands
from encoder.errors import SilenceError
from encoder.readers import Field
from encoder.simulator.card_box import CardBox
from encoder.station.events import Removed
from tests.encoder.kit import Ran, make_job, run_box

PATIENCE_SECONDS = 60.0
SEEN_WITHIN_MS = 60.0


def until(is_so: Callable[[], bool], words: str) -> None:
    """Tell the person what to do, and wait until it is done."""
    print(f"\n>>> {words}", flush=True)
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end, "nothing happened"


def run(field: Field, path: Path) -> Ran:
    """Make one unlocked card, over whatever it holds, and wait until it is taken away."""
    print("\n>>> lay down an NTAG213, 215 or 216; take it away when told", flush=True)
    job = make_job(protection="none")
    return run_box(job, CardBox([]), path, reader=field, overwrite=True, seconds=time.monotonic)


def test_card_is_made_and_its_going_is_seen(field: Field, tmp_path: Path) -> None:
    until(lambda: field.sense() is None, "take everything off the reader")

    ran = run(field, tmp_path / "ledger.db")

    assert ran.told() == [("done", None)]
    assert ran.cards[0].exchanges <= 25
    assert [event.uid for event in ran.events if isinstance(event, Removed)] in (
        [],  # the last card is not waited for without end
        [ran.cards[0].uid],
    )


def test_look_at_a_card_is_quick(field: Field) -> None:
    until(lambda: field.sense() is not None, "lay down a card and leave it there")

    begun = time.monotonic()
    found = [field.sense() for _ in range(20)]
    each_ms = 1000 * (time.monotonic() - begun) / len(found)

    print(f"\n>>> a look takes {each_ms:.1f} ms", flush=True)
    assert None not in found
    assert each_ms < SEEN_WITHIN_MS


def test_refused_write_is_no_ack_and_the_chip_is_there_again(field: Field) -> None:
    until(lambda: field.sense() is not None, "lay down a card and leave it there")

    try:
        answer = field.exchange(commands.write(0x00, bytes(4)))  # no chip has its UID written over
    except SilenceError:
        answer = b""

    assert answer != commands.ACK
    assert field.sense() is not None
    assert len(field.exchange(commands.read(0x00))) == commands.READ_LENGTH
