"""``inspect`` shows a card and what a run would do with it, and never writes."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from encoder.chips.models import NTAG213
from encoder.ledger import Ledger, NewCard
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.server import FieldServer
from landing.contract.documents import Protection
from tests.encoder.cli.command import invoke
from tests.encoder.kit import BENCH, START, TOKEN, UID, URL, make_job, new_chip, run_chips

HIDDEN_ALL = {0x29: "04000000", 0x2A: "80050000"}  # AUTH0 00h, PROT
HIDDEN_PASSWORD = {0x29: "0400002B", 0x2A: "80050000"}


def chip_with(pages: dict[int, str]) -> VirtualChip:
    """An NTAG213 that is as delivered but for these pages."""
    memory = bytearray(new_chip(NTAG213, UID).memory)
    for page, content in pages.items():
        memory[page * 4 : page * 4 + 4] = bytes.fromhex(content)
    return VirtualChip(NTAG213, UID, memory=bytes(memory))


def inspected(*chips: VirtualChip, words: tuple[str | Path, ...] = ("--json",)) -> Result:
    """What ``inspect`` answers with these chips on the reader."""
    field = VirtualField()
    for chip in chips:
        field.lay(chip)
    with FieldServer(field) as server:
        return invoke("inspect", "--reader", server.path, *words)


def picture_of(chip: VirtualChip, *words: str | Path) -> dict[str, Any]:
    """The picture of one chip, as JSON; nothing was written on it."""
    before = chip.memory
    picture: dict[str, Any] = json.loads(inspected(chip, words=("--json", *words)).stdout)
    assert chip.memory == before
    return picture


def booked(path: Path, *, scrapped: bool = False) -> Path:
    """A ledger in which the card was begun, and perhaps given up."""
    with Ledger.open(path, writable=True) as ledger:
        card = NewCard(
            uid=UID.hex().upper(),
            token=TOKEN,
            job="J-1",
            chip="NTAG213",
            protection="permanent",
            url=URL,
        )
        ledger.begin(card, at=START, by=BENCH)
        if scrapped:
            ledger.scrap(TOKEN, at=START, by=BENCH)
    return path


def test_blank_card_would_be_written() -> None:
    picture = picture_of(new_chip(NTAG213, UID))

    assert (picture["uid"], picture["chip"], picture["url"]) == ("04A1B2C3D4E580", "NTAG213", None)
    assert picture["run_would"] == "write it"
    assert len(picture["pages"]) == NTAG213.pages


@pytest.mark.parametrize(
    ("protection", "words"), [("none", "foreign-content"), ("permanent", "already-locked")]
)
def test_written_card_says_why_a_run_would_refuse_it(
    protection: Protection, words: str, tmp_path: Path
) -> None:
    chip = new_chip(NTAG213, UID)
    run_chips(make_job(protection=protection), [chip], tmp_path / "elsewhere.db")

    ran = inspected(chip, words=())

    assert f"refuse it: {words}" in ran.stdout
    assert URL in ran.stdout


def test_card_that_is_done_would_be_left(tmp_path: Path) -> None:
    chip, ledger = new_chip(NTAG213, UID), tmp_path / "ledger.db"
    run_chips(make_job(), [chip], ledger)

    picture = picture_of(chip, "--ledger", ledger)

    assert picture["run_would"] == f"leave it: done for J-2026-0001 with {TOKEN}"


@pytest.mark.parametrize(
    ("scrapped", "words"),
    [(False, f"finish it in J-1 with {TOKEN}"), (True, "refuse it: uid-booked, scrapped in J-1")],
)
def test_begun_card_would_be_finished_and_a_scrapped_one_refused(
    scrapped: bool, words: str, tmp_path: Path
) -> None:
    ledger = booked(tmp_path / "ledger.db", scrapped=scrapped)

    picture = picture_of(new_chip(NTAG213, UID), "--ledger", ledger)

    assert picture["run_would"] == words


def test_card_that_hides_its_last_pages_shows_the_others() -> None:
    picture = picture_of(chip_with(HIDDEN_PASSWORD))

    assert (picture["password_protected"], picture["url"]) == (True, None)
    assert picture["pages"]["29"] == "0400002B"
    assert "2B" not in picture["pages"]
    assert picture["run_would"].startswith("refuse it: password-protected")


def test_card_that_hides_all_pages_is_named_all_the_same() -> None:
    picture = picture_of(chip_with(HIDDEN_ALL))

    assert (picture["chip"], picture["pages"]) == ("NTAG213", {})
    assert picture["run_would"].startswith("refuse it: password-protected")


def test_ledger_settles_a_card_that_hides_its_pages(tmp_path: Path) -> None:
    ledger = booked(tmp_path / "ledger.db", scrapped=True)

    picture = picture_of(chip_with(HIDDEN_ALL), "--ledger", ledger)

    assert picture["run_would"] == "refuse it: uid-booked, scrapped in J-1"


def test_two_cards_are_exit_6() -> None:
    ran = inspected(new_chip(NTAG213), new_chip(NTAG213))

    assert (ran.exit_code, ran.stdout) == (6, "")
    assert "more than one card" in ran.stderr


def test_no_card_in_time_is_exit_6() -> None:
    ran = inspected(words=("--wait", "0.05"))

    assert "no card was laid down" in ran.stderr
    assert ran.exit_code == 6
