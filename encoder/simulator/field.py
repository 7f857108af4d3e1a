"""The place where cards are laid: what a reader hears when it sends a frame."""

from collections.abc import Callable
from threading import RLock

from encoder.simulator.chip import VirtualChip
from encoder.simulator.tearing import Tear, TearPhase

GARBLED = b""  # chips answered at once, and differently: no frame can be made out


class VirtualField:
    """A reader's field with the chips in it; safe to use from several threads.

    ``before_write``, when set, is called with the chip and the page ahead of each EEPROM write.
    """

    def __init__(self) -> None:
        self.before_write: Callable[[VirtualChip, int], None] | None = None
        self._chips: list[VirtualChip] = []
        self._tears: dict[int, Tear] = {}
        self._writes = 0
        self._guard = RLock()

    @property
    def chips(self) -> tuple[VirtualChip, ...]:
        """The chips in the field, in the order they were laid down."""
        return tuple(self._chips)

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies there."""
        return not self._chips

    def lay(self, chip: VirtualChip) -> None:
        """Lay a chip down; it is powered by the next frame."""
        with self._guard:
            chip.torn = False
            chip.before_write = self._on_write
            self._chips.append(chip)

    def lift(self) -> tuple[VirtualChip, ...]:
        """Take everything away, and give it back."""
        with self._guard:
            lifted = self.chips
            for chip in lifted:
                self._remove(chip)
            return lifted

    def power_off(self) -> None:
        """Switch the field off; the next frame switches it on again."""
        with self._guard:
            for chip in self._chips:
                chip.power_off()

    def tear(self, write_index: int, phase: TearPhase, *, seed: int = 0) -> None:
        """Tear the card away at the n-th EEPROM write from now, 1 being the next."""
        with self._guard:
            self._tears[self._writes + write_index] = Tear(phase, seed)

    def transceive(self, frame: bytes) -> bytes | None:
        """Send one frame: the answer, None for silence, GARBLED for a collision."""
        with self._guard:
            for chip in self._chips:
                chip.power_on()
            heard = {chip.transceive(frame) for chip in self.chips} - {None}
            for chip in self.chips:
                if chip.torn:
                    self._remove(chip)
            return heard.pop() if len(heard) == 1 else GARBLED if heard else None

    def _remove(self, chip: VirtualChip) -> None:
        chip.power_off()
        chip.before_write = None
        self._chips.remove(chip)

    def _on_write(self, chip: VirtualChip, page: int) -> Tear | None:
        self._writes += 1
        if self.before_write:
            self.before_write(chip, page)
        return self._tears.pop(self._writes, None)
