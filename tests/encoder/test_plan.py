"""The plan: right in the end, and blank or complete after each of its WRITEs."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encoder.chips import ndef
from encoder.chips.locks import Image, lock_state
from encoder.chips.models import MODELS, NTAG213, NTAG215, NTAG216, ChipModel
from encoder.chips.steps import PageWrite, Step
from encoder.errors import CapacityError
from encoder.plan import Goal, Plan, Planner, card_content, data_area_bytes, plan_card
from encoder.simulator.memory import factory_memory
from tests.encoder.kit import UID, URL, length_first

FIRST, SIZE = 4, 4
models = st.sampled_from([NTAG213, NTAG215, NTAG216])


def image_of(model: ChipModel, area: bytes = b"") -> dict[int, bytes]:
    """All pages of a chip, its data area beginning with ``area``."""
    memory = bytearray(factory_memory(model, UID))
    memory[FIRST * SIZE : FIRST * SIZE + len(area)] = area
    return {page: bytes(memory[page * SIZE : page * SIZE + SIZE]) for page in range(model.pages)}


def after_each(image: Image, steps: tuple[Step, ...]) -> list[dict[int, bytes]]:
    """The chip's pages after no WRITE, after the first, the second, and so on."""
    states = [dict(image)]
    for step in steps:
        if isinstance(step, PageWrite):
            states.append({**states[-1], step.page: step.data})
    return states


def pages_of(steps: tuple[Step, ...]) -> list[int]:
    """Which pages are written, in order."""
    return [step.page for step in steps if isinstance(step, PageWrite)]


def phone_sees(model: ChipModel, pages: Mapping[int, bytes]) -> str | None:
    """The address a phone opens, None for a blank card."""
    last = FIRST + data_area_bytes(model) // SIZE
    area = b"".join(pages[page] for page in range(FIRST, last))
    if ndef.message_on(area) is None:
        return None
    return ndef.url_on(area) or "not an address"


def faulty_states(planner: Planner, model: ChipModel, image: Image, url: str) -> list[str | None]:
    """What a phone sees after each WRITE, where that is neither blank nor complete."""
    steps = planner(model, image, Goal(url=url, protection="none")).data
    before = phone_sees(model, image)
    seen = [phone_sees(model, pages) for pages in after_each(image, steps)]
    return (
        [url_seen for url_seen in seen[1:] if url_seen not in (None, url)]
        + ([seen[-1]] if seen[-1] != url else [])
        + ([before] if not steps and before != url else [])
    )


def without_blanking(model: ChipModel, image: Image, goal: Goal) -> Plan:
    """A broken planner: it takes every chip for a factory-fresh one."""
    return plan_card(model, {**image, **factory_head(model)}, goal)


def factory_head(model: ChipModel) -> dict[int, bytes]:
    """The pages that the factory content takes."""
    pages = image_of(model)
    return {page: pages[page] for page in (4, 5)}


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """A card's address of any length that an NTAG213 holds."""
    length = draw(st.integers(1, 116))
    return f"https://{'h' * length}/c/7H3K9QX2MZ4DG"


@st.composite
def contents(draw: st.DrawFn, model: ChipModel) -> bytes:
    """What may stand on a chip: anything, another address in any layout, or a torn one of ours."""
    size = data_area_bytes(model)
    foreign = ndef.uri_message("https://" + "f" * draw(st.integers(1, 60)) + ".example")
    prefix = draw(
        st.sampled_from([b"", b"\x00", bytes.fromhex("0103A00C34"), bytes.fromhex("FD020000")])
    )
    tail = draw(st.binary(max_size=size))
    area = draw(
        st.sampled_from(
            [
                tail,
                prefix + bytes([3, len(foreign)]) + foreign + b"\xfe" + tail,
                prefix + b"\x03\x00\xfe" + tail,
                prefix + b"\x03" + tail,
                bytes(size),
                model.factory_user,
            ]
        )
    )
    return area[:size]


@settings(max_examples=400, deadline=None)
@given(data=st.data(), model=models, url=addresses())
def test_every_prefix_is_blank_or_complete(data: st.DataObject, model: ChipModel, url: str) -> None:
    image = image_of(model, data.draw(contents(model)))

    assert faulty_states(plan_card, model, image, url) == []


