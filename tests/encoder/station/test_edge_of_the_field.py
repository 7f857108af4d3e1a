"""A card at the edge of the field misses a look, or leaves before it was begun."""

from pathlib import Path

from encoder.chips.commands import FAST_READ_PAGES
from encoder.chips.models import NTAG213, NTAG216
from encoder.simulator.card_box import CardBox, CardEvent
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from tests.encoder.kit import TOKEN, Ran, make_job, new_chip, run_box, seen_by_phone

REQA, GET_VERSION, WRITE, FAST_READ = b"\x26", b"\x60", 0xA2, 0x3A


class DeafField(VirtualField):
    """A field where one WRITE and the look after it get no answer."""

    def __init__(self) -> None:
        super().__init__()
        self._silences = 0

    def transceive(self, frame: bytes) -> bytes | None:
        """Send one frame, and lose two answers."""
        answer = super().transceive(frame)
        lost = frame[0] == WRITE if self._silences == 0 else self._silences == 1 and frame == REQA
        self._silences += lost
        return None if lost else answer


def test_card_that_misses_one_look_after_a_lost_answer_goes_on(tmp_path: Path) -> None:
    chip = new_chip(NTAG213)

    ran = run_box(make_job(), CardBox([chip], field=DeafField()), tmp_path / "ledger.db")

    assert ran.told() == [("done", None)]


class FlickeringField(VirtualField):
    """A field where every second look at a finished card gets no answer."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0

    def transceive(self, frame: bytes) -> bytes | None:
        """Send one frame."""
        done = any(chip.meter.writes == 14 for chip in self.chips)
        self.looks += done and frame == REQA
        return None if done and frame == REQA and self.looks % 2 else super().transceive(frame)


def test_finished_card_that_misses_a_look_now_and_then_is_one_presentation(tmp_path: Path) -> None:
    field = FlickeringField()
    field.lay(new_chip(NTAG213))

    ran = run_still(field, tmp_path / "ledger.db")

    assert ran.told() == [("done", None)]
    assert [event.name for event in ran.events] == ["ready", "card", "end"]


def run_still(field: FlickeringField, path: Path) -> Ran:
    """Run a job of two cards at a field that nobody touches, for some looks."""
    return run_box(make_job(2), StillBox(field), path, stopping=lambda: field.looks > 20)


class StillBox(CardBox):
    """A place with no operator."""

    def __init__(self, field: VirtualField) -> None:
        super().__init__([], field=field)

    @property
    def exhausted(self) -> bool:
        """Nobody knows."""
        return False

    def transceive(self, frame: bytes) -> bytes | None:
        """Send one frame."""
        return self.field.transceive(frame)


class SlippingField(VirtualField):
    """A field that the first card leaves as it is asked for its version."""

    def __init__(self) -> None:
        super().__init__()
        self._slipped = False

    def transceive(self, frame: bytes) -> bytes | None:
        """Send one frame; the first GET_VERSION reaches an empty place."""
        if frame == GET_VERSION and not self._slipped:
            self._slipped = True
            self.lift()
        return super().transceive(frame)


def test_card_that_leaves_before_it_was_begun_has_no_token_and_counts(tmp_path: Path) -> None:
    gone, next_one = new_chip(NTAG213), new_chip(NTAG213)
    box = SendingOn([gone, next_one], field=SlippingField())

    ran = run_box(make_job(), box, tmp_path / "ledger.db")

    assert ran.told() == [("failed", "card-lost"), ("done", None)]
    assert [card.token is None for card in ran.cards] == [True, False]
    assert (ran.end.failed, ran.end.remaining, ran.outcome.open_failures) == (0, 0, 1)


class SendingOn(CardBox):
    """An operator who puts a card that slipped aside and takes the next."""

    def transceive(self, frame: bytes) -> bytes | None:
        """Send one frame; a card that is gone is not laid down again."""
        answer = super().transceive(frame)
        if self.field.is_empty and len(self._waiting) == 2:
            self._waiting.popleft()
        return answer


class WatchedField(VirtualField):
    """A field that notes how many pages each FAST_READ asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[int] = []

    def transceive(self, frame: bytes) -> bytes | None:
        """Send one frame."""
        if frame[0] == FAST_READ:
            self.pages.append(frame[2] - frame[1] + 1)
        return super().transceive(frame)


def test_long_address_is_read_back_in_frames_that_every_reader_can_hold(tmp_path: Path) -> None:
    site = "https://" + ".".join(["a" * 60] * 4)
    chip, field = new_chip(NTAG216), WatchedField()

    ran = run_box(make_job(site=site), CardBox([chip], field=field), tmp_path / "ledger.db")

    assert ran.told() == [("done", None)]
    assert (seen_by_phone(chip) or "").startswith(site)
    assert max(field.pages) == FAST_READ_PAGES == 60


class RefusingField(VirtualField):
    """A field where the chip refuses GET_VERSION, as a noisy one does."""

    def transceive(self, frame: bytes) -> bytes | None:
        """Answer, but with a NAK to GET_VERSION."""
        return b"\x00" if frame == GET_VERSION else super().transceive(frame)


def test_begun_card_that_only_refuses_frames_has_failed_and_keeps_its_token(
    tmp_path: Path,
) -> None:
    chip, field, path = new_chip(NTAG213), VirtualField(), tmp_path / "ledger.db"
    moves: list[CardEvent] = []
    box = CardBox([chip], field=field, on_event=lambda event, _chip: moves.append(event))
    field.tear(3, TearPhase.AFTER)
    begun = run_box(make_job(), box, path, stopping=lambda: CardEvent.LIFTED in moves)

    ran = run_box(make_job(), CardBox([chip], field=RefusingField()), path)

    assert begun.told()[0] == ("failed", "card-lost")
    assert ran.told() == [("failed", "write-failed")]
    assert ran.cards[0].token == TOKEN
