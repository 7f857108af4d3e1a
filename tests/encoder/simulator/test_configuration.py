"""CFG0, CFG1, PWD and PACK: what they change, and when it takes effect."""

import pytest

from encoder.chips.models import NTAG213, ChipModel
from encoder.simulator.chip import VirtualChip
from tests.encoder.simulator.cast import (
    ACK,
    ALL_MODELS,
    NAK,
    NAK_AUTHLIM,
    UID,
    page_of,
    select,
    write,
)

PASSWORD = bytes.fromhex("1B11223344")
WRONG = bytes.fromhex("1B11223345")
WRITE_6 = bytes.fromhex("A20601020304")


def protected(auth0: int, cfg1: str = "00050000") -> VirtualChip:
    """A chip behind the password 11223344, PACK AABB, from page ``auth0`` on."""
    chip = VirtualChip(NTAG213, UID)
    write(chip, NTAG213.pwd_page, "11223344")
    write(chip, NTAG213.pack_page, "AABB0000")
    write(chip, NTAG213.cfg1_page, cfg1)
    write(chip, NTAG213.cfg0_page, f"040000{auth0:02X}")
    return select(chip)


@pytest.mark.parametrize("model", ALL_MODELS, ids=lambda model: model.name)
def test_cfglck_locks_both_configuration_pages_for_ever(model: ChipModel) -> None:
    chip = VirtualChip(model, UID)
    write(chip, model.cfg1_page, "40050000")

    answers = [
        write(chip, model.cfg0_page, "04000000"),
        write(chip, model.cfg1_page, "00050000"),
        write(chip, model.pwd_page, "11223344"),
        write(chip, model.pack_page, "AABB0000"),
    ]

    assert answers == [NAK, NAK, ACK, ACK]
    assert page_of(chip, model.cfg0_page) == model.factory_cfg0
    assert page_of(chip, model.cfg1_page) == bytes.fromhex("40050000")


def test_cfglck_takes_effect_at_the_next_power_on() -> None:
    chip = select(VirtualChip(NTAG213, UID))
    chip.transceive(bytes.fromhex("A22A40050000"))

    still_open = chip.transceive(bytes.fromhex("A22904000010"))

    assert still_open == ACK
    assert write(chip, NTAG213.cfg0_page, "040000FF") == NAK


def test_protection_takes_effect_at_the_next_power_on() -> None:
    chip = select(VirtualChip(NTAG213, UID))
    chip.transceive(bytes.fromhex("A22904000004"))

    still_open = chip.transceive(WRITE_6)

    assert still_open == ACK
    assert select(chip).transceive(WRITE_6) == NAK


def test_new_password_takes_effect_at_once() -> None:
    chip = select(VirtualChip(NTAG213, UID))
    chip.transceive(bytes.fromhex("A22B11223344"))
    chip.transceive(bytes.fromhex("A22CAABB0000"))

    answer = chip.transceive(PASSWORD)

    assert answer == bytes.fromhex("AABB")


def test_pages_from_auth0_on_cannot_be_written_without_the_password() -> None:
    chip = protected(0x06)

    answers = [write(chip, 0x05, "00000000"), write(chip, 0x06, "01020304")]

    assert answers == [ACK, NAK]
    assert page_of(chip, 0x06) == bytes(4)


def test_password_opens_the_protected_pages_until_power_off() -> None:
    chip = protected(0x04)

    answers = [chip.transceive(PASSWORD), chip.transceive(WRITE_6)]

    assert answers == [bytes.fromhex("AABB"), ACK]
    assert select(chip).transceive(WRITE_6) == NAK


def test_refused_command_forgets_the_password() -> None:
    chip = protected(0x04)
    chip.transceive(PASSWORD)
    chip.transceive(b"\xff")

    for frame in ("26", "93708804A1B29F", "9570C3D4E58072"):
        chip.transceive(bytes.fromhex(frame))

    assert chip.transceive(WRITE_6) == NAK


def test_pages_stay_readable_without_prot() -> None:
    chip = protected(0x04)

    answer = chip.transceive(b"\x30\x04")

    assert answer == bytes.fromhex("0103A00C340300FE0000000000000000")


def test_prot_hides_the_protected_pages() -> None:
    chip = protected(0x06, "80050000")

    answers = [select(chip).transceive(frame) for frame in (b"\x30\x06", b"\x3a\x04\x06")]
    rolled_over = select(chip).transceive(b"\x30\x05")

    assert answers == [NAK, NAK]
    assert rolled_over == chip.memory[20:24] + chip.memory[:12]


def test_password_shows_the_hidden_pages() -> None:
    chip = protected(0x04, "80050000")

    chip.transceive(PASSWORD)

    assert chip.transceive(b"\x3a\x04\x05") == chip.memory[16:24]


def test_wrong_password_is_refused() -> None:
    chip = protected(0x04)

    assert chip.transceive(WRONG) == NAK


def try_passwords(chip: VirtualChip, frames: list[bytes]) -> list[bytes | None]:
    """Try passwords, selecting the chip before each."""
    return [select(chip).transceive(frame) for frame in frames]


def test_authlim_shuts_the_chip_after_that_many_wrong_passwords() -> None:
    chip = protected(0x04, "03050000")

    answers = try_passwords(chip, [WRONG, WRONG, WRONG, WRONG, PASSWORD])

    assert answers == [NAK, NAK, NAK, NAK_AUTHLIM, NAK_AUTHLIM]


def test_right_password_starts_the_limit_again() -> None:
    chip = protected(0x04, "02050000")

    answers = try_passwords(chip, [WRONG, PASSWORD, WRONG, PASSWORD])

    assert answers == [NAK, bytes.fromhex("AABB"), NAK, bytes.fromhex("AABB")]


def test_without_authlim_any_number_of_wrong_passwords_is_forgiven() -> None:
    chip = protected(0x04)

    answers = try_passwords(chip, [WRONG] * 10 + [PASSWORD])

    assert answers == [NAK] * 10 + [bytes.fromhex("AABB")]
