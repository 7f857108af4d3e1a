"""A card torn away while its password is taken off is blank or complete, and open in the end."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from encoder.chips import ndef
from encoder.chips.locks import AUTH0_OFF, CFGLCK, Image
from encoder.chips.mirror import MIRROR_CONF, Mirror
from encoder.chips.models import FIRST_USER_PAGE, MF0UL21, NTAG213, PAGE_SIZE, ChipModel
from encoder.chips.password import FACTORY_CREDENTIALS, StationKey
from encoder.chips.steps import PageWrite
from encoder.errors import CardFailedError, SilenceError
from encoder.ledger import BookedCard, Ledger
from encoder.plan import Goal, Plan, Planner, plan_card
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import Tear, TearPhase
from encoder.station.session import Session
from encoder.station.unprotect import Remover
from landing.contract.documents import Protection
from tests.encoder.kit import (
    BENCH,
    START,
    UID,
    URL,
    DirectField,
    make_job,
    new_chip,
    run_box,
    run_chips,
)

KEY = StationKey(bytes(range(32)))
SEEDS = 6
CARDS: list[tuple[ChipModel, Mirror]] = [
    (NTAG213, "none"),
    (NTAG213, "uid"),
    (NTAG213, "both"),
    (MF0UL21, "none"),
]


def made(ledger: Path, model: ChipModel, mirror: Mirror) -> VirtualChip:
    """A finished card with a password."""
    chip = new_chip(model, UID)
    job = make_job(protection="password", chips=[model.name])
    assert run_chips(job, [chip], ledger, key=KEY, mirror=mirror).told() == [("done", None)]
    return chip


def take_off(
    chip: VirtualChip,
    path: Path,
    *,
    tear: tuple[int, TearPhase, int] | None = None,
    planner: Planner = plan_card,
) -> str:
    """Lay the card down once and take its password off: what is said of it."""
    field = VirtualField()
    field.lay(chip)
    if tear:
        field.tear(tear[0], tear[1], seed=tear[2])
    ticks = count(3600)
    with Ledger.open(path, writable=True) as ledger:
        remover = Remover(
            ledger=ledger,
            key=KEY,
            bench=BENCH,
            clock=lambda: START + timedelta(seconds=next(ticks)),
            planner=planner,
        )
        reader = DirectField(field, lambda: False)
        uid = reader.sense()
        assert uid is not None
        booked = remover.booked_card(uid)
        try:
            return remover.run(Session(reader, uid), booked)
        except CardFailedError as error:
            return error.reason if "wecard-encoder unprotect" in error.hint else error.hint
        finally:
            field.lift()


def row_of(path: Path) -> BookedCard:
    """The card's row."""
    with Ledger.open(path, writable=False) as ledger:
        (card,) = ledger.cards()
    return card


def page(chip: VirtualChip, number: int) -> bytes:
    """What a page stores."""
    return chip.memory[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]


def is_open(chip: VirtualChip) -> bool:
    """Whether nothing is behind a password, nothing is mirrored, and PWD and PACK are new."""
    cfg0 = page(chip, chip.model.cfg0_page)
    is_mirroring = cfg0[0] & 0xC0 if chip.model.can_mirror else cfg0[2]
    return (
        (cfg0[3], bool(is_mirroring)) == (0xFF, False)
        and page(chip, chip.model.pwd_page) == FACTORY_CREDENTIALS.pwd
        and page(chip, chip.model.pack_page)[:2] == FACTORY_CREDENTIALS.pack
    )


def opened_by_phone(chip: VirtualChip) -> str | None:
    """The address that a phone opens, as the chip shows it; None where it finds none."""
    field = VirtualField()
    field.lay(chip)
    reader = DirectField(field, lambda: False)
    reader.sense()
    area = b""
    try:
        for first in range(FIRST_USER_PAGE, FIRST_USER_PAGE + chip.model.cc[2] * 2, 4):
            area += reader.exchange(bytes([0x30, first]))
    except SilenceError:
        return None
    finally:
        field.lift()
    shown = area[: chip.model.cc[2] * 8]
    return (ndef.url_on(shown) or "not an address") if ndef.message_on(shown) else None


def writes_of(tmp_path: Path, model: ChipModel, mirror: Mirror) -> int:
    """How many WRITEs it takes."""
    chip = made(tmp_path / "whole.db", model, mirror)
    before = chip.meter.writes
    assert take_off(chip, tmp_path / "whole.db") == "unprotected"
    return chip.meter.writes - before


@pytest.mark.parametrize(("model", "mirror"), CARDS)
def test_card_torn_at_any_write_is_blank_or_complete_and_open_in_the_end(
    model: ChipModel, mirror: Mirror, tmp_path: Path
) -> None:
    chip_as_made = made(tmp_path / "made.db", model, mirror)
    row, shown_before = (tmp_path / "made.db").read_bytes(), opened_by_phone(chip_as_made)
    for write in range(1, writes_of(tmp_path, model, mirror) + 1):
        for phase in TearPhase:
            for seed in range(SEEDS if phase is TearPhase.HALF else 1):
                chip = VirtualChip(model, UID, memory=chip_as_made.memory)
                path = tmp_path / "torn.db"
                path.write_bytes(row)

                torn = take_off(chip, path, tear=(write, phase, seed))
                seen, booked = opened_by_phone(chip), row_of(path)
                again = take_off(chip, path)

                assert torn == "card-lost"
                assert seen in (None, URL, shown_before)
                assert booked.is_unprotected
                if page(chip, model.cfg1_page)[0] & CFGLCK:
                    # Only a counter's CFG1 is written, and may lock itself: the card is named.
                    assert mirror == "both"
                    assert again == f"scrap it: wecard-encoder ledger scrap {booked.token}"
                    assert page(chip, model.cfg0_page)[3] == AUTH0_OFF
                else:
                    assert again == "unprotected"
                    assert is_open(chip)
                    assert opened_by_phone(chip) == URL


