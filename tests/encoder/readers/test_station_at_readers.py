"""The same station at every reader: what becomes of a card does not depend on the reader."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from encoder.chips.models import MODELS, NTAG213, PAGE_SIZE
from encoder.chips.password import StationKey
from encoder.errors import SilenceError
from encoder.readers.field import Field
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from encoder.station.events import Removed
from landing.contract.documents import PROTECTIONS, Job, Protection
from tests.emulated.benches import BENCHES, Bench
from tests.emulated.boxed import BoxedField
from tests.encoder.kit import (
    MODEL_NAMES,
    UID,
    Ran,
    is_finished,
    make_job,
    new_chip,
    run_box,
    run_chips,
    seen_by_phone,
)

KEY = StationKey(bytes(range(32)))
OTHER_UID = bytes.fromhex("04F1E2D3C4B5A6")
AWAY_POLLS = 8  # longer than a station looks for a card that missed one look
LOOKS_AT_TWO_CARDS = 20  # the virtual operator leaves them there
URL_OF_OTHERS = bytes.fromhex("0305D101015400FE")  # a text record


@pytest.fixture(params=BENCHES)
def bench(request: pytest.FixtureRequest) -> Bench:
    """Each reader there is without hardware."""
    name: str = request.param
    return BENCHES[name]


def run_at(bench: Bench, job: Job, box: CardBox, path: Path, **rest: Any) -> Ran:
    """Run a job at a bench until the box is empty."""
    with bench.open(box) as field:
        return run_box(job, box, path, key=key_for(job), reader=field, **rest)


def key_for(job: Job) -> StationKey | None:
    """The station's key, for jobs with passwords only."""
    return KEY if job.policy.protection == "password" else None


def after(looks: int) -> Callable[[], bool]:
    """Someone who says stop once the station has looked that often."""
    seen = count()
    return lambda: next(seen) >= looks


def twin_run(job: Job, chip: VirtualChip, path: Path) -> Ran:
    """The same card without any reader."""
    return run_chips(job, [chip], path, key=key_for(job))


@pytest.mark.parametrize(
    ("name", "protection"),
    [("NTAG213", protection) for protection in PROTECTIONS]
    + [(name, "permanent") for name in MODEL_NAMES if name != "NTAG213"],
)
def test_blank_card_ends_as_it_does_without_a_reader(
    bench: Bench, name: str, protection: Protection, tmp_path: Path
) -> None:
    job = make_job(protection=protection)
    chip, twin = new_chip(MODELS[name], UID), new_chip(MODELS[name], UID)

    ran = run_at(bench, job, CardBox([chip]), tmp_path / "ledger.db")
    without = twin_run(job, twin, tmp_path / "twin.db")

    assert ran.told() == without.told() == [("done", None)]
    assert chip.memory == twin.memory
    assert [replace(card, seconds=0.0) for card in ran.cards] == without.cards


@pytest.mark.parametrize(
    ("write", "phase"),
    [(1, TearPhase.HALF), (10, TearPhase.HALF), (11, TearPhase.AFTER), (14, TearPhase.BEFORE)],
)
def test_torn_card_is_finished_when_it_comes_back(
    bench: Bench, write: int, phase: TearPhase, tmp_path: Path
) -> None:
    chip = new_chip(NTAG213, UID)
    box = CardBox([chip], gap_polls=AWAY_POLLS)
    box.field.tear(write, phase, seed=write)

    ran = run_at(bench, make_job(), box, tmp_path / "ledger.db")

    assert ran.told() == [("failed", "card-lost"), ("resumed", None)]
    assert is_finished(chip, "NTAG213", "permanent")


def test_refused_card_has_no_write(bench: Bench, tmp_path: Path) -> None:
    memory = bytearray(new_chip(NTAG213, UID).memory)
    memory[4 * PAGE_SIZE : 6 * PAGE_SIZE] = URL_OF_OTHERS
    chip = VirtualChip(NTAG213, UID, memory=bytes(memory))

    ran = run_at(bench, make_job(), CardBox([chip]), tmp_path / "ledger.db")

    assert ran.told() == [("refused", "foreign-content")]
    assert (chip.meter.writes, chip.memory) == (0, bytes(memory))


def test_two_cards_are_never_both_written(bench: Bench, tmp_path: Path) -> None:
    chips = new_chip(NTAG213, UID), new_chip(NTAG213, OTHER_UID)
    place = VirtualField()
    place.lay(chips[1])
    job = make_job()

    ran = run_at(
        bench,
        job,
        CardBox(chips[:1], field=place),
        tmp_path / "ledger.db",
        stopping=after(LOOKS_AT_TWO_CARDS),
    )

    written = [chip for chip in chips if chip.meter.writes]
    if bench.selects_one:
        assert ran.told() == [("done", None)]
        assert [seen_by_phone(chip) for chip in written] == [job.items[0].url]
    else:
        assert ran.told() == [("refused", "two-cards")]
        assert written == []


def test_box_of_cards_is_done_one_after_another(bench: Bench, tmp_path: Path) -> None:
    chips = [new_chip(NTAG213) for _ in range(3)]
    job = make_job(3)

    ran = run_at(bench, job, CardBox(chips), tmp_path / "ledger.db")

    assert ran.told() == [("done", None)] * 3
    assert [seen_by_phone(chip) for chip in chips] == [item.url for item in job.items]
    removed = [event.uid for event in ran.events if isinstance(event, Removed)]
    assert removed == [chip.uid.hex().upper() for chip in chips]


def test_longest_address_is_read_back_in_frames_that_fit(bench: Bench, tmp_path: Path) -> None:
    chip = new_chip(MODELS["NTAG216"], UID)
    job = make_job(site="https://" + ".".join(["a" * 60] * 3) + ".example")

    ran = run_at(bench, job, CardBox([chip]), tmp_path / "ledger.db")

    assert ran.told() == [("done", None)]
    assert seen_by_phone(chip) == job.items[0].url


class ForgetfulField(BoxedField):
    """A broken reader: it says ACK for every fourth WRITE and sends none."""

    _writes = 0

    def exchange(self, frame: bytes) -> bytes:
        """Send one frame, or do as if."""
        self._writes += frame[0] == 0xA2
        if frame[0] == 0xA2 and self._writes % 4 == 0:
            return b"\x0a"
        return super().exchange(frame)


class MuteField(BoxedField):
    """A broken reader: it loses the answer to every WRITE."""

    def exchange(self, frame: bytes) -> bytes:
        """Send one frame, and lose an ACK."""
        answer = super().exchange(frame)
        if frame[0] == 0xA2:
            raise SilenceError("no answer")
        return answer


def broken_bench(kind: Callable[[Field, CardBox], Field]) -> Bench:
    """The emulated PN532 with a fault between it and the station."""
    real = BENCHES["pn532"]

    class Opened:
        def __init__(self, box: CardBox) -> None:
            self._box, self._real = box, real.open(box)

        def __enter__(self) -> Field:
            return kind(self._real.__enter__(), self._box)

        def __exit__(self, *error: object) -> None:
            self._real.__exit__(None, None, None)

    return replace(real, open=Opened)


def test_reader_that_lies_about_writes_is_caught(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        test_blank_card_ends_as_it_does_without_a_reader(
            broken_bench(ForgetfulField), "NTAG213", "permanent", tmp_path
        )


def test_reader_that_costs_exchanges_is_caught(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        test_blank_card_ends_as_it_does_without_a_reader(
            broken_bench(MuteField), "NTAG213", "permanent", tmp_path
        )
