"""CFG0, CFG1, PWD, PACK and the locks: what is written, and in which order."""

from collections.abc import Callable

import pytest

from encoder.chips.config import Guard, config_steps, lock_writes, opening, required_state
from encoder.chips.locks import Image
from encoder.chips.mirror import MirrorPlace
from encoder.chips.models import MODELS, NTAG213, WRITABLE, ChipModel
from encoder.chips.password import FACTORY_CREDENTIALS
from encoder.chips.steps import PageWrite, PasswordProof, Step
from encoder.simulator.memory import factory_memory
from landing.contract.documents import PROTECTIONS, Protection
from tests.encoder.kit import KEY, UID

Configure = Callable[[ChipModel, Image, Guard], tuple[Step, ...]]

MINE = KEY.credentials(UID)
EVERY_CHIP = pytest.mark.parametrize("model", WRITABLE.values(), ids=lambda model: model.name)
BOTH = MirrorPlace(kind="both", start=59, length=21)


def image_of(model: ChipModel, **pages: str) -> dict[int, bytes]:
    """A chip's pages as delivered, but for those that are named by their place: cfg0, cfg1."""
    memory = factory_memory(model, UID)
    image = {page: memory[4 * page : 4 * page + 4] for page in range(model.pages)}
    for name, content in pages.items():
        image[getattr(model, f"{name}_page")] = bytes.fromhex(content)
    return image


def in_words(model: ChipModel, steps: tuple[Step, ...]) -> list[str]:
    """The steps by the names of their pages."""
    names = {
        model.pwd_page: "PWD",
        model.pack_page: "PACK",
        model.cfg1_page: "CFG1",
        model.cfg0_page: "CFG0",
    }
    return [
        "proof" if isinstance(step, PasswordProof) else names.get(step.page, f"{step.page:02X}h")
        for step in steps
    ]


def guard(protection: Protection, **rest: object) -> Guard:
    """How a card is to be kept; with a password it is KEY's."""
    credentials = MINE if protection == "password" else None
    return Guard(protection=protection, credentials=credentials, **rest)  # type: ignore[arg-type]


def asked_too_early(configure: Configure, model: ChipModel) -> list[str]:
    """Steps after which the chip asks for a password that nobody has proved."""
    proved, faults = False, []
    for step in configure(model, image_of(model), guard("password")):
        proved = proved or isinstance(step, PasswordProof)
        is_asking = isinstance(step, PageWrite) and step.page == model.cfg0_page
        if is_asking and not proved:
            faults += in_words(model, (step,))
    return faults


@EVERY_CHIP
def test_password_is_proved_before_the_chip_asks_for_it(model: ChipModel) -> None:
    assert asked_too_early(config_steps, model) == []


def without_proof(model: ChipModel, image: Image, wanted: Guard) -> tuple[Step, ...]:
    """Broken: the password is taken to be there."""
    steps = config_steps(model, image, wanted)
    return tuple(step for step in steps if isinstance(step, PageWrite))


def cfg0_first(model: ChipModel, image: Image, wanted: Guard) -> tuple[Step, ...]:
    """Broken: AUTH0 comes ahead of the password."""
    return config_steps(model, image, wanted)[::-1]


@pytest.mark.parametrize("broken", [without_proof, cfg0_first])
def test_broken_order_is_caught(broken: Configure) -> None:
    assert asked_too_early(broken, NTAG213) == ["CFG0"]


@EVERY_CHIP
def test_fresh_chip_gets_pwd_pack_proof_and_then_cfg0(model: ChipModel) -> None:
    steps = config_steps(model, image_of(model), guard("password"))

    assert in_words(model, steps) == ["PWD", "PACK", "proof", "CFG0"]


def test_cfg1_that_is_not_as_delivered_comes_ahead_of_cfg0() -> None:
    image = image_of(NTAG213, cfg1="83050000")

    steps = config_steps(NTAG213, image, guard("password"))

    assert in_words(NTAG213, steps) == ["PWD", "PACK", "proof", "CFG1", "CFG0"]
    assert steps[3] == PageWrite(0x2A, bytes.fromhex("00050000"), bytes.fromhex("BF000000"))


@EVERY_CHIP
@pytest.mark.parametrize("protection", ["none", "permanent"])
def test_fresh_chip_without_password_needs_no_configuration(
    protection: Protection, model: ChipModel
) -> None:
    assert config_steps(model, image_of(model), guard(protection)) == ()


def test_chip_behind_its_password_is_opened_first() -> None:
    image = image_of(NTAG213, cfg0="04000002")

    assert opening(NTAG213, image, guard("password")) == (PasswordProof(MINE),)
    assert config_steps(NTAG213, image, guard("password")) == ()


def test_torn_auth0_of_an_open_card_is_opened_by_the_password_as_delivered() -> None:
    image = image_of(NTAG213, cfg0="04000010")

    steps = opening(NTAG213, image, guard("permanent"))

    assert steps == (PasswordProof(FACTORY_CREDENTIALS),)


@pytest.mark.parametrize(("auth0", "asks"), [("2C", True), ("2D", False), ("FF", False)])
def test_auth0_behind_the_last_page_asks_for_nothing(auth0: str, asks: bool) -> None:
    image = image_of(NTAG213, cfg0=f"040000{auth0}")

    assert bool(opening(NTAG213, image, guard("password"))) is asks


@EVERY_CHIP
def test_password_taken_off_is_that_of_the_factory_again(model: ChipModel) -> None:
    image = image_of(model, cfg0=f"{model.factory_cfg0[0]:02X}000002")

    steps = config_steps(model, image, Guard(protection="none", credentials=MINE))

    pages = {step.page: step.data for step in steps if isinstance(step, PageWrite)}
    assert in_words(model, steps) == ["CFG0", "PWD", "PACK"]
    assert pages == {
        model.cfg0_page: model.factory_cfg0,
        model.pwd_page: b"\xff\xff\xff\xff",
        model.pack_page: bytes(4),
    }


def test_counter_is_switched_on_ahead_of_the_mirror_that_shows_it() -> None:
    steps = config_steps(NTAG213, image_of(NTAG213), guard("none", place=BOTH))

    assert in_words(NTAG213, steps) == ["CFG1", "CFG0"]
    assert [step.data.hex().upper() for step in steps if isinstance(step, PageWrite)] == [
        "10050000",
        "F4000EFF",
    ]


@EVERY_CHIP
def test_locks_come_as_cc_static_dynamic_cfglck(model: ChipModel) -> None:
    steps = lock_writes(model, image_of(model), guard("permanent"))

    dynamic = [f"{model.dynamic_lock_page:02X}h"] if model.dynamic_lock_page else []
    assert in_words(model, steps) == ["03h", "02h", *dynamic, "CFG1"]


@EVERY_CHIP
@pytest.mark.parametrize("protection", PROTECTIONS)
def test_blank_chip_is_not_taken_for_a_finished_one(
    protection: Protection, model: ChipModel
) -> None:
    image = image_of(model)

    differing = [
        step for step in required_state(model, guard(protection)) if not step.stands_on(image)
    ]

    is_as_delivered = protection == "none" and model.factory_cc == model.cc
    assert bool(differing) is not is_as_delivered


def test_every_page_of_the_state_decides_on_a_permanent_card() -> None:
    steps = required_state(NTAG213, guard("permanent"))

    assert sorted(step.page for step in steps) == [0x02, 0x03, 0x28, 0x29, 0x2A]


def test_ntag213tt_is_the_one_chip_that_is_known_and_not_written() -> None:
    assert set(MODELS) - set(WRITABLE) == {"NTAG213TT"}