@settings(max_examples=200, deadline=None)
@given(data=st.data(), model=models, url=addresses(), cut=st.integers(0, 40))
def test_plan_cut_anywhere_and_made_anew_ends_right(
    data: st.DataObject, model: ChipModel, url: str, cut: int
) -> None:
    image = image_of(model, data.draw(contents(model)))
    first = plan_card(model, image, Goal(url=url, protection="none")).data
    torn = after_each(image, first[:cut])[-1]
    if cut < len(first):
        torn[pages_of(first)[cut]] = data.draw(st.binary(min_size=SIZE, max_size=SIZE))

    assert faulty_states(plan_card, model, torn, url) == []


@pytest.mark.parametrize("broken", [length_first, without_blanking])
def test_the_property_catches_a_broken_planner(broken: Planner) -> None:
    foreign = ndef.uri_message("https://someone.example/abcdefghijkl")
    area = bytes([3, len(foreign)]) + foreign + b"\xfe"

    caught = [faulty_states(broken, model, image_of(model, area), URL) for model in MODELS.values()]

    assert any(caught)


@pytest.mark.parametrize(
    ("model", "pages"),
    [
        (NTAG213, "06 07 08 09 0A 0B 0C 0D 0E 05"),
        (NTAG215, "05 06 07 08 09 0A 0B 0C 04"),
        (NTAG216, "05 06 07 08 09 0A 0B 0C 04"),
    ],
)
def test_fresh_chip_is_written_with_the_length_page_last(model: ChipModel, pages: str) -> None:
    fresh = {page: content for page, content in image_of(model).items() if page < 6}
    config = {page: image_of(model)[page] for page in range(model.state_page, model.pages)}

    plan = plan_card(model, fresh | config, Goal(url=URL, protection="none"))

    assert " ".join(f"{page:02X}" for page in pages_of(plan.data)) == pages


def test_lock_comes_as_cc_static_dynamic_cfglck() -> None:
    plan = plan_card(NTAG213, image_of(NTAG213), Goal(url=URL, protection="permanent"))

    assert [(step.page, step.data.hex().upper()) for step in plan.locks] == [
        (0x03, "E110120F"),
        (0x02, "0000FFFF"),
        (0x28, "FF0F3F00"),
        (0x2A, "40050000"),
    ]


def test_finished_card_needs_no_write() -> None:
    image = image_of(NTAG215, card_content(NTAG215, URL))
    for step in plan_card(NTAG215, image, Goal(url=URL, protection="permanent")).locks:
        image[step.page] = step.data

    plan = plan_card(NTAG215, image, Goal(url=URL, protection="permanent"))

    assert (plan.data, plan.locks) == ((), ())
    assert lock_state(NTAG215, image).is_full(NTAG215)


def test_torn_access_byte_is_set_anew() -> None:
    image = image_of(NTAG213, card_content(NTAG213, URL))
    image[2] = image[2][:2] + b"\xff\xff"
    image[0x2A] = bytes.fromhex("87FF1234")

    plan = plan_card(NTAG213, image, Goal(url=URL, protection="permanent"))

    assert plan.locks[-1] == PageWrite(0x2A, bytes.fromhex("40050000"))


def test_access_byte_that_is_locked_with_other_bits_needs_no_write() -> None:
    image = image_of(NTAG213, card_content(NTAG213, URL))
    for step in plan_card(NTAG213, image, Goal(url=URL, protection="permanent")).locks:
        image[step.page] = step.data
    image[0x2A] = bytes.fromhex("57051234")

    plan = plan_card(NTAG213, image, Goal(url=URL, protection="permanent"))

    assert plan.locks == ()


def test_content_is_blanked_by_one_write_where_the_message_begins_on_page_04h() -> None:
    image = image_of(NTAG215, card_content(NTAG215, "https://someone.example/"))

    pages = pages_of(plan_card(NTAG215, image, Goal(url=URL, protection="none")).data)

    assert (pages[0], pages[-1], pages.count(4)) == (4, 4, 2)


def test_locked_page_with_wrong_content_is_named() -> None:
    image = image_of(NTAG213, card_content(NTAG213, URL))
    image[2] = image[2][:2] + b"\xff\xff"
    image[0x0A] = b"torn"

    plan = plan_card(NTAG213, image, Goal(url=URL, protection="permanent"))

    assert 0x0A in plan.locked_pages


@pytest.mark.parametrize(("model", "longest"), [(NTAG213, 140), (NTAG215, 492), (NTAG216, 868)])
def test_longest_address_fits_and_one_more_character_does_not(
    model: ChipModel, longest: int
) -> None:
    longest_url = "https://" + "a" * (longest - 8)
    content = card_content(model, longest_url)

    assert len(content) <= data_area_bytes(model)
    assert ndef.url_on(content) == longest_url
    with pytest.raises(CapacityError):
        card_content(model, longest_url + "a")
