"""Password cards: right byte for byte, shut to everyone else, and never shut unproved.

Each test of a chip runs twice: CFG0 and CFG1 in effect at the next power-on, as NXP says, and at
once, as a user saw of AUTH0 (flipperdevices/flipperzero-firmware issue 4321).
"""

from dataclasses import replace
from pathlib import Path

import pytest

from encoder.chips.commands import ACK, pwd_auth
from encoder.chips.locks import Image
from encoder.chips.models import MODELS, NTAG213, ChipModel
from encoder.chips.password import StationKey
from encoder.chips.steps import PageWrite
from encoder.errors import LedgerError
from encoder.ledger import BookedCard, Ledger
from encoder.plan import Goal, Plan, Planner, plan_card
from encoder.simulator.card_box import CardBox, CardEvent
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from landing.contract.documents import PROTECTIONS, Protection
from tests.encoder.kit import (
    KEY,
    MODEL_NAMES,
    TOKEN,
    UID,
    URL,
    DirectField,
    expected_memory,
    lying,
    make_job,
    new_chip,
    run_box,
    run_chips,
    seen_by_phone,
    shown_to_phone,
)

NAK = b"\x00"
JOB = make_job(protection="password")
MINE = KEY.credentials(UID)
OTHER_KEY = StationKey(bytes(range(32, 64)))
EVERY_CHIP = pytest.mark.parametrize("name", MODEL_NAMES)
BOTH_READINGS = pytest.mark.parametrize("at_once", [False, True], ids=["power-on", "at-once"])


def blank(name: str, at_once: bool) -> VirtualChip:
    """A blank chip of the vectors."""
    return VirtualChip(MODELS[name], UID, config_at_once=at_once)


def selected(chip: VirtualChip) -> DirectField:
    """A reader that has just selected the chip."""
    field = DirectField(lying(chip), lambda: False)
    assert field.sense() == chip.uid
    return field


def booked_card(path: Path) -> BookedCard:
    """The row of the card with the vectors' UID."""
    with Ledger.open(path, writable=False) as ledger:
        card = ledger.card_with_uid(UID.hex().upper())
    assert card is not None
    return card


@BOTH_READINGS
@EVERY_CHIP
def test_blank_card_ends_as_the_vector_says(name: str, at_once: bool, tmp_path: Path) -> None:
    chip = blank(name, at_once)

    ran = run_chips(JOB, [chip], tmp_path / "ledger.db", key=KEY)

    assert chip.memory == expected_memory(name, "password")
    assert ran.told() == [("done", None)]
    assert (seen_by_phone(chip), shown_to_phone(chip)) == (URL, URL)


@EVERY_CHIP
def test_row_names_the_key_and_the_configuration(name: str, tmp_path: Path) -> None:
    run_chips(JOB, [blank(name, at_once=False)], tmp_path / "ledger.db", key=KEY)

    card = booked_card(tmp_path / "ledger.db")
    cfg0 = MODELS[name].factory_cfg0[:3].hex().upper() + "02"
    assert (card.protection, card.key_id) == ("password", KEY.key_id)
    assert (card.stage, card.config) == ("booked", cfg0 + "00050000")


@BOTH_READINGS
@EVERY_CHIP
def test_card_takes_no_write_without_its_password(name: str, at_once: bool, tmp_path: Path) -> None:
    chip = blank(name, at_once)
    run_chips(JOB, [chip], tmp_path / "ledger.db", key=KEY)
    before = chip.memory

    answers = [
        selected(chip).exchange(bytes([0xA2, page]) + b"\x5a\x5a\x5a\x5a")
        for page in range(2, chip.model.pages)
    ]

    assert set(answers) == {NAK}
    assert chip.memory == before


@EVERY_CHIP
def test_password_of_the_card_opens_it(name: str, tmp_path: Path) -> None:
    chip = blank(name, at_once=False)
    run_chips(JOB, [chip], tmp_path / "ledger.db", key=KEY)
    reader = selected(chip)

    answers = [reader.exchange(pwd_auth(MINE.pwd)), reader.exchange(bytes.fromhex("A20500000000"))]

    assert answers == [MINE.pack, ACK]


