"""A card pulled away at any WRITE is blank or complete to a phone, and ends right afterwards.

Here with a ledger on the disk and an operator who lays the card down again; tests/encoder/torture
does the same some ten thousand times in memory.
"""

from itertools import cycle
from pathlib import Path
from typing import cast

import pytest

from encoder.chips.mirror import Mirror
from encoder.chips.models import MODELS
from encoder.chips.password import StationKey
from encoder.plan import Planner, plan_card
from encoder.simulator.card_box import CardBox, CardEvent
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from landing.contract.documents import Job, JobItem, Label, Policy, Protection
from tests.encoder.kit import SITE, START, TOKEN, UID, Ran, length_first, new_chip, run_box
from tests.encoder.torture import memory as card
from tests.encoder.torture.phone import opened
from tests.encoder.torture.rig import REAL, SECRET
from tests.encoder.torture.situations import Situation, situations

NEW_CARDS = [case for case in situations() if case.past == "new"]
PLAIN_CARDS = [case for case in NEW_CARDS if case.mirror == "none"]


class Tearing:
    """A card that is torn away at some of its WRITEs, and what a phone sees when it is lifted."""

    def __init__(self, case: Situation) -> None:
        self.case = case
        self.chip = new_chip(MODELS[case.chip], UID)
        self.field = VirtualField()
        self.seen: list[str | None] = []

    def run(self, ledger: Path, planner: Planner = plan_card) -> Ran:
        """Lay the card down again until it is done."""
        box = CardBox([self.chip], field=self.field, on_event=self._note)
        return run_box(
            job_of(self.case),
            box,
            ledger,
            planner=planner,
            key=StationKey(SECRET) if self.case.protection == "password" else None,
            mirror=cast(Mirror, self.case.mirror),
        )

    @property
    def faults(self) -> list[str]:
        """What is not as it must be, in the end."""
        blank = card.delivered(self.case.chip, UID)
        return card.faults(self.chip.memory, self.case.wanted, blank)

    def _note(self, event: CardEvent, lifted: VirtualChip) -> None:
        if event is CardEvent.LIFTED:
            memory, counter = lifted.memory, lifted.nfc_counter
            self.seen.append(opened(memory, self.case.chip, UID, counter))


def job_of(case: Situation) -> Job:
    """A job of this one card."""
    item = JobItem(position=1, token=TOKEN, url=case.wanted.url, label=Label())
    policy = Policy(chips=(case.chip,), protection=cast(Protection, case.protection))
    return Job(job="J-2026-0001", site=SITE, created_at=START, policy=policy, items=(item,))


def writes_of(case: Situation) -> int:
    """How many WRITEs the card takes."""
    return len(case.present(case.start, REAL, traced=True).writes)


@pytest.mark.parametrize("case", NEW_CARDS, ids=str)
def test_card_torn_at_any_write_is_finished_when_it_comes_back(
    case: Situation, tmp_path: Path
) -> None:
    for index, phase in zip(range(1, writes_of(case) + 1), cycle(TearPhase), strict=False):
        torn = Tearing(case)
        torn.field.tear(index, phase, seed=0)

        ran = torn.run(tmp_path / f"{index}.db")

        assert (torn.faults, index, phase) == ([], index, phase)
        assert ran.told() == [("failed", "card-lost"), ("resumed", None)]
        assert {shown.token for shown in ran.cards} == {TOKEN}
        assert torn.seen[0] is None or torn.seen[0].startswith(case.wanted.url)
        assert (ran.end.done, ran.end.failed, ran.outcome.open_failures) == (1, 0, 0)


@pytest.mark.parametrize("case", PLAIN_CARDS, ids=str)
def test_card_torn_again_and_again_is_finished(case: Situation, tmp_path: Path) -> None:
    torn = Tearing(case)
    for index in range(1, writes_of(case)):
        torn.field.tear(index, list(TearPhase)[index % 3], seed=index)

    ran = torn.run(tmp_path / "ledger.db")

    assert torn.faults == []
    assert {shown.token for shown in ran.cards} == {TOKEN}
    assert ran.cards[-1].status == "resumed"


@pytest.mark.parametrize("chip", ["NTAG213", "NTAG215", "NTAG216"])
def test_the_phone_catches_a_planner_that_writes_the_length_first(
    chip: str, tmp_path: Path
) -> None:
    case = Situation(chip, "none", "none", "new")
    seen: set[str | None] = set()
    for index in range(1, writes_of(case) + 1):
        torn = Tearing(case)
        torn.field.tear(index, TearPhase.AFTER)

        torn.run(tmp_path / f"{index}.db", length_first)

        seen.add(torn.seen[0])

    assert seen - {None, case.wanted.url}
