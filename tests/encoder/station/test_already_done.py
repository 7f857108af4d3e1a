"""A done card laid down again is compared with its row, and never written."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from encoder.chips.mirror import Mirror
from encoder.chips.models import MODELS, NTAG210, NTAG213, NTAG215, ChipModel
from encoder.chips.password import StationKey
from encoder.ledger import Ledger
from encoder.plan import card_content
from encoder.simulator.card_box import CardBox, CardEvent
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from encoder.station import visit
from landing.contract.documents import PROTECTIONS, Job, Protection
from tests.encoder.kit import (
    KEY,
    MIRROR_NAMES,
    MODEL_NAMES,
    TOKEN,
    UID,
    URL,
    Ran,
    make_job,
    new_chip,
    run_box,
    run_chips,
)

Change = Callable[[bytearray], None]
NTAG213_CFG0 = NTAG213.cfg0_page * 4


def two_card_job(protection: Protection = "permanent") -> Job:
    """A job that still wants a card when its first one is done."""
    return make_job(2, protection=protection)


def done_card(
    path: Path, name: str = "NTAG213", protection: Protection = "permanent", **rest: Mirror
) -> tuple[Job, VirtualChip]:
    """The job, and its first card, done."""
    job, chip = two_card_job(protection), new_chip(MODELS[name], UID)
    assert run_chips(job, [chip], path, key=KEY, **rest).told() == [("done", None)]
    return job, chip


def again(
    job: Job, chip: VirtualChip, path: Path, key: StationKey | None = KEY, **rest: Mirror
) -> Ran:
    """Lay the card down once more: what is told; it has had no WRITE."""
    written = chip.meter.writes
    ran = run_chips(job, [chip], path, key=key, **rest)
    assert chip.meter.writes == written
    return ran


@pytest.mark.parametrize("protection", PROTECTIONS)
@pytest.mark.parametrize("name", MODEL_NAMES)
def test_untouched_card_is_already_done(name: str, protection: Protection, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    job, chip = done_card(path, name, protection)

    ran = again(job, chip, path)

    assert ran.told() == [("already-done", None)]
    assert (ran.cards[0].token, ran.cards[0].chip) == (TOKEN, name)
    assert (ran.end.done, ran.end.failed, ran.end.remaining) == (0, 0, 1)


@pytest.mark.parametrize("mirror", ["uid", "counter", "both"])
@pytest.mark.parametrize("name", MIRROR_NAMES)
def test_mirror_card_is_already_done_after_many_taps(
    name: str, mirror: Mirror, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.db"
    job, chip = done_card(path, name, "permanent", mirror=mirror)
    chip.nfc_counter += 4711

    ran = again(job, chip, path, mirror=mirror)

    assert ran.told() == [("already-done", None)]


def put(start: int, content: bytes) -> Change:
    """Have other bytes in the memory."""

    def change(memory: bytearray) -> None:
        memory[start : start + len(content)] = content

    return change


CHANGES: dict[str, tuple[Protection, Change]] = {
    "another address": ("none", put(16, card_content(NTAG213, "https://someone.example/"))),
    "one character": ("none", put(0x0D * 4, b"X")),
    "a byte behind the message": ("none", put(0x0E * 4 + 3, b"\x01")),
    "no message": ("none", put(20, bytes.fromhex("340300FE"))),
    "locked since": ("none", put(10, b"\xff\xff")),
    "a CC for reading only": ("none", put(15, b"\x0f")),
    "a stranger's password": ("none", put(NTAG213_CFG0 + 3, b"\x04")),
    "a stranger's mirror": ("none", put(NTAG213_CFG0, bytes.fromhex("44000EFF"))),
    "a missing static lock": ("permanent", put(10, b"\xff\x7f")),
    "a missing dynamic lock": ("permanent", put(0x28 * 4, b"\xff\x0e")),
    "configuration not locked": ("permanent", put(NTAG213_CFG0 + 4, b"\x00")),
    "a CC for writing": ("permanent", put(15, b"\x00")),
    "AUTH0 taken off": ("password", put(NTAG213_CFG0 + 3, b"\xff")),
    "AUTH0 moved": ("password", put(NTAG213_CFG0 + 3, b"\x05")),
}


def changed(chip: VirtualChip, change: Change) -> VirtualChip:
    """The same card after someone was at it."""
    memory = bytearray(chip.memory)
    change(memory)
    return VirtualChip(chip.model, chip.uid, memory=bytes(memory))


@pytest.mark.parametrize("name", CHANGES)
def test_changed_card_is_a_verify_mismatch(name: str, tmp_path: Path) -> None:
    protection, change = CHANGES[name]
    path = tmp_path / "ledger.db"
    job, chip = done_card(path, protection=protection)

    ran = again(job, changed(chip, change), path)

    assert ran.told() == [("failed", "verify-mismatch")]
    assert (ran.cards[0].token, ran.end.failed, ran.end.remaining) == (TOKEN, 0, 1)


def sees_nothing(*_: object) -> list[str]:
    """A broken comparison."""
    return []


def test_the_changes_catch_a_comparison_that_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "differences", sees_nothing)
    missed = []
    for number, (name, (protection, change)) in enumerate(CHANGES.items()):
        job, chip = done_card(tmp_path / f"{number}.db", protection=protection)
        ran = again(job, changed(chip, change), tmp_path / f"{number}.db")
        missed += [name] if ran.told() == [("already-done", None)] else []

    assert missed == [*CHANGES]


def test_card_that_hides_its_pages_since_is_a_verify_mismatch(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    job, chip = done_card(path, protection="none")
    hidden = changed(chip, put(NTAG213_CFG0, bytes.fromhex("0400000480050000")))

    ran = again(job, hidden, path)

    assert ran.told() == [("failed", "verify-mismatch")]
    assert ran.cards[0].token == TOKEN


@pytest.mark.parametrize("model", [NTAG215, NTAG210], ids=lambda model: model.name)
def test_another_chip_with_the_uid_of_a_done_card_is_a_verify_mismatch(
    model: ChipModel, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.db"
    job, _ = done_card(path)
    other = VirtualChip(model, UID)

    ran = again(job, other, path)

    assert ran.told() == [("failed", "verify-mismatch")]


def long_job() -> Job:
    """A job whose addresses an NTAG210 does not hold."""
    return make_job(2, site="https://cards-of-a-long-host.example")


def test_smaller_chip_with_the_uid_of_a_done_card_does_not_end_the_run(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    run_chips(long_job(), [new_chip(NTAG213, UID)], path)

    ran = run_chips(long_job_again(path), [VirtualChip(NTAG210, UID), new_chip(NTAG213)], path)

    assert ran.told() == [("failed", "verify-mismatch"), ("done", None)]


def long_job_again(path: Path) -> Job:
    """The same job with the tokens that the ledger knows, and a free one."""
    with Ledger.open(path, writable=False) as ledger:
        (card,) = ledger.cards()
    return make_job(2, site="https://cards-of-a-long-host.example", first_token=card.token)


def begun_card(path: Path) -> Job:
    """A job whose first card, an NTAG213, was torn away and did not come back."""
    job, field = two_card_job(), VirtualField()
    field.tear(3, TearPhase.AFTER)
    lifted: list[CardEvent] = []
    box = CardBox(
        [new_chip(NTAG213, UID)], field=field, on_event=lambda event, _chip: lifted.append(event)
    )
    run_box(job, box, path, stopping=lambda: CardEvent.LIFTED in lifted)
    return job


@pytest.mark.parametrize("model", [NTAG215, NTAG210], ids=lambda model: model.name)
def test_another_chip_with_the_uid_of_a_begun_card_is_not_finished_in_its_name(
    model: ChipModel, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.db"
    job = begun_card(path)
    other = VirtualChip(model, UID)

    ran = run_chips(job, [other], path)

    assert ran.told() == [("failed", "verify-mismatch")]
    assert other.meter.writes == 0


def test_card_lifted_while_it_is_compared_is_already_done(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    job, chip = done_card(path)
    field = LiftingField(frames=9)

    ran = run_box(job, CardBox([chip], field=field), path)

    assert ran.told()[0] == ("already-done", None)


class LiftingField(VirtualField):
    """A field whose card is lifted after so many frames."""

    def __init__(self, frames: int) -> None:
        super().__init__()
        self._frames = frames

    def transceive(self, frame: bytes) -> bytes | None:
        """Answer, until the card is gone."""
        self._frames -= 1
        if self._frames == 0:
            self.lift()
        return super().transceive(frame)


def test_card_of_another_job_is_uid_booked_untouched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    _, chip = done_card(path)
    other = replace(make_job(first_token="0000000000012"), job="J-2026-0002")

    ran = again(other, chip, path)

    assert ran.told() == [("refused", "uid-booked")]
    assert ran.cards[0].token is None


def test_address_as_booked_is_what_counts_and_not_the_job_s_now(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    job, chip = done_card(path)
    moved = replace(job.items[0], url=URL.replace("card.example", "cards.example"))

    ran = again(replace(job, items=(moved, *job.items[1:])), chip, path)

    assert ran.told() == [("already-done", None)]