@pytest.mark.parametrize("phase", list(TearPhase))
@BOTH_READINGS
@pytest.mark.parametrize("name", ["NTAG213", "NTAG215", "MF0UL11", "MF0UL21"])
def test_card_torn_at_any_write_is_finished_behind_its_password(
    name: str, at_once: bool, phase: TearPhase, tmp_path: Path
) -> None:
    writes = fresh_writes(name, tmp_path)
    for tear in range(1, writes + 1):
        chip, field = blank(name, at_once), VirtualField()
        field.tear(tear, phase, seed=tear)
        seen: list[str | None] = []

        ran = run_box(JOB, watched(chip, field, seen), tmp_path / f"{tear}.db", key=KEY)

        assert chip.memory == expected_memory(name, "password"), tear
        assert ran.told() == [("failed", "card-lost"), ("resumed", None)]
        assert {card.token for card in ran.cards} == {TOKEN}
        assert seen[0] in (None, URL)


def watched(chip: VirtualChip, field: VirtualField, seen: list[str | None]) -> CardBox:
    """A box that notes what a phone reads off the card each time it is lifted."""

    def note(event: CardEvent, lifted: VirtualChip) -> None:
        if event is CardEvent.LIFTED:
            seen.append(shown_to_phone(VirtualChip(chip.model, UID, memory=lifted.memory)))

    return CardBox([chip], field=field, on_event=note)


def fresh_writes(name: str, folder: Path) -> int:
    """How many WRITEs a blank card takes."""
    ran = run_chips(JOB, [blank(name, at_once=False)], folder / "fresh.db", key=KEY)
    return ran.cards[0].writes


class DeafPasswordField(VirtualField):
    """A field where a chip acknowledges its PWD and does not keep it."""

    def transceive(self, frame: bytes) -> bytes | None:
        """Swallow the WRITE to page 2Bh."""
        return ACK if frame[:2] == b"\xa2\x2b" else super().transceive(frame)


def without_proof(model: ChipModel, image: Image, goal: Goal) -> Plan:
    """A broken planner: it takes the password to be there."""
    plan = plan_card(model, image, goal)
    data = tuple(step for step in plan.data if isinstance(step, PageWrite))
    return replace(plan, data=data)


def is_shut_for_good(planner: Planner, path: Path) -> bool:
    """Whether a chip that did not keep its password asks for it nevertheless."""
    chip = new_chip(NTAG213, UID)

    run_box(JOB, CardBox([chip], field=DeafPasswordField()), path, key=KEY, planner=planner)

    asks = chip.memory[NTAG213.cfg0_page * 4 + 3] != 0xFF
    return asks and selected(chip).exchange(pwd_auth(MINE.pwd)) == NAK


def test_card_is_not_shut_behind_a_password_that_it_did_not_keep(tmp_path: Path) -> None:
    assert not is_shut_for_good(plan_card, tmp_path / "ledger.db")


def test_the_check_catches_a_plan_without_the_proof(tmp_path: Path) -> None:
    assert is_shut_for_good(without_proof, tmp_path / "ledger.db")


class WrongPackField(VirtualField):
    """A field where a chip takes the password and answers with another PACK."""

    def transceive(self, frame: bytes) -> bytes | None:
        """Change the PACK by one bit."""
        answer = super().transceive(frame)
        if frame[0] == 0x1B and answer and len(answer) == 2:
            return bytes([answer[0] ^ 1, answer[1]])
        return answer


def test_another_pack_is_write_failed_and_the_card_stays_open(tmp_path: Path) -> None:
    chip = new_chip(NTAG213, UID)
    box = CardBox([chip], field=WrongPackField())

    ran = run_box(JOB, box, tmp_path / "ledger.db", key=KEY)

    assert ran.told() == [("failed", "write-failed")]
    assert chip.memory[NTAG213.cfg0_page * 4 + 3] == 0xFF
    assert seen_by_phone(chip) is None


