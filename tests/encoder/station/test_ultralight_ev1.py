"""MIFARE Ultralight EV1: delivered without a CC, which is written once, last but for the locks."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from encoder.chips.locks import Image
from encoder.chips.models import CC_PAGE, FIRST_USER_PAGE, MF0UL11, MF0UL21, ChipModel
from encoder.plan import Goal, Plan, Planner, card_content, plan_card
from encoder.simulator.card_box import CardBox, CardEvent
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from landing.contract.documents import PROTECTIONS, Protection
from tests.encoder.kit import (
    KEY,
    TOKEN,
    UID,
    URL,
    expected_memory,
    is_finished,
    make_job,
    new_chip,
    run_box,
    run_chips,
    seen_by_phone,
    shown_to_phone,
)

EVERY_EV1 = pytest.mark.parametrize("model", [MF0UL11, MF0UL21], ids=lambda model: model.name)
EVERY_PROTECTION = pytest.mark.parametrize("protection", PROTECTIONS)


def noting(field: VirtualField) -> list[int]:
    """The pages that will be written in a field, in order."""
    pages: list[int] = []
    field.before_write = lambda _chip, page: pages.append(page)
    return pages


@EVERY_PROTECTION
@EVERY_EV1
def test_cc_is_written_once_and_behind_the_read_back(
    model: ChipModel, protection: Protection, tmp_path: Path
) -> None:
    chip, field = new_chip(model, UID), VirtualField()
    pages = noting(field)

    ran = run_box(
        make_job(protection=protection), CardBox([chip], field=field), tmp_path / "l.db", key=KEY
    )

    assert ran.told() == [("done", None)]
    assert pages.count(CC_PAGE) == 1
    assert pages.index(CC_PAGE) > max(pages.index(page) for page in pages if 4 <= page <= 0x0C)
    assert chip.memory == expected_memory(model.name, protection)
    assert shown_to_phone(chip) == URL


def seen_at_tears(
    model: ChipModel, protection: Protection, phase: TearPhase, planner: Planner, folder: Path
) -> set[str | None]:
    """What a phone sees of a card between its two presentations, torn at each WRITE in turn."""
    writes = run_chips(
        make_job(protection=protection), [new_chip(model)], folder / "fresh.db", key=KEY
    )
    seen: set[str | None] = set()
    for tear in range(1, writes.cards[0].writes + 1):
        chip, field = new_chip(model, UID), VirtualField()
        field.tear(tear, phase, seed=tear)
        lifted: list[str | None] = []

        run_box(
            make_job(protection=protection),
            CardBox([chip], field=field, on_event=noting_phone(lifted)),
            folder / f"{tear}.db",
            key=KEY,
            planner=planner,
        )

        seen.add(lifted[0])
        assert planner is not plan_card or is_right(chip, protection), tear
    return seen


def noting_phone(seen: list[str | None]) -> Callable[[CardEvent, VirtualChip], None]:
    """A listener that reads each lifted card as a phone does."""

    def note(event: CardEvent, chip: VirtualChip) -> None:
        if event is CardEvent.LIFTED:
            seen.append(shown_to_phone(VirtualChip(chip.model, UID, memory=chip.memory)))

    return note


def is_right(chip: VirtualChip, protection: Protection) -> bool:
    """Whether a card is as the vectors say; a torn CFG1 may keep bits that decide nothing."""
    if protection == "permanent":
        return is_finished(chip, chip.model.name, protection)
    return chip.memory == expected_memory(chip.model.name, protection)


@pytest.mark.parametrize("phase", list(TearPhase))
@EVERY_PROTECTION
@EVERY_EV1
def test_phone_sees_nothing_before_the_cc_and_the_address_after_it(
    model: ChipModel, protection: Protection, phase: TearPhase, tmp_path: Path
) -> None:
    assert seen_at_tears(model, protection, phase, plan_card, tmp_path) <= {None, URL}


def cc_first(model: ChipModel, image: Image, goal: Goal) -> Plan:
    """A broken planner: CC first, then the length, then the message."""
    plan = plan_card(model, image, goal)
    cc = tuple(step for step in plan.locks if step.page == CC_PAGE)
    length = plan.data[-1:]
    rest = [step for step in plan.data if getattr(step, "page", None) != FIRST_USER_PAGE]
    return replace(plan, data=(*cc, *length, *rest))


@EVERY_EV1
def test_the_check_catches_a_cc_that_comes_first(model: ChipModel, tmp_path: Path) -> None:
    seen = seen_at_tears(model, "none", TearPhase.AFTER, cc_first, tmp_path)

    assert seen - {None, URL}


def with_page(model: ChipModel, page: int, content: str) -> VirtualChip:
    """A chip with one page that is not as delivered."""
    memory = bytearray(new_chip(model, UID).memory)
    memory[page * 4 : page * 4 + 4] = bytes.fromhex(content)
    return VirtualChip(model, UID, memory=bytes(memory))


@pytest.mark.parametrize("cc", ["E1101200", "E110060F", "00000001", "E1000000", "FFFFFFFF"])
def test_chip_whose_one_time_page_is_spent_is_refused(cc: str, tmp_path: Path) -> None:
    chip = with_page(MF0UL11, CC_PAGE, cc)

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("refused", "bad-cc")]
    assert chip.meter.writes == 0


def test_chip_that_has_its_cc_already_is_taken(tmp_path: Path) -> None:
    chip = with_page(MF0UL11, CC_PAGE, "E1100600")

    ran = run_chips(make_job(protection="none"), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("done", None)]
    assert chip.memory == expected_memory("MF0UL11", "none")


@pytest.mark.parametrize("overwrite", [False, True])
def test_address_behind_a_cc_is_foreign_content(overwrite: bool, tmp_path: Path) -> None:
    chip = with_page(MF0UL11, CC_PAGE, "E1100600")
    content = card_content(MF0UL11, "https://someone.example/")
    memory = bytearray(chip.memory)
    memory[16 : 16 + len(content)] = content
    chip = VirtualChip(MF0UL11, UID, memory=bytes(memory))

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db", overwrite=overwrite)

    told = ("done", None) if overwrite else ("refused", "foreign-content")
    assert ran.told() == [told]
    assert seen_by_phone(chip) == (URL if overwrite else "https://someone.example/")


def test_cc_that_the_chip_does_not_keep_is_a_lock_mismatch(tmp_path: Path) -> None:
    box = CardBox([new_chip(MF0UL11, UID)], field=DeafCcField())

    ran = run_box(make_job(protection="none"), box, tmp_path / "ledger.db")

    assert ran.told() == [("failed", "lock-mismatch")]
    assert ran.cards[0].token == TOKEN


class DeafCcField(VirtualField):
    """A field where the chip acknowledges its CC and does not keep it."""

    def transceive(self, frame: bytes) -> bytes | None:
        """Swallow the WRITE to page 03h."""
        return b"\x0a" if frame[:2] == b"\xa2\x03" else super().transceive(frame)


def test_address_that_is_too_long_for_48_bytes_is_refused(tmp_path: Path) -> None:
    chip = new_chip(MF0UL11, UID)
    site = "https://cards-of-a-long-host.example"

    ran = run_chips(make_job(site=site), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("refused", "too-small")]
    assert chip.meter.writes == 0
