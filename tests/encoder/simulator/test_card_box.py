"""The virtual operator: when a card is laid down, lifted, and laid down again."""

import random
from collections.abc import Callable

import pytest

from encoder.chips.models import NTAG213
from encoder.simulator.card_box import CardBox, CardEvent, blank_chip, blank_chips
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.server import Place
from encoder.simulator.tearing import TearPhase
from tests.encoder.simulator.cast import frontend, page_of, sense

GAP = 3
MANY_POLLS = 50
WRITE_6 = bytes.fromhex("A20601020304")
IDENTIFY = [b"\x60", b"\x30\x02", b"\x30\x28"]


def randbytes(count: int) -> bytes:
    """The same bytes in every test."""
    return random.Random(count).randbytes(count)


class Reader:
    """A reader at a place, with no driver between."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def look(self) -> bytes | None:
        """Switch the field off and on, and select whatever is there."""
        self.place.power_off()
        if not self.place.transceive(b"\x26"):
            return None
        uid = b""
        for level in (b"\x93", b"\x95"):
            number = self.place.transceive(level + b"\x20")
            assert number is not None
            assert self.place.transceive(level + b"\x70" + number) is not None
            uid += number[1:4] if level == b"\x93" else number[:4]
        return uid

    def wait(self) -> bytes:
        """Look until a card is there."""
        for _ in range(MANY_POLLS):
            uid = self.look()
            if uid:
                return uid
        raise AssertionError("no card came")

    def send(self, *frames: bytes) -> list[bytes | None]:
        """Send commands to the selected card."""
        return [self.place.transceive(frame) for frame in frames]


def by_looking(reader: Reader) -> bool:
    """Ask whether the card is still there by selecting it."""
    return reader.look() is not None


def by_reading(reader: Reader) -> bool:
    """Ask by reading page 00h, as nfcpy's tags do."""
    return reader.send(b"\x30\x00")[0] is not None


def by_looking_and_reading(reader: Reader) -> bool:
    """Ask by selecting the card, and by a command to it."""
    return reader.look() is not None and reader.send(b"\x60")[0] is not None


POLLS = [by_looking, by_reading, by_looking_and_reading]
Log = list[tuple[CardEvent, bytes]]


def a_box(count: int) -> tuple[CardBox, Log]:
    """A box of blank cards, and what happens to them."""
    log: Log = []
    chance = random.Random(1)
    box = CardBox(
        blank_chips(NTAG213, count, chance.randbytes),
        gap_polls=GAP,
        on_event=lambda event, chip: log.append((event, chip.uid)),
    )
    return box, log


def polls_until_gone(reader: Reader, poll: Callable[[Reader], bool]) -> int:
    """How often the reader has to ask before the card is gone."""
    return next(count for count in range(MANY_POLLS) if not poll(reader))


@pytest.mark.parametrize("poll", POLLS)
def test_card_is_lifted_once_the_reader_only_asks_for_it(poll: Callable[[Reader], bool]) -> None:
    box, log = a_box(1)
    reader = Reader(box)
    uid = reader.wait()
    reader.send(*IDENTIFY, WRITE_6)

    asked = polls_until_gone(reader, poll)

    assert asked == 3
    assert log == [(CardEvent.LAID, uid), (CardEvent.LIFTED, uid)]
    assert box.exhausted


@pytest.mark.parametrize("poll", POLLS)
def test_next_card_follows_after_an_empty_place(poll: Callable[[Reader], bool]) -> None:
    box, _ = a_box(2)
    reader = Reader(box)
    first = reader.wait()
    reader.send(*IDENTIFY)
    polls_until_gone(reader, poll)

    looks = [reader.look() for _ in range(GAP + 1)]

    assert [look is None for look in looks[:2]] == [True, True]
    assert looks[-1] not in (None, first)
    assert not box.exhausted