def torn_card(path: Path, tear: int) -> VirtualChip:
    """A card that was begun with KEY, torn away at a WRITE, and not laid down again."""
    chip, field = new_chip(NTAG213, UID), VirtualField()
    field.tear(tear, TearPhase.AFTER)
    lifts: list[CardEvent] = []
    box = CardBox([chip], field=field, on_event=lambda event, _chip: lifts.append(event))
    run_box(JOB, box, path, key=KEY, stopping=lambda: CardEvent.LIFTED in lifts)
    return chip


@pytest.mark.parametrize("key", [OTHER_KEY, None])
def test_begun_card_is_not_gone_on_with_under_another_key(
    key: StationKey | None, tmp_path: Path
) -> None:
    chip = torn_card(tmp_path / "ledger.db", tear=12)
    written = chip.meter.writes

    with pytest.raises(LedgerError, match="begun with the key") as error:
        run_chips(JOB, [chip], tmp_path / "ledger.db", key=key)

    assert chip.meter.writes == written
    assert "ledger scrap" in error.value.hint


def test_begun_card_that_was_given_another_password_is_write_failed(tmp_path: Path) -> None:
    chip = torn_card(tmp_path / "ledger.db", tear=13)  # CFG0 is written
    other = OTHER_KEY.credentials(UID)
    reader = selected(chip)
    reader.exchange(pwd_auth(MINE.pwd))
    reader.exchange(bytes([0xA2, NTAG213.pwd_page]) + other.pwd)
    before = chip.memory

    ran = run_chips(JOB, [chip], tmp_path / "ledger.db", key=KEY)

    assert ran.told() == [("failed", "write-failed")]
    assert chip.memory == before


@pytest.mark.parametrize("key", [KEY, OTHER_KEY])
def test_done_card_is_already_done_whatever_the_key(key: StationKey, tmp_path: Path) -> None:
    job = make_job(2, protection="password")
    chip = new_chip(NTAG213, UID)
    run_chips(job, [chip], tmp_path / "ledger.db", key=KEY)
    written = chip.meter.writes

    ran = run_chips(job, [chip], tmp_path / "ledger.db", key=key)

    assert ran.told() == [("already-done", None)]
    assert chip.meter.writes == written


class ListeningField(VirtualField):
    """A field that keeps what was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.opcodes: set[int] = set()

    def transceive(self, frame: bytes) -> bytes | None:
        """Note the command."""
        self.opcodes.add(frame[0])
        return super().transceive(frame)


def stranger_s(cfg0: str, cfg1: str) -> VirtualChip:
    """A chip behind someone's password."""
    memory = bytearray(new_chip(NTAG213, UID).memory)
    for page, content in ((0x29, cfg0), (0x2A, cfg1), (0x2B, "11223344"), (0x2C, "AABB0000")):
        memory[page * 4 : page * 4 + 4] = bytes.fromhex(content)
    return VirtualChip(NTAG213, UID, memory=bytes(memory))


@pytest.mark.parametrize("protection", PROTECTIONS)
@pytest.mark.parametrize(
    ("cfg0", "cfg1"),
    [("04000002", "00050000"), ("04000002", "80050000"), ("0400002C", "07050000")],
    ids=["writing", "reading", "limited"],
)
def test_stranger_s_password_card_is_refused_and_no_password_is_tried(
    cfg0: str, cfg1: str, protection: Protection, tmp_path: Path
) -> None:
    chip, field = stranger_s(cfg0, cfg1), ListeningField()
    job = make_job(protection=protection)

    ran = run_box(job, CardBox([chip], field=field), tmp_path / "ledger.db", key=KEY)

    assert ran.told() == [("refused", "password-protected")]
    assert chip.meter.writes == 0
    assert 0x1B not in field.opcodes


def test_torn_password_card_is_booked_as_far_as_it_came(tmp_path: Path) -> None:
    torn_card(tmp_path / "ledger.db", tear=12)

    assert booked_card(tmp_path / "ledger.db").stage == "begun"
