"""A virtual operator with a box of cards: lays one down, lifts it when it is done with, and so on.

No clock decides: the operator goes by what the reader does, so a run is the same each time.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from encoder.chips.models import UID_LENGTH, ChipModel
from encoder.simulator.chip import SAK_COMPLETE, VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.timing import REQA, WUPA

NXP = b"\x04"  # UID0 is the manufacturer's code
_POLLS = 3  # that many alike in a row, and the reader is only waiting for the card to go
_CASCADES = (0x93, 0x95)
_WRITES = (0xA2, 0xA0)


class CardEvent(StrEnum):
    """What the operator does with a card."""

    LAID = "laid"
    LIFTED = "lifted"


def blank_chip(model: ChipModel, randbytes: Callable[[int], bytes]) -> VirtualChip:
    """A chip as delivered, with a UID of its own."""
    return VirtualChip(model, NXP + randbytes(UID_LENGTH - len(NXP)))


def blank_chips(
    model: ChipModel, count: int, randbytes: Callable[[int], bytes]
) -> Iterator[VirtualChip]:
    """A box of blank chips, no two with the same UID."""
    seen: set[bytes] = set()
    while len(seen) < count:
        chip = blank_chip(model, randbytes)
        if chip.uid not in seen:
            seen.add(chip.uid)
            yield chip


class CardBox:
    """A field with an operator at it; serve it in the field's place.

    A card is lifted when the reader only looks whether it is still there: the same answered read
    command three times in a row, or three activations in a row with no command, or the same one
    read command, between them. The place is then empty for ``gap_polls`` REQA, and the next card
    follows. A card that was torn away comes back in the same manner.
    """

    def __init__(
        self,
        cards: Iterable[VirtualChip],
        *,
        field: VirtualField | None = None,
        gap_polls: int = 3,
        on_event: Callable[[CardEvent, VirtualChip], None] | None = None,
    ) -> None:
        self.field = VirtualField() if field is None else field
        self._cards = iter(cards)
        self._waiting: deque[VirtualChip] = deque()
        self._current: VirtualChip | None = None
        self._gap_polls = gap_polls
        self._gap = 0
        self._on_event = on_event
        self._watch = _PollWatch()
        self._draw()

    @property
    def exhausted(self) -> bool:
        """Whether the last card has been lifted and no other will come."""
        return self._current is None and not self._waiting

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies on the reader."""
        return self.field.is_empty

    def power_off(self) -> None:
        """Switch the field off."""
        self.field.power_off()

    def transceive(self, frame: bytes) -> bytes | None:
        """Send one frame, and let the operator act upon it."""
        if self._current is not None and self._watch.is_done_before(frame):
            self.field.lift()
            self._taken_away(self._current)
        elif self._current is None and frame in (REQA, WUPA):
            self._wait_or_lay()
        reply = self.field.transceive(frame)
        if self._current is not None and self.field.is_empty:
            self._waiting.appendleft(self._current)
            self._taken_away(self._current)
        self._watch.see(frame, reply)
        return reply

    def close(self) -> None:
        """Lift what lies there and put the box away."""
        self.field.lift()
        if self._current is not None:
            self._taken_away(self._current)

    def _wait_or_lay(self) -> None:
        if self._gap:
            self._gap -= 1
        elif self._waiting:
            self._lay(self._waiting.popleft())

    def _lay(self, card: VirtualChip) -> None:
        self._current = card
        self._draw()
        self._watch = _PollWatch()
        self.field.lay(card)
        self._tell(CardEvent.LAID, card)

    def _draw(self) -> None:
        """Keep one card ahead, so that the end of the box is known."""
        card = None if self._waiting else next(self._cards, None)
        if card is not None:
            self._waiting.append(card)

    def _taken_away(self, card: VirtualChip) -> None:
        self._current = None
        self._gap = self._gap_polls
        self._tell(CardEvent.LIFTED, card)

    def _tell(self, event: CardEvent, card: VirtualChip) -> None:
        if self._on_event:
            self._on_event(event, card)


class _PollWatch:
    """Notices that a reader is done with a card and only asks whether it is still there."""

    def __init__(self) -> None:
        self._sessions: deque[tuple[bytes, ...]] = deque(maxlen=_POLLS)
        self._commands: list[bytes] = []
        self._active = False

    def see(self, frame: bytes, reply: bytes | None) -> None:
        """Take note of one exchange."""
        if frame in (REQA, WUPA):
            self._end_session()
        elif frame[0] in _CASCADES:
            self._active = self._active or (frame[:2] == b"\x95\x70" and reply == SAK_COMPLETE)
        elif reply:
            self._commands.append(frame)

    def is_done_before(self, frame: bytes) -> bool:
        """Whether ``frame`` comes after polls that were all alike and wrote nothing."""
        if frame in (REQA, WUPA):
            return _only_polls(self._commands) or self._only_activations()
        return _only_polls(self._commands) and frame == self._commands[-1]

    def _only_activations(self) -> bool:
        current = [tuple(self._commands)] if self._active else []
        ended = [*self._sessions, *current][-_POLLS:]
        kinds = {frozenset(session) for session in ended}
        return len(ended) == _POLLS and len(kinds) == 1 and _is_poll(ended[0])

    def _end_session(self) -> None:
        if self._active:
            self._sessions.append(tuple(self._commands))
        self._commands, self._active = [], False


def _only_polls(commands: list[bytes]) -> bool:
    last = commands[-_POLLS:]
    return len(last) == _POLLS and len(set(last)) == 1 and last[0][0] not in _WRITES


def _is_poll(session: tuple[bytes, ...]) -> bool:
    return len(set(session)) <= 1 and all(command[0] not in _WRITES for command in session)