@pytest.mark.parametrize("poll", POLLS)
def test_whole_box_is_laid_down_card_by_card(poll: Callable[[Reader], bool]) -> None:
    box, log = a_box(5)
    reader = Reader(box)
    while not box.exhausted:
        reader.wait()
        reader.send(*IDENTIFY, WRITE_6)
        polls_until_gone(reader, poll)

    assert len({uid for _, uid in log}) == 5
    assert [event for event, _ in log] == [CardEvent.LAID, CardEvent.LIFTED] * 5


def test_empty_box_stays_empty() -> None:
    box, log = a_box(0)

    looks = {Reader(box).look() for _ in range(MANY_POLLS)}

    assert (looks, box.exhausted, log) == ({None}, True, [])


def test_reader_that_works_keeps_its_card() -> None:
    box, log = a_box(1)
    reader = Reader(box)
    uid = reader.wait()

    for page in range(4, 0x28):
        reader.send(bytes([0xA2, page, 1, 2, 3, 4]), bytes([0x30, page]))

    assert log == [(CardEvent.LAID, uid)]


def test_card_is_kept_through_retries_of_a_refused_write() -> None:
    box, log = a_box(1)
    reader = Reader(box)
    uid = reader.wait()

    for _ in range(MANY_POLLS):
        reader.send(b"\xa2\x00\x01\x02\x03\x04")
        reader.look()

    assert log == [(CardEvent.LAID, uid)]


def test_card_is_kept_when_it_is_inspected_again_and_again() -> None:
    box, log = a_box(1)
    reader = Reader(box)
    uid = reader.wait()

    for _ in range(MANY_POLLS):
        reader.send(*IDENTIFY)
        reader.look()

    assert log == [(CardEvent.LAID, uid)]


def test_selecting_a_card_that_is_not_there_does_not_lift_the_one_that_is() -> None:
    box, log = a_box(1)
    reader = Reader(box)
    uid = reader.wait()

    for _ in range(MANY_POLLS):
        reader.send(b"\x26", bytes.fromhex("93708804010203"))

    assert log == [(CardEvent.LAID, uid)]


def test_torn_card_is_laid_down_again_before_the_next() -> None:
    box, log = a_box(2)
    box.field.tear(1, TearPhase.AFTER)
    reader = Reader(box)
    torn = reader.wait()
    lost = reader.send(WRITE_6)

    looks = [reader.look() for _ in range(GAP)]
    again = reader.wait()

    assert (lost, looks) == ([None], [None] * GAP)
    assert again == torn
    assert [event for event, _ in log] == [CardEvent.LAID, CardEvent.LIFTED, CardEvent.LAID]
    assert reader.send(b"\x30\x06")[0] == b"\x01\x02\x03\x04" + bytes(12)


def test_closing_lifts_the_card_that_lies_there() -> None:
    box, log = a_box(1)
    uid = Reader(box).wait()

    box.close()

    assert log[-1] == (CardEvent.LIFTED, uid)
    assert box.field.is_empty


def test_nfcpy_works_through_a_box() -> None:
    box, log = a_box(3)
    with frontend(box) as reader:
        for _ in range(3 * MANY_POLLS):
            if sense(reader) is not None and log[-1][0] is CardEvent.LAID:
                reader.exchange(b"\x60", 5.0)

    assert box.exhausted
    assert len({uid for _, uid in log}) == 3


def test_blank_chips_differ_even_when_chance_repeats_itself() -> None:
    draws = [bytes(6), bytes(6), bytes([1] * 6)]

    chips = list(blank_chips(NTAG213, 2, lambda count: draws.pop(0)))

    assert [chip.uid for chip in chips] == [b"\x04" + bytes(6), b"\x04" + bytes([1] * 6)]


def test_blank_chip_has_a_uid_of_nxp() -> None:
    chip = blank_chip(NTAG213, randbytes)

    assert (chip.uid[0], len(chip.uid)) == (0x04, 7)


def test_box_can_use_a_field_of_the_caller() -> None:
    field = VirtualField()
    chip = VirtualChip(NTAG213, bytes.fromhex("04A1B2C3D4E580"))
    box = CardBox([chip], field=field)

    Reader(box).wait()

    assert field.chips == (chip,)
    assert page_of(chip, 4) == bytes.fromhex("0103A00C")
