"""Cards that are not to be taken: the reason is exact, and no WRITE reaches the chip."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from encoder.chips import ndef
from encoder.chips.models import NTAG213, NTAG215, ChipModel
from encoder.ledger import Ledger, NewCard
from encoder.simulator.card_box import CardBox
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from tests.encoder.kit import (
    BENCH,
    START,
    UID,
    URL,
    expected_memory,
    make_job,
    new_chip,
    run_box,
    run_chips,
    seen_by_phone,
)

Spoil = Callable[[bytearray], None]
# Its BCC0, FFh, and its fourth byte look like an open CFG0 and CFG1 where a READ rolls over.
UNREMARKABLE_UID = bytes.fromhex("04007300000000")


def page_set(page: int, content: str) -> Spoil:
    """A fault: a page that holds something else."""

    def spoil(memory: bytearray) -> None:
        memory[page * 4 : page * 4 + 4] = bytes.fromhex(content)

    return spoil


def holding(message: bytes, *, prefix: bytes = b"") -> Spoil:
    """A fault: someone's message."""

    def spoil(memory: bytearray) -> None:
        area = prefix + bytes([3, len(message)]) + message + b"\xfe"
        memory[16 : 16 + len(area)] = area

    return spoil


SPOILT: dict[str, tuple[str, Spoil]] = {
    "one static lock bit": ("already-locked", page_set(2, "72480001")),
    "the static lock bits": ("already-locked", page_set(2, "7248FFFF")),
    "a block-lock bit": ("already-locked", page_set(0x28, "000020BD")),
    "a dynamic lock bit": ("already-locked", page_set(0x28, "010000BD")),
    "CFGLCK": ("already-locked", page_set(0x2A, "40050000")),
    "AUTH0 in user memory": ("password-protected", page_set(0x29, "04000004")),
    "AUTH0 on the last page": ("password-protected", page_set(0x29, "0400002C")),
    "no CC": ("bad-cc", page_set(3, "00000000")),
    "another size in the CC": ("bad-cc", page_set(3, "E1103E00")),
    "a read-only CC": ("bad-cc", page_set(3, "E110120F")),
    "the UID mirror": ("foreign-content", page_set(0x29, "440004FF")),
    "an address": ("foreign-content", holding(ndef.uri_message("https://other.example/"))),
    "a long address": ("foreign-content", holding(ndef.uri_message("https://" + "o" * 120))),
    "an address behind other blocks": (
        "foreign-content",
        holding(ndef.uri_message("tel:+33561000000"), prefix=bytes.fromhex("0000FD0411223344")),
    ),
    "a text": ("foreign-content", holding(bytes.fromhex("D1010454026672 41"))),
    "an empty record": ("foreign-content", holding(bytes.fromhex("D00000"))),
    "our own address": ("foreign-content", holding(ndef.uri_message(URL))),
}


def spoilt_chip(spoil: Spoil) -> VirtualChip:
    """An NTAG213 with one fault."""
    memory = bytearray(new_chip(NTAG213, UID).memory)
    spoil(memory)
    return VirtualChip(NTAG213, UID, memory=bytes(memory))


@pytest.mark.parametrize("fault", SPOILT)
def test_spoilt_card_is_refused_and_untouched(fault: str, tmp_path: Path) -> None:
    reason, spoil = SPOILT[fault]
    chip = spoilt_chip(spoil)
    before = chip.memory

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("refused", reason)]
    assert (ran.cards[0].token, ran.cards[0].writes, chip.meter.writes) == (None, 0, 0)
    assert chip.memory == before
    assert (ran.end.refused, ran.end.failed, ran.end.remaining) == (1, 0, 1)


@pytest.mark.parametrize("uid", [UID, UNREMARKABLE_UID])
@pytest.mark.parametrize("auth0", [0x00, 0x03, 0x04, 0x06, 0x28, 0x29, 0x2A, 0x2B, 0x2C])
def test_page_hidden_by_a_password_is_password_protected(
    auth0: int, uid: bytes, tmp_path: Path
) -> None:
    memory = bytearray(new_chip(NTAG213, uid).memory)
    page_set(0x29, f"040000{auth0:02X}")(memory)
    page_set(0x2A, "80050000")(memory)
    chip = VirtualChip(NTAG213, uid, memory=bytes(memory))

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("refused", "password-protected")]
    assert chip.meter.writes == 0


@pytest.mark.parametrize(
    "content",
    ["0300FE00", "00000000", "03000000", "FE000000", "FFFFFFFF", "0321D101", "03FF0320"],
)
def test_content_that_no_phone_can_read_is_blank(content: str, tmp_path: Path) -> None:
    chip = spoilt_chip(page_set(4, content))

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("done", None)]
    assert seen_by_phone(chip) == URL
    assert chip.memory[16 : 0x0F * 4] == expected_memory("NTAG213", "none")[16 : 0x0F * 4]


@pytest.mark.parametrize("fault", ["an address", "a long address", "a text", "an empty record"])
def test_overwrite_replaces_content(fault: str, tmp_path: Path) -> None:
    chip = spoilt_chip(SPOILT[fault][1])

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db", overwrite=True)

    assert ran.told() == [("done", None)]
    assert seen_by_phone(chip) == URL


