"""Seeded faults: each broken engine is caught by a check that the real one passes."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from encoder.chips.locks import Image
from encoder.chips.mirror import MIRRORS, Mirror
from encoder.chips.models import MODELS, NTAG213, ChipModel
from encoder.errors import QrMismatchError
from encoder.labels.files import label_paths, write_label
from encoder.ledger import Ledger
from encoder.plan import Goal, Plan, plan_card
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from encoder.station.encoding import Encoding
from encoder.station.session import Session
from landing.contract.documents import JobItem
from tests.encoder.kit import (
    MODEL_NAMES,
    SITE,
    TOKEN,
    UID,
    expected_memory,
    make_job,
    new_chip,
    run_box,
    run_chips,
)
from tests.encoder.torture.faults import (
    BooksAfterTheFirstWrite,
    LocksBeforeItVerifies,
    SkipsTheReadBack,
)

Step = Callable[[], None]


class ForgetsTheDynamicLock(Encoding):
    """Broken: one lock WRITE is left out, and no one looks."""

    def lock(self) -> None:
        """Lock without reading back."""
        for step in self._plan.locks:
            if step.page != self._found.model.dynamic_lock_page:
                self._session.write(step)
        self._record("locked")


class SpoilingField(VirtualField):
    """A field where page 04h reads back with one bit wrong, as a bad cell would do."""

    def transceive(self, frame: bytes) -> bytes | None:
        """Answer a FAST_READ with one bit wrong."""
        answer = super().transceive(frame)
        if frame[:2] == b"\x3a\x04" and answer:
            return bytes([answer[0] ^ 1]) + answer[1:]
        return answer


def locked_though_wrong(encoding: type[Encoding], path: Path) -> bool:
    """Whether a card that reads back wrong gets locked."""
    chip = new_chip(NTAG213, UID)

    ran = run_box(make_job(), CardBox([chip], field=SpoilingField()), path, encoding=encoding)

    assert encoding is SkipsTheReadBack or ran.told() == [("failed", "verify-mismatch")]
    return chip.memory[0x0A:0x0C] != b"\x00\x00"


def test_card_that_reads_back_wrong_is_not_locked(tmp_path: Path) -> None:
    assert not locked_though_wrong(Encoding, tmp_path / "ledger.db")


@pytest.mark.parametrize("broken", [LocksBeforeItVerifies, SkipsTheReadBack])
def test_the_check_catches_an_engine_that_locks_unproved(
    broken: type[Encoding], tmp_path: Path
) -> None:
    assert locked_though_wrong(broken, tmp_path / "ledger.db")


def unbooked_writes(encoding: type[Encoding], path: Path) -> list[int]:
    """The pages that were written while the ledger knew nothing of the card."""
    chip, field = new_chip(NTAG213, UID), VirtualField()
    pages: list[int] = []

    def look(_chip: VirtualChip, page: int) -> None:
        with Ledger.open(path, writable=False) as ledger:
            card = ledger.card_with_uid(UID.hex().upper())
        if card is None or card.token != TOKEN:
            pages.append(page)

    field.before_write = look
    run_box(make_job(), CardBox([chip], field=field), path, encoding=encoding)
    return pages


def test_ledger_row_stands_before_the_first_write(tmp_path: Path) -> None:
    assert unbooked_writes(Encoding, tmp_path / "ledger.db") == []


def test_the_check_catches_a_row_that_comes_late(tmp_path: Path) -> None:
    assert len(unbooked_writes(BooksAfterTheFirstWrite, tmp_path / "ledger.db")) == 10


@pytest.mark.parametrize("name", [name for name in MODEL_NAMES if MODELS[name].dynamic_locks])
def test_the_vectors_catch_a_lock_that_is_left_out(name: str, tmp_path: Path) -> None:
    chip = new_chip(MODELS[name], UID)

    run_chips(make_job(), [chip], tmp_path / "ledger.db", encoding=ForgetsTheDynamicLock)

    assert chip.memory != expected_memory(name, "permanent")


def leaves_out_the_dynamic_lock(model: ChipModel, image: Image, goal: Goal) -> Plan:
    """Broken: a plan of three locks; each of them stands in the end."""
    plan = plan_card(model, image, goal)
    locks = tuple(step for step in plan.locks if step.page != model.dynamic_lock_page)
    return replace(plan, locks=locks)


def test_lock_that_was_never_planned_is_a_lock_mismatch(tmp_path: Path) -> None:
    chip = new_chip(NTAG213, UID)

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db", planner=leaves_out_the_dynamic_lock)

    assert ran.told() == [("failed", "lock-mismatch")]


class LeavesTheMirrorUnproved(Encoding):
    """Broken: it compares with what it wrote, not with what the chip must show."""

    def _read_back(self) -> tuple[bytes, bytes]:
        shown, _ = super()._read_back()
        return shown, shown


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        (Encoding, [("failed", "verify-mismatch")]),
        (LeavesTheMirrorUnproved, [("done", None)]),
    ],
)
def test_chip_that_keeps_cfg0_and_mirrors_nothing_is_found_out_by_the_read_back_alone(
    encoding: type[Encoding], told: list[tuple[str, str | None]], tmp_path: Path
) -> None:
    chip = VirtualChip(replace(NTAG213, can_mirror=False), UID)

    ran = run_chips(make_job(), [chip], tmp_path / "l.db", mirror="uid", encoding=encoding)

    assert ran.told() == told


class DeafLockField(VirtualField):
    """A field where the chip acknowledges the dynamic lock and does not keep it."""

    def transceive(self, frame: bytes) -> bytes | None:
        """Swallow the WRITE to page 28h."""
        return b"\x0a" if frame[:2] == b"\xa2\x28" else super().transceive(frame)


def test_lock_that_does_not_read_back_is_a_lock_mismatch(tmp_path: Path) -> None:
    box = CardBox([new_chip(NTAG213, UID)], field=DeafLockField())

    ran = run_box(make_job(), box, tmp_path / "ledger.db")

    assert ran.told() == [("failed", "lock-mismatch")]
    assert (ran.end.done, ran.end.failed, ran.end.remaining) == (0, 1, 1)


def test_label_that_does_not_match_stops_the_card_unlocked_and_not_the_job(tmp_path: Path) -> None:
    job = make_job(2)
    first, second = new_chip(NTAG213, UID), new_chip(NTAG213)

    def prove(item: JobItem, _chip_url: str) -> None:
        if item.token == TOKEN:
            raise QrMismatchError("the code says something else")

    ran = run_chips(job, [first, second], tmp_path / "ledger.db", prove=prove)

    assert ran.told() == [("failed", "qr-mismatch"), ("done", None)]
    assert first.memory == expected_memory("NTAG213", "none")
    assert ran.cards[0].token == TOKEN


def test_prover_is_given_the_address_as_it_was_read_back(tmp_path: Path) -> None:
    job = make_job()
    proved: list[tuple[str, str]] = []

    run_chips(
        job,
        [new_chip(NTAG213)],
        tmp_path / "ledger.db",
        prove=lambda item, url: proved.append((item.token, url)),
    )

    assert proved == [(TOKEN, job.items[0].url)]


@pytest.mark.parametrize("mirror", MIRRORS)
def test_label_matches_a_card_whatever_it_mirrors(mirror: Mirror, tmp_path: Path) -> None:
    job = make_job()

    def prove(item: JobItem, chip_url: str) -> None:
        write_label(tmp_path / "labels", site=SITE, token=item.token, chip_url=chip_url)

    ran = run_chips(job, [new_chip(NTAG213)], tmp_path / "ledger.db", prove=prove, mirror=mirror)

    assert ran.told() == [("done", None)]
    assert label_paths(tmp_path / "labels", TOKEN)[0].exists()


class LosingField(VirtualField):
    """A field that loses the answer to every n-th WRITE, which the chip did or refused."""

    def __init__(self, *, lose: int, answer: bytes | None) -> None:
        super().__init__()
        self._lose = lose
        self._answer = answer
        self._seen = 0

    def transceive(self, frame: bytes) -> bytes | None:
        """Lose an ACK."""
        answer = super().transceive(frame)
        if frame[:1] == b"\xa2":
            self._seen += 1
            if self._seen % self._lose == 0:
                return self._answer
        return answer


@pytest.mark.parametrize("answer", [None, b"\x01", b""])
@pytest.mark.parametrize("lose", [1, 2, 3, 5])
def test_lost_ack_of_a_page_that_stands_is_no_failure(
    lose: int, answer: bytes | None, tmp_path: Path
) -> None:
    chip = new_chip(NTAG213, UID)
    box = CardBox([chip], field=LosingField(lose=lose, answer=answer))

    ran = run_box(make_job(), box, tmp_path / "ledger.db")

    assert ran.told() == [("done", None)]
    assert chip.memory == expected_memory("NTAG213", "permanent")
    assert ran.cards[0].writes == 14


class RefusingField(VirtualField):
    """A field where the chip says NAK 5 to the first WRITEs of one page: the EEPROM failed."""

    def __init__(self, page: int, times: int) -> None:
        super().__init__()
        self._page = page
        self._times = times

    def transceive(self, frame: bytes) -> bytes | None:
        """Refuse, and fall back to IDLE as the chip does."""
        if frame[:2] == bytes([0xA2, self._page]) and self._times:
            self._times -= 1
            self.power_off()
            return b"\x05"
        return super().transceive(frame)


def test_write_refused_twice_is_tried_again(tmp_path: Path) -> None:
    chip = new_chip(NTAG213, UID)

    ran = run_box(make_job(), CardBox([chip], field=RefusingField(8, 2)), tmp_path / "ledger.db")

    assert ran.told() == [("done", None)]
    assert chip.memory == expected_memory("NTAG213", "permanent")
    assert (ran.cards[0].writes, chip.meter.writes) == (16, 14)


def test_write_refused_for_good_is_write_failed(tmp_path: Path) -> None:
    chip = new_chip(NTAG213, UID)

    ran = run_box(make_job(), CardBox([chip], field=RefusingField(8, 99)), tmp_path / "ledger.db")

    assert ran.told() == [("failed", "write-failed")]
    assert ran.cards[0].token == TOKEN


def test_card_swapped_in_mid_write_is_lost_and_the_newcomer_untouched(tmp_path: Path) -> None:
    first, other = new_chip(NTAG213, UID), new_chip(NTAG213)
    field = SwappingField(other)
    field.tear(4, TearPhase.AFTER)

    ran = run_box(make_job(2), CardBox([first], field=field), tmp_path / "ledger.db")

    assert ran.told()[:2] == [("failed", "card-lost"), ("refused", "two-cards")]
    assert ran.cards[1].uid == other.uid.hex().upper()
    assert other.meter.writes == 0
    assert ran.cards[0].token == TOKEN


class SwappingField(VirtualField):
    """A field where another card slips in as soon as the first is torn away."""

    def __init__(self, other: VirtualChip) -> None:
        super().__init__()
        self._other: VirtualChip | None = other

    def transceive(self, frame: bytes) -> bytes | None:
        """Answer; where the place has just become empty, the other card lies there."""
        answer = super().transceive(frame)
        if self.is_empty and self._other is not None and frame[:1] == b"\xa2":
            self.lay(self._other)
            self._other = None
        return answer


def test_session_counts_the_frames_of_a_selection() -> None:
    assert Session(NoField(), UID).exchanges == 5
    assert Session(NoField(), UID[:4]).exchanges == 3


class NoField:
    """A field with nothing in it."""

    exhausted = True
    poll_seconds = 0.0
    storage_only = False

    def sense(self) -> bytes | None:
        """Nobody there."""
        return None

    def exchange(self, frame: bytes) -> bytes:
        """Nobody there."""
        return frame