@pytest.mark.parametrize("protection", ["none", "password", "permanent"])
def test_card_torn_while_it_is_encoded_again_is_finished(
    protection: Protection, tmp_path: Path
) -> None:
    chip_as_made = made(tmp_path / "made.db", NTAG213, "uid")
    take_off(chip_as_made, tmp_path / "made.db")
    row, job = (tmp_path / "made.db").read_bytes(), make_job(protection=protection)
    key = KEY if protection == "password" else None
    for write in range(1, 20):
        chip = VirtualChip(NTAG213, UID, memory=chip_as_made.memory)
        path = tmp_path / "torn.db"
        path.write_bytes(row)
        field = VirtualField()
        field.tear(write, TearPhase.HALF, seed=write)

        ran = run_box(job, CardBox([chip], field=field), path, key=key)

        assert ran.told()[-1] == ("resumed", None)
        assert row_of(path).is_done
        assert opened_by_phone(chip) == URL


def test_half_taken_off_password_is_named_by_a_run(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    chip = made(path, NTAG213, "none")
    take_off(chip, path, tear=(2, TearPhase.BEFORE, 0))
    before = chip.memory

    ran = run_chips(make_job(protection="permanent"), [chip], path)

    assert ran.told() == [("failed", "write-failed")]
    assert chip.memory == before


def test_report_names_no_card_whose_password_is_half_off(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    chip = made(path, NTAG213, "none")

    take_off(chip, path, tear=(1, TearPhase.BEFORE, 0))

    with Ledger.open(path, writable=False) as ledger:
        assert ledger.reported("J-2026-0001") == ()


def password_first(model: ChipModel, image: Image, goal: Goal) -> Plan:
    """A broken planner: PWD is the factory's again while AUTH0 still asks for it."""
    plan = plan_card(model, image, goal)
    pwd = [step for step in plan.data if _is_page(step, model.pwd_page)]
    rest = [step for step in plan.data if not _is_page(step, model.pwd_page)]
    return replace(plan, data=(rest[0], *pwd, *rest[1:]))


def _is_page(step: object, number: int) -> bool:
    return isinstance(step, PageWrite) and step.page == number


def without_blanking(model: ChipModel, image: Image, goal: Goal) -> Plan:
    """A broken planner: it takes the address off the card only once CFG0 has changed."""
    plan = plan_card(model, image, goal)
    config = [step for step in plan.data if _is_page(step, model.cfg0_page)]
    rest = [step for step in plan.data[1:] if not _is_page(step, model.cfg0_page)]
    return replace(plan, data=(plan.data[0], *config, *rest))


def seed_that_mirrors_into_the_address(chip: VirtualChip) -> int:
    """A way for CFG0 to be torn that writes the UID over the middle of the address."""
    number = chip.model.cfg0_page
    old, new = page(chip, number), chip.model.factory_cfg0
    torn = (
        (seed, Tear(TearPhase.HALF, seed).content(chip.model, number, old, new)) for seed in count()
    )
    return next(seed for seed, cfg0 in torn if cfg0[0] & MIRROR_CONF and 7 <= cfg0[2] <= 10)


@pytest.mark.parametrize("planner", [password_first, without_blanking])
def test_the_tears_catch_a_broken_order(planner: Planner, tmp_path: Path) -> None:
    chip_as_made = made(tmp_path / "made.db", NTAG213, "none")
    row, wrong = (tmp_path / "made.db").read_bytes(), 0
    for seed in (0, 1, seed_that_mirrors_into_the_address(chip_as_made)):
        chip = VirtualChip(NTAG213, UID, memory=chip_as_made.memory)
        path = tmp_path / "torn.db"
        path.write_bytes(row)

        take_off(chip, path, tear=(1, TearPhase.HALF, seed), planner=planner)
        seen = opened_by_phone(chip)
        again = take_off(chip, path)

        wrong += again != "unprotected" or seen not in (None, URL)

    assert wrong


def test_card_whose_configuration_was_torn_into_its_lock_is_given_up_by_name(
    tmp_path: Path,
) -> None:
    path = tmp_path / "ledger.db"
    chip = made(path, NTAG213, "counter")
    assert take_off(chip, path, tear=(2, TearPhase.BEFORE, 0)) == "card-lost"
    content = bytearray(chip.memory)
    content[NTAG213.cfg0_page * PAGE_SIZE + 3] = AUTH0_OFF
    content[NTAG213.cfg1_page * PAGE_SIZE] |= CFGLCK
    locked = VirtualChip(NTAG213, UID, memory=bytes(content))

    told = [take_off(locked, path), take_off(locked, path)]

    assert told == [f"scrap it: wecard-encoder ledger scrap {row_of(path).token}"] * 2
    assert locked.meter.writes == 0
