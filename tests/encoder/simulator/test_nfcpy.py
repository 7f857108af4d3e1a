"""Unmodified nfcpy at the virtual chips: what it sees, what it writes, what that costs.

Source: nfcpy 1.0.4, nfc.tag.tt2 and nfc.tag.tt2_nxp; the memory is in tests/vectors/chips.json.
"""

from typing import Any

import ndef
import nfc.clf
import nfc.tag
import pytest

from encoder.chips.models import MF0UL11, MF0UL21, NTAG213, ChipModel
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from tests.encoder.simulator.cast import (
    NDEF_MODELS,
    OTHER_UID,
    UID,
    VECTORS,
    field_with,
    frontend,
    image,
    sense,
    write,
)

EVERY_CHIP = pytest.mark.parametrize("model", NDEF_MODELS, ids=lambda model: model.name)
ADDRESS = VECTORS["address"]


def activate(reader: Any) -> Any:
    """Sense a card and let nfcpy find out what it is."""
    return nfc.tag.activate(reader, sense(reader))


@EVERY_CHIP
def test_nfcpy_recognises_the_chip(model: ChipModel) -> None:
    with frontend(field_with(VirtualChip(model, UID))) as reader:
        tag = activate(reader)

    assert (type(tag).__name__, tag.product) == (model.name, f"NXP {model.name}")
    assert bytes(tag.identifier) == UID


@pytest.mark.parametrize("model", [MF0UL11, MF0UL21], ids=lambda model: model.name)
def test_nfcpy_recognises_an_ultralight_without_a_message(model: ChipModel) -> None:
    with frontend(field_with(VirtualChip(model, UID))) as reader:
        tag = activate(reader)
        message = tag.ndef

    assert tag.product == f"Mifare Ultralight EV1 ({model.name})"
    assert message is None


@EVERY_CHIP
def test_nfcpy_reads_a_blank_card(model: ChipModel) -> None:
    with frontend(field_with(VirtualChip(model, UID))) as reader:
        message = activate(reader).ndef

    assert (message.length, message.is_writeable) == (0, True)
    assert message.capacity == VECTORS["chips"][model.name]["nfcpy_capacity"]


@EVERY_CHIP
def test_nfcpy_writes_an_address(model: ChipModel) -> None:
    chip = VirtualChip(model, UID)
    with frontend(field_with(chip)) as reader:
        activate(reader).ndef.records = [ndef.UriRecord(ADDRESS)]
        addresses = [record.uri for record in activate(reader).ndef.records]

    assert chip.memory == image(model, "factory", "encoded")
    assert addresses == [ADDRESS]


@EVERY_CHIP
def test_nfcpy_locks_a_card(model: ChipModel) -> None:
    chip = VirtualChip(model, UID)
    with frontend(field_with(chip)) as reader:
        tag = activate(reader)
        tag.ndef.records = [ndef.UriRecord(ADDRESS)]
        protected = tag.protect()

    assert protected is True
    assert chip.memory == image(model, "factory", "encoded", "locked_by_nfcpy")


@EVERY_CHIP
def test_card_locked_by_nfcpy_takes_no_other_content(model: ChipModel) -> None:
    chip = VirtualChip(model, UID)
    with frontend(field_with(chip)) as reader:
        activate(reader).protect()
    locked = chip.memory

    writable = [
        page
        for page in range(model.pages)
        if page not in (0x02, model.dynamic_lock_page) and write(chip, page, "FFFFFFFF") != b"\x00"
    ]

    assert writable == [model.pwd_page, model.pack_page]
    assert chip.memory[: model.pwd_page * 4] == locked[: model.pwd_page * 4]


def test_nfcpy_reads_the_signature() -> None:
    signature = bytes(range(32))
    with frontend(field_with(VirtualChip(NTAG213, UID, signature=signature))) as reader:
        assert activate(reader).signature == signature


def test_nfcpy_protects_with_a_password() -> None:
    chip = VirtualChip(NTAG213, UID)
    with frontend(field_with(chip)) as reader:
        tag = activate(reader)
        protected = tag.protect(b"\x11\x22\x33\x44\xaa\xbb", protect_from=4)
        wrong = activate(reader).authenticate(b"\x11\x22\x33\x45\xaa\xbb")

    assert (protected, wrong) == (True, False)
    assert chip.memory[-16:] == bytes.fromhex("04000004 00050000 11223344 AABB0000")


def costs(chip: VirtualChip) -> tuple[int, int, float]:
    """Exchanges, writes, milliseconds so far."""
    return chip.meter.exchanges, chip.meter.writes, round(chip.meter.elapsed_us / 1000, 1)


@pytest.mark.parametrize("model", NDEF_MODELS[:2], ids=lambda model: model.name)
def test_nfcpy_alone_needs_35_exchanges_15_writes_and_105_ms(model: ChipModel) -> None:
    chip = VirtualChip(model, UID)
    with frontend(field_with(chip)) as reader:
        tag = activate(reader)
        activation = costs(chip)
        tag.ndef.records = [ndef.UriRecord(ADDRESS)]
        assert tag.ndef.has_changed is False
        tag.protect()

    assert activation == (10, 0, 9.5)
    assert costs(chip) == (35, 15, 104.8)


def test_sense_finds_nothing_at_an_empty_place() -> None:
    with frontend(VirtualField()) as reader:
        assert sense(reader) is None


def test_sense_finds_no_card_where_two_collide() -> None:
    field = field_with(VirtualChip(NTAG213, UID), VirtualChip(NTAG213, OTHER_UID))
    with frontend(field) as reader:
        target = sense(reader)
        heard = reader.device.rcvd_data

    assert (target, heard) == (None, 2)


def test_sense_for_one_of_two_cards_finds_it() -> None:
    field = field_with(VirtualChip(NTAG213, UID), VirtualChip(NTAG213, OTHER_UID))
    with frontend(field) as reader:
        target = reader.sense(nfc.clf.RemoteTarget("106A", sel_req=bytearray(OTHER_UID)))

    assert target is not None


def test_card_that_is_gone_is_a_communication_error_at_once() -> None:
    field = field_with(VirtualChip(NTAG213, UID))
    with frontend(field) as reader:
        sense(reader)
        field.lift()
        with pytest.raises(nfc.clf.TransmissionError):
            reader.exchange(b"\x30\x00", 60.0)


def test_removed_card_is_not_present_any_more() -> None:
    field = field_with(VirtualChip(NTAG213, UID))
    with frontend(field) as reader:
        tag = activate(reader)
        before = tag.is_present
        field.lift()

        assert (before, tag.is_present) == (True, False)


def test_idle_chip_times_out() -> None:
    with frontend(field_with(VirtualChip(NTAG213, UID))) as reader:
        sense(reader)
        refused = reader.exchange(b"\x30\xff", 5.0)
        with pytest.raises(nfc.clf.TimeoutError):
            reader.exchange(b"\x30\x00", 0.05)

    assert refused == b"\x00"
