"""What a page holds when the card is pulled away in the middle of a WRITE.

Source: NTAG213/215/216 data sheet, 10.4 (the pages 02h, 03h and the dynamic lock page are
protected against tearing: they hold the old or the new value).
"""

import random
from dataclasses import dataclass
from enum import StrEnum

from encoder.chips.models import CC_PAGE, STATIC_LOCK_PAGE, ChipModel


class TearPhase(StrEnum):
    """When, within a WRITE, the card leaves the field; its ACK is lost each time."""

    BEFORE = "before"
    HALF = "half"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Tear:
    """One way to lose a card: the phase, and the seed of what a half-written page holds."""

    phase: TearPhase
    seed: int = 0

    def content(self, model: ChipModel, page: int, old: bytes, new: bytes) -> bytes:
        """What the page holds afterwards."""
        if self.phase is TearPhase.BEFORE:
            return old
        if self.phase is TearPhase.AFTER:
            return new
        return _half_written(model, page, old, new, random.Random(self.seed))  # noqa: S311


def _half_written(
    model: ChipModel, page: int, old: bytes, new: bytes, chance: random.Random
) -> bytes:
    if page in (STATIC_LOCK_PAGE, CC_PAGE, model.dynamic_lock_page):
        return chance.choice((old, new))
    if chance.random() < 0.5:
        return chance.randbytes(len(new))
    return bytes(_mixed(*pair, chance) for pair in zip(old, new, strict=True))


def _mixed(old: int, new: int, chance: random.Random) -> int:
    """A byte whose cells are each old or new."""
    taken = chance.getrandbits(8)
    return old & ~taken | new & taken
