"""Another card that comes in ahead of the first WRITE: nothing is written on either."""

from pathlib import Path

import pytest

from encoder.chips.models import NTAG213
from encoder.ledger import Ledger, NewCard
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from tests.encoder.kit import BENCH, START, TOKEN, UID, URL, Ran, make_job, new_chip, run_box

GET_VERSION = b"\x60"


class CrowdedField(VirtualField):
    """A field where another card comes in as the first is asked for its version.

    ``swapped``: the first card is gone by then; else both lie there.
    """

    def __init__(self, other: VirtualChip, *, swapped: bool) -> None:
        super().__init__()
        self._other: VirtualChip | None = other
        self._swapped = swapped

    def transceive(self, frame: bytes) -> bytes | None:
        """Lose the answer in which the other card comes in."""
        if frame == GET_VERSION and self._other is not None:
            if self._swapped:
                self.lift()
            self.lay(self._other)
            self._other = None
            return None
        return super().transceive(frame)


def run_with(other: VirtualChip, path: Path, *, swapped: bool) -> tuple[VirtualChip, Ran]:
    """Run a job of one card, another one coming in; stop once a card was told."""
    first, told = new_chip(NTAG213, UID), iter([False])
    box = CardBox([first], field=CrowdedField(other, swapped=swapped))
    return first, run_box(make_job(), box, path, stopping=lambda: next(told, True))


@pytest.mark.parametrize("swapped", [True, False])
def test_both_cards_stay_untouched(swapped: bool, tmp_path: Path) -> None:
    other = new_chip(NTAG213)

    first, ran = run_with(other, tmp_path / "ledger.db", swapped=swapped)

    assert ran.told() == [("refused", "two-cards")]
    assert (ran.cards[0].uid, ran.cards[0].token) == (UID.hex().upper(), None)
    assert (first.meter.writes, other.meter.writes) == (0, 0)
    assert (ran.end.refused, ran.end.failed, ran.end.remaining) == (1, 0, 1)


def test_begun_card_that_is_refused_is_told_without_its_token(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger.open(path, writable=True) as ledger:
        card = NewCard(
            uid=UID.hex().upper(),
            token=TOKEN,
            job=make_job().job,
            chip="NTAG213",
            protection="permanent",
            url=URL,
        )
        ledger.begin(card, at=START, by=BENCH)

    _, ran = run_with(new_chip(NTAG213), path, swapped=True)

    assert ran.told() == [("refused", "two-cards")]
    assert ran.cards[0].token is None
