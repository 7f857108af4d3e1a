"""PC/SC readers behind a real pcscd: cards come, go and are swapped; readers and pcscd go too."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from encoder.chips import commands
from encoder.chips.models import MODELS, NTAG213
from encoder.errors import ReaderError, SilenceError
from encoder.readers import open_field
from encoder.readers.field import Field
from encoder.readers.pcsc import open_pcsc, pcsc_readers
from encoder.readers.watchdog import Watchdog
from encoder.simulator.card_box import CardBox
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from encoder.station.events import Removed
from tests.emulated.pcsc import (
    DirectFirmware,
    Firmware,
    StorageFirmware,
    TransparentFirmware,
    at_slot,
)
from tests.emulated.pcsc_benches import pcsc_bench
from tests.emulated.pcscd import SLOTS, Pcscd, running_pcscd
from tests.encoder.kit import (
    MODEL_NAMES,
    UID,
    is_finished,
    make_job,
    new_chip,
    run_box,
    run_chips,
    seen_by_phone,
)

OTHER_UID = bytes.fromhex("04F1E2D3C4B5A6")
FIRMWARES = (DirectFirmware, TransparentFirmware, StorageFirmware)
NAMED_BY_CC = ("NTAG213", "NTAG215", "NTAG216")
LONG_SECONDS = 10.0
LOOK_SECONDS = 0.01
AWAY_POLLS = 8


@pytest.fixture
def pcscd() -> Iterator[Pcscd]:
    """A pcscd with two empty readers."""
    with running_pcscd() as running:
        yield running


@contextmanager
def at_reader(
    pcscd: Pcscd, kind: type[Firmware], slot: int = 0
) -> Iterator[tuple[VirtualField, Field]]:
    """A place and the field of the reader there."""
    place = VirtualField()
    with at_slot(pcscd, slot, kind(place)), open_pcsc(SLOTS[slot]) as field:
        yield place, field


def awaited(look: Callable[[], Any], *, wanted: Any) -> Any:
    """Look until it is as wanted; what it is when that takes too long."""
    deadline = time.monotonic() + LONG_SECONDS
    while (seen := look()) != wanted and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
    return seen


def test_both_readers_are_listed(pcscd: Pcscd) -> None:
    assert pcsc_readers() == list(SLOTS)


def test_without_pcscd_it_is_said_how_to_start_it() -> None:
    with (
        pytest.raises(ReaderError, match="cannot be reached") as caught,
        open_field("pcsc", cards=1, chip=NTAG213),
    ):
        pass

    assert "systemctl start pcscd" in caught.value.hint


@pytest.mark.parametrize(
    ("path", "words"),
    [("pcsc:Virtual", "2 PC/SC readers"), ("pcsc:ACR122U", "there is: 'Virtual PCD 00 00'")],
)
def test_name_of_none_or_several_is_told(pcscd: Pcscd, path: str, words: str) -> None:
    with (
        pytest.raises(ReaderError, match=words),
        open_field(path, cards=1, chip=NTAG213),
    ):
        pass


@pytest.mark.parametrize("kind", FIRMWARES)
def test_cards_come_and_go(pcscd: Pcscd, kind: type[Firmware]) -> None:
    with at_reader(pcscd, kind) as (place, field):
        empty = field.sense()
        place.lay(new_chip(NTAG213, UID))
        first = awaited(field.sense, wanted=UID)
        place.lift()
        gone = field.sense()
        place.lay(new_chip(NTAG213, OTHER_UID))
        second = awaited(field.sense, wanted=OTHER_UID)

    assert (empty, first, gone, second) == (None, UID, None, OTHER_UID)


@pytest.mark.parametrize("kind", FIRMWARES)
def test_after_a_refusal_there_is_silence_until_the_next_selection(
    pcscd: Pcscd, kind: type[Firmware]
) -> None:
    with at_reader(pcscd, kind) as (place, field):
        chip = new_chip(NTAG213, UID)
        place.lay(chip)
        awaited(field.sense, wanted=UID)
        with_nak = _refused(field, commands.read(0xFF))
        asked = chip.meter.exchanges
        silent = _refused(field, commands.read(0x04))
        unasked = chip.meter.exchanges
        field.sense()
        again = field.exchange(commands.read(0x04))

    assert (with_nak, silent, asked) == (True, True, unasked)
    assert len(again) == commands.READ_LENGTH


def _refused(field: Field, frame: bytes) -> bool:
    try:
        return field.exchange(frame) == b"\x00"
    except SilenceError:
        return True


@pytest.mark.parametrize("kind", FIRMWARES)
def test_selection_takes_the_power_away(pcscd: Pcscd, kind: type[Firmware]) -> None:
    with at_reader(pcscd, kind) as (place, field):
        place.lay(new_chip(NTAG213, UID))
        awaited(field.sense, wanted=UID)
        field.exchange(commands.write(NTAG213.cfg0_page, bytes.fromhex("04000004")))
        still_open = field.exchange(commands.write(0x04, b"page"))
        field.sense()
        closed = _refused(field, commands.write(0x04, b"more"))

    assert (still_open, closed) == (commands.ACK, True)


@pytest.mark.parametrize("kind", FIRMWARES)
def test_card_pulled_in_mid_exchange_is_silence(pcscd: Pcscd, kind: type[Firmware]) -> None:
    with at_reader(pcscd, kind) as (place, field):
        place.lay(new_chip(NTAG213, UID))
        awaited(field.sense, wanted=UID)
        field.exchange(commands.read(0x04))
        place.lift()

        with pytest.raises(SilenceError):
            field.exchange(commands.read(0x04))
        assert field.sense() is None


def test_what_a_reader_passes_is_known_at_its_first_card(pcscd: Pcscd) -> None:
    with at_reader(pcscd, StorageFirmware) as (place, field):
        before = field.storage_only
        place.lay(new_chip(NTAG213, UID))
        awaited(field.sense, wanted=UID)
        at_card = field.storage_only
        place.lift()
        field.sense()
        after = field.storage_only

    assert (before, at_card, after) == (False, True, True)


def test_two_readers_keep_their_cards_apart(pcscd: Pcscd) -> None:
    with (
        at_reader(pcscd, DirectFirmware) as (left, left_field),
        at_reader(pcscd, StorageFirmware, slot=1) as (right, right_field),
    ):
        left.lay(new_chip(NTAG213, UID))
        right.lay(new_chip(NTAG213, OTHER_UID))
        awaited(left_field.sense, wanted=UID)
        awaited(right_field.sense, wanted=OTHER_UID)
        left_field.exchange(commands.write(0x04, b"left"))
        right_field.exchange(commands.write(0x04, b"righ"))

        assert left.chips[0].memory[16:20] == b"left"
        assert right.chips[0].memory[16:20] == b"righ"


def test_no_other_program_reaches_the_card(pcscd: Pcscd) -> None:
    with at_reader(pcscd, StorageFirmware) as (place, field):
        place.lay(new_chip(NTAG213, UID))
        awaited(field.sense, wanted=UID)
        with open_pcsc(SLOTS[0]) as second:
            looks = [second.sense() for _ in range(49)]
            with pytest.raises(ReaderError, match="another program") as caught:
                second.sense()
        still = field.sense()

    assert set(looks) == {None}
    assert "end the other program" in caught.value.hint
    assert still == UID


@pytest.mark.parametrize("kind", FIRMWARES)
def test_pcscd_that_ends_is_a_lost_reader(pcscd: Pcscd, kind: type[Firmware]) -> None:
    with at_reader(pcscd, kind) as (place, field):
        place.lay(new_chip(NTAG213, UID))
        awaited(field.sense, wanted=UID)
        pcscd.end()

        with pytest.raises(ReaderError) as in_exchange:
            field.exchange(commands.read(0x04))
        with pytest.raises(ReaderError) as in_look:
            field.sense()

    assert "pcscd" in in_exchange.value.hint
    assert "pcscd" in in_look.value.hint


def test_pcscd_that_was_started_anew_is_found_again() -> None:
    troubles: list[str] = []
    place = VirtualField()
    chip = new_chip(NTAG213, UID)
    with (
        running_pcscd() as first,
        at_slot(first, 0, StorageFirmware(place)),
        Watchdog(lambda: open_pcsc(SLOTS[0]), on_trouble=troubles.append) as field,
    ):
        first.end()
        first.clear()
        with running_pcscd() as second, at_slot(second, 0, StorageFirmware(place)):
            place.lay(chip)
            found = awaited(field.sense, wanted=UID)
            storage_only = field.storage_only

    assert (found, storage_only) == (UID, True)
    assert troubles[-1] == "the reader is back"


@pytest.mark.parametrize("name", NAMED_BY_CC)
def test_storage_only_reader_makes_the_same_card(name: str, tmp_path: Path) -> None:
    chip, twin = new_chip(MODELS[name], UID), new_chip(MODELS[name], UID)
    box = CardBox([chip])

    with pcsc_bench(StorageFirmware)(box) as field:
        ran = run_box(make_job(), box, tmp_path / "ledger.db", reader=field)
    run_chips(make_job(), [twin], tmp_path / "twin.db")

    assert ran.told() == [("done", None)]
    assert chip.memory == twin.memory
    assert is_finished(chip, name, "permanent")


@pytest.mark.parametrize("name", sorted({*MODEL_NAMES} - {*NAMED_BY_CC}))
def test_chip_without_a_cc_of_its_own_is_refused_at_a_storage_only_reader(
    name: str, tmp_path: Path
) -> None:
    chip = new_chip(MODELS[name], UID)
    box = CardBox([chip])

    with pcsc_bench(StorageFirmware)(box) as field:
        ran = run_box(make_job(), box, tmp_path / "ledger.db", reader=field)

    assert ran.told() == [("refused", "unknown-chip")]
    assert chip.meter.writes == 0


@pytest.mark.parametrize("phase", TearPhase)
@pytest.mark.parametrize("write", [1, 10, 11, 12, 13, 14])
def test_card_torn_at_a_storage_only_reader_is_finished(
    write: int, phase: TearPhase, tmp_path: Path
) -> None:
    chip = new_chip(NTAG213, UID)
    box = CardBox([chip], gap_polls=AWAY_POLLS)
    box.field.tear(write, phase, seed=write)

    with pcsc_bench(StorageFirmware)(box) as field:
        ran = run_box(make_job(), box, tmp_path / "ledger.db", reader=field)

    assert ran.told() == [("failed", "card-lost"), ("resumed", None)]
    assert is_finished(chip, "NTAG213", "permanent")


def test_box_of_cards_is_done_at_a_storage_only_reader(tmp_path: Path) -> None:
    chips = [new_chip(NTAG213) for _ in range(3)]
    box, job = CardBox(chips), make_job(3)

    with pcsc_bench(StorageFirmware)(box) as field:
        ran = run_box(job, box, tmp_path / "ledger.db", reader=field)

    assert ran.told() == [("done", None)] * 3
    assert [seen_by_phone(chip) for chip in chips] == [item.url for item in job.items]
    removed = [event.uid for event in ran.events if isinstance(event, Removed)]
    assert removed == [chip.uid.hex().upper() for chip in chips]
