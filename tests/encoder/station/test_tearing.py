"""A card pulled away at any WRITE is blank or complete to a phone, and ends right afterwards."""

from pathlib import Path

import pytest

from encoder.chips.models import MODELS
from encoder.simulator.card_box import CardBox, CardEvent
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from landing.contract.documents import Protection
from tests.encoder.kit import (
    MODEL_NAMES,
    TOKEN,
    UID,
    URL,
    is_finished,
    length_first,
    make_job,
    new_chip,
    run_box,
    seen_by_phone,
)

WRITES = {
    ("NTAG213", "none"): 10,
    ("NTAG215", "none"): 9,
    ("NTAG216", "none"): 9,
    ("NTAG213", "permanent"): 14,
    ("NTAG215", "permanent"): 13,
    ("NTAG216", "permanent"): 13,
}
CASES = [(*key, index) for key, writes in WRITES.items() for index in range(1, writes + 1)]


def torn_once(
    name: str, tear: int, phase: TearPhase, seed: int = 0
) -> tuple[VirtualChip, CardBox, list[str | None]]:
    """A card that is torn away at one WRITE, and what a phone sees each time it is lifted."""
    chip = new_chip(MODELS[name], UID)
    field = VirtualField()
    field.tear(tear, phase, seed=seed)
    seen: list[str | None] = []

    def note(event: CardEvent, lifted: VirtualChip) -> None:
        if event is CardEvent.LIFTED:
            seen.append(seen_by_phone(lifted))

    return chip, CardBox([chip], field=field, on_event=note), seen


@pytest.mark.parametrize("phase", list(TearPhase))
@pytest.mark.parametrize(("name", "protection", "tear"), CASES)
def test_torn_card_is_finished_when_it_comes_back(
    name: str, protection: Protection, tear: int, phase: TearPhase, tmp_path: Path
) -> None:
    for seed in range(3 if phase is TearPhase.HALF else 1):
        chip, box, seen = torn_once(name, tear, phase, seed)

        ran = run_box(make_job(protection=protection), box, tmp_path / f"{seed}.db")

        assert is_finished(chip, name, protection)
        assert ran.told() == [("failed", "card-lost"), ("resumed", None)]
        assert {card.token for card in ran.cards} == {TOKEN}
        assert seen[0] in (None, URL)
        assert (ran.end.done, ran.end.failed, ran.outcome.open_failures) == (1, 0, 0)


@pytest.mark.parametrize("name", MODEL_NAMES)
def test_card_torn_at_every_write_in_turn_is_finished(name: str, tmp_path: Path) -> None:
    chip = new_chip(MODELS[name], UID)
    field = VirtualField()
    for index in range(1, 13):
        field.tear(index, list(TearPhase)[index % 3], seed=index)

    ran = run_box(make_job(), CardBox([chip], field=field), tmp_path / "ledger.db")

    assert is_finished(chip, name, "permanent")
    assert {card.token for card in ran.cards} == {TOKEN}
    assert ran.cards[-1].status == "resumed"


@pytest.mark.parametrize("name", sorted({name for name, _ in WRITES}))
def test_the_matrix_catches_a_planner_that_writes_the_length_first(
    name: str, tmp_path: Path
) -> None:
    seen_at_all: set[str | None] = set()
    for tear in range(1, WRITES[name, "none"] + 1):
        _, box, seen = torn_once(name, tear, TearPhase.AFTER)

        run_box(make_job(protection="none"), box, tmp_path / f"{tear}.db", planner=length_first)

        seen_at_all.add(seen[0])

    assert seen_at_all - {None, URL}