@pytest.mark.parametrize("fault", ["the static lock bits", "AUTH0 in user memory", "no CC"])
def test_overwrite_does_not_take_a_spoilt_chip(fault: str, tmp_path: Path) -> None:
    chip = spoilt_chip(SPOILT[fault][1])

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db", overwrite=True)

    assert ran.told() == [("refused", SPOILT[fault][0])]
    assert chip.meter.writes == 0


def test_chip_that_the_policy_does_not_name_is_unknown(tmp_path: Path) -> None:
    chip = new_chip(NTAG215)

    ran = run_chips(make_job(chips=["NTAG213"]), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("refused", "unknown-chip")]
    assert (ran.cards[0].chip, chip.meter.writes) == ("NTAG215", 0)


@pytest.mark.parametrize("version", ["0053040201000F03", "0004040502011303"])
def test_other_version_is_an_unknown_chip(version: str, tmp_path: Path) -> None:
    chip = new_chip(with_version(version), UID)

    ran = run_chips(make_job(), [chip], tmp_path / "ledger.db")

    assert ran.told() == [("refused", "unknown-chip")]
    assert (ran.cards[0].chip, chip.meter.writes) == (None, 0)


def test_address_too_long_for_the_chip_is_too_small(tmp_path: Path) -> None:
    long_site = "https://" + ".".join(["a" * 60] * 3) + ".example"
    small, large = new_chip(NTAG213), new_chip(NTAG215)

    ran = run_chips(make_job(site=long_site), [small, large], tmp_path / "ledger.db")

    assert ran.told() == [("refused", "too-small"), ("done", None)]
    assert small.meter.writes == 0
    assert (seen_by_phone(large) or "").startswith(long_site)


def test_card_of_another_job_is_uid_booked(tmp_path: Path) -> None:
    chip = new_chip(NTAG213, UID)
    run_chips(make_job(name="J-1"), [chip], tmp_path / "ledger.db")
    written = chip.meter.writes

    ran = run_chips(
        make_job(name="J-2", first_token="0000000000012"), [chip], tmp_path / "ledger.db"
    )

    assert ran.told() == [("refused", "uid-booked")]
    assert chip.meter.writes == written


def test_card_done_in_this_job_is_already_done(tmp_path: Path) -> None:
    job = make_job(2)
    chip = new_chip(NTAG213, UID)
    run_chips(job, [chip], tmp_path / "ledger.db")
    written = chip.meter.writes

    ran = run_chips(job, [chip, new_chip(NTAG213)], tmp_path / "ledger.db")

    assert ran.told() == [("already-done", None), ("done", None)]
    assert ran.cards[0].token == job.items[0].token
    assert chip.meter.writes == written
    assert (ran.end.done, ran.end.refused, ran.end.remaining) == (1, 0, 0)


def test_scrapped_card_is_uid_booked_and_its_item_goes_to_the_next(tmp_path: Path) -> None:
    job = make_job()
    path = tmp_path / "ledger.db"
    dead = new_chip(NTAG213, UID)
    with Ledger.open(path, writable=True) as ledger:
        token = job.items[0].token
        card = NewCard(
            uid=UID.hex().upper(),
            token=token,
            job=job.job,
            chip="NTAG213",
            protection="permanent",
            url=URL,
        )
        ledger.begin(card, at=START, by=BENCH)
        ledger.scrap(token, at=START, by=BENCH)

    ran = run_chips(job, [dead, new_chip(NTAG213)], path)

    assert ran.told() == [("refused", "uid-booked"), ("done", None)]
    assert dead.meter.writes == 0


def test_blank_is_refused_when_every_item_left_is_begun_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    begun, blank = new_chip(NTAG213, UID), new_chip(NTAG213)
    field = VirtualField()
    field.tear(3, TearPhase.AFTER)
    job = make_job()
    box = CardBox([begun], field=field)
    run_box(job, box, path, stopping=lambda: begun.meter.writes > 2)

    ran = run_chips(job, [blank], path)

    assert ran.told() == [("refused", "no-item")]
    assert blank.meter.writes == 0
    assert (ran.end.failed, ran.end.remaining) == (1, 1)


def test_two_cards_at_once_are_refused_untouched(tmp_path: Path) -> None:
    first, second = new_chip(NTAG213), new_chip(NTAG215)
    field = VirtualField()
    field.lay(first)
    field.lay(second)

    ran = run_box(make_job(), PairedBox(field), tmp_path / "ledger.db")

    assert ran.told() == [("refused", "two-cards")]
    assert (ran.cards[0].uid, first.meter.writes, second.meter.writes) == (None, 0, 0)


class PairedBox(CardBox):
    """Two cards lie there until the reader has looked a few times; then both are lifted."""

    def __init__(self, field: VirtualField) -> None:
        super().__init__([], field=field)
        self._looks = 0

    @property
    def exhausted(self) -> bool:
        """Whether both cards are lifted."""
        return self.field.is_empty

    def transceive(self, frame: bytes) -> bytes | None:
        """Send one frame; the third look finds the place empty."""
        self._looks += frame == b"\x26"
        if self._looks > 3:
            self.field.lift()
        return self.field.transceive(frame)


def with_version(version: str) -> ChipModel:
    """An NTAG213 that gives another answer to GET_VERSION."""
    return replace(NTAG213, version=bytes.fromhex(version))
