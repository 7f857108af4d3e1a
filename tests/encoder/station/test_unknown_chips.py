"""Chips that we do not know: refused untouched, unless the operator names them."""

from pathlib import Path

import pytest

from encoder.chips.models import (
    MODELS,
    NTAG213,
    NTAG213TT,
    NTAG215,
    WRITABLE,
    ChipModel,
    named_unknown,
)
from encoder.ledger import BookedCard, Ledger
from encoder.simulator.chip import VirtualChip
from encoder.station.identify import KNOWN_CHIPS
from tests.encoder.kit import (
    UID,
    Ran,
    expected_memory,
    is_finished,
    make_job,
    new_chip,
    run_chips,
)

# What copies answer to GET_VERSION. Source: proxmark3, client/src/cmdhfmfu.c, ul_family.
FEIJU_213 = bytes.fromhex("0053040201000F03")
FEIJU_215 = bytes.fromhex("0005340201001103")
COPIES = [(FEIJU_213, NTAG213), (FEIJU_215, NTAG215)]
EVERY_COPY = pytest.mark.parametrize(
    ("version", "model"), COPIES, ids=lambda value: getattr(value, "name", value)
)
OTHERS = [
    "0004040201000F04",  # another protocol type
    "0004040401000F03",  # NTAG213F
    "0004030201000B03",  # MF0ULH11, 50 pF
    "0000000000000000",
    "FFFFFFFFFFFFFFFF",
]


def copy_of(model: ChipModel, version: bytes) -> VirtualChip:
    """A copied chip: everything as in the original, but for its answer to GET_VERSION."""
    return VirtualChip(model, UID, version=version)


def booked(path: Path) -> BookedCard:
    """The row of the card with the vectors' UID."""
    with Ledger.open(path, writable=False) as ledger:
        card = ledger.card_with_uid(UID.hex().upper())
    assert card is not None
    return card


@EVERY_COPY
def test_copy_is_refused_untouched(version: bytes, model: ChipModel, tmp_path: Path) -> None:
    chip = copy_of(model, version)

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("refused", "unknown-chip")]
    assert (chip.meter.writes, ran.cards[0].chip) == (0, None)


@pytest.mark.parametrize("version", OTHERS)
def test_version_that_is_a_little_different_is_refused(version: str, tmp_path: Path) -> None:
    chip = copy_of(NTAG213, bytes.fromhex(version))

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("refused", "unknown-chip")]
    assert chip.meter.writes == 0


@EVERY_COPY
def test_copy_that_is_named_is_written_as_its_original(
    version: bytes, model: ChipModel, tmp_path: Path
) -> None:
    chip = copy_of(model, version)
    known = {**KNOWN_CHIPS, version: named_unknown(version, model.name)}

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db", known=known)

    card = booked(tmp_path / "ledger.db")
    assert ran.told() == [("done", None)]
    assert chip.memory == expected_memory(model.name, "permanent")
    assert (card.chip, card.version) == (model.name, version.hex().upper())


def test_copy_that_is_named_needs_its_product_in_the_policy(tmp_path: Path) -> None:
    chip = copy_of(NTAG213, FEIJU_213)
    known = {**KNOWN_CHIPS, FEIJU_213: named_unknown(FEIJU_213, "NTAG213")}

    ran = run_chips(make_job(chips=["NTAG215"]), [chip], tmp_path / "ledger.db", known=known)

    assert ran.told() == [("refused", "unknown-chip")]
    assert chip.meter.writes == 0


def named_wrongly(layout: str, path: Path) -> tuple[Ran, VirtualChip]:
    """A copy of an NTAG213 that is named as something with more or fewer pages."""
    chip = copy_of(NTAG213, FEIJU_213)
    known = {**KNOWN_CHIPS, FEIJU_213: named_unknown(FEIJU_213, layout)}
    return run_chips(make_job(), [chip], path, known=known), chip


@pytest.mark.parametrize("layout", [name for name in WRITABLE if name != "NTAG213"])
def test_copy_that_is_named_wrongly_is_not_written(layout: str, tmp_path: Path) -> None:
    ran, chip = named_wrongly(layout, tmp_path / "ledger.db")

    assert [card.status for card in ran.cards] == ["refused"]
    assert chip.meter.writes == 0


def test_copy_that_is_named_rightly_is_what_the_check_lets_through(tmp_path: Path) -> None:
    ran, chip = named_wrongly("NTAG213", tmp_path / "ledger.db")

    assert [card.status for card in ran.cards] == ["done"]
    assert is_finished(chip, "NTAG213", "permanent")


@pytest.mark.parametrize("named", [False, True])
def test_ntag213tt_is_recognised_and_not_written(named: bool, tmp_path: Path) -> None:
    chip = new_chip(NTAG213TT, UID)
    chips = [*WRITABLE, "NTAG213TT"] if named else [*WRITABLE]

    ran = run_chips(make_job(chips=chips), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("refused", "unknown-chip")]
    assert (ran.cards[0].chip, chip.meter.writes) == ("NTAG213TT", 0)


@pytest.mark.parametrize("name", WRITABLE)
def test_known_chip_outside_the_policy_is_named_and_refused(name: str, tmp_path: Path) -> None:
    chip = new_chip(MODELS[name], UID)
    others = [other for other in WRITABLE if other != name]

    ran = run_chips(make_job(chips=others), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("refused", "unknown-chip")]
    assert (ran.cards[0].chip, chip.meter.writes) == (name, 0)
