"""The field: one chip, none, two at once, and cards torn away in the middle of a WRITE."""

import pytest

from encoder.chips.models import CC_PAGE, NTAG213, STATIC_LOCK_PAGE
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import GARBLED, VirtualField
from encoder.simulator.tearing import Tear, TearPhase
from tests.encoder.simulator.cast import (
    ACK,
    OTHER_UID,
    SELECTION,
    UID,
    field_with,
    page_of,
)

WRITE_6 = bytes.fromhex("A206A1A2A3A4")
PROTECTED_PAGES = [STATIC_LOCK_PAGE, CC_PAGE, NTAG213.dynamic_lock_page]
OLD, NEW = bytes.fromhex("0F0F0000"), bytes.fromhex("0FF0FF00")


def one_card() -> tuple[VirtualChip, VirtualField]:
    """A blank chip, selected in a field."""
    chip = VirtualChip(NTAG213, UID)
    field = field_with(chip)
    choose(field)
    return chip, field


def choose(field: VirtualField) -> None:
    """Take the chip through selection."""
    for frame in SELECTION:
        field.transceive(frame)


def test_empty_place_is_silent() -> None:
    assert VirtualField().transceive(b"\x26") is None


def test_lifted_chip_is_silent_and_comes_back_idle() -> None:
    chip, field = one_card()

    lifted = field.lift()
    gone = field.transceive(b"\x60")
    field.lay(chip)

    assert (lifted, gone) == ((chip,), None)
    assert field.transceive(b"\x60") is None
    assert field.transceive(b"\x26") == b"\x44\x00"


def test_power_off_ends_the_session() -> None:
    _, field = one_card()

    field.power_off()

    assert field.transceive(b"\x60") is None


def test_two_chips_collide_in_anticollision() -> None:
    field = field_with(VirtualChip(NTAG213, UID), VirtualChip(NTAG213, OTHER_UID))

    answers = [field.transceive(frame) for frame in (b"\x26", b"\x93\x20")]

    assert answers == [b"\x44\x00", GARBLED]


def test_selecting_one_of_two_chips_by_its_uid_works() -> None:
    field = field_with(VirtualChip(NTAG213, UID), VirtualChip(NTAG213, OTHER_UID))

    choose(field)

    assert field.transceive(WRITE_6) == ACK
    assert [page_of(chip, 6) for chip in field.chips] == [bytes.fromhex("A1A2A3A4"), bytes(4)]


@pytest.mark.parametrize(
    ("phase", "content"), [(TearPhase.BEFORE, bytes(4)), (TearPhase.AFTER, WRITE_6[2:])]
)
def test_torn_card_holds_the_old_or_the_new_page(phase: TearPhase, content: bytes) -> None:
    chip, field = one_card()
    field.tear(1, phase)

    answer = field.transceive(WRITE_6)

    assert (answer, field.is_empty) == (None, True)
    assert page_of(chip, 6) == content


def test_half_written_page_depends_on_the_seed_alone() -> None:
    def torn(seed: int) -> bytes:
        chip, field = one_card()
        field.tear(1, TearPhase.HALF, seed=seed)
        field.transceive(WRITE_6)
        return page_of(chip, 6)

    contents = [torn(seed) for seed in range(20)]

    assert contents == [torn(seed) for seed in range(20)]
    assert len(set(contents) - {bytes(4), WRITE_6[2:]}) > 10


def test_card_is_torn_at_the_write_that_was_named() -> None:
    chip, field = one_card()
    field.tear(3, TearPhase.BEFORE)

    answers = [field.transceive(bytes([0xA2, page, 1, 2, 3, 4])) for page in (6, 7, 8)]

    assert answers == [ACK, ACK, None]
    assert [page_of(chip, page)[0] for page in (6, 7, 8)] == [1, 1, 0]


def test_refused_write_is_not_counted_towards_the_tear() -> None:
    _, field = one_card()
    field.tear(1, TearPhase.BEFORE)

    field.transceive(b"\xa2\x00\x01\x02\x03\x04")
    choose(field)

    assert not field.is_empty


def test_torn_card_works_again_once_it_is_laid_down() -> None:
    chip, field = one_card()
    field.tear(1, TearPhase.HALF)
    field.transceive(WRITE_6)

    field.lay(chip)
    choose(field)

    assert field.transceive(WRITE_6) == ACK
    assert page_of(chip, 6) == WRITE_6[2:]


def test_watcher_sees_each_write_before_it_is_done() -> None:
    chip, field = one_card()
    seen: list[tuple[int, bytes]] = []
    field.before_write = lambda card, page: seen.append((page, page_of(card, page)))

    field.transceive(WRITE_6)

    assert seen == [(6, bytes(4))]
    assert page_of(chip, 6) == WRITE_6[2:]


def mixtures(page: int, seeds: range = range(200)) -> set[bytes]:
    """What a page may hold after a tear in mid-write."""
    return {Tear(TearPhase.HALF, seed).content(NTAG213, page, OLD, NEW) for seed in seeds}


@pytest.mark.parametrize("page", PROTECTED_PAGES)
def test_tear_protected_pages_hold_the_old_or_the_new_value(page: int) -> None:
    assert mixtures(page) == {OLD, NEW}


def test_user_page_may_hold_anything() -> None:
    assert len(mixtures(0x06)) > 100


@pytest.mark.parametrize("page", [NTAG213.cfg0_page, NTAG213.cfg1_page])
def test_configuration_page_may_hold_anything(page: int) -> None:
    assert len(mixtures(page)) > 100
