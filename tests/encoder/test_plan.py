"""The plan: right in the end, and blank or complete after each of its WRITEs."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from encoder.chips import ndef
from encoder.chips.locks import AUTH0_OFF, CFGLCK, FACTORY_CFG1, Image, LockState, lock_state
from encoder.chips.mirror import MIRRORS
from encoder.chips.models import MF0UL11, NTAG213, NTAG215, NTAG216, WRITABLE, ChipModel
from encoder.chips.password import StationKey
from encoder.chips.steps import PageWrite, Step
from encoder.errors import CapacityError
from encoder.plan import Goal, Plan, Planner, card_content, data_area_bytes, plan_card
from landing.contract.documents import Protection
from tests.encoder.kit import UID, URL, length_first
from tests.encoder.torture.memory import delivered, mirrored, page_of, with_content, with_page
from tests.encoder.torture.phone import SILENT, opened, shown

FIRST, SIZE = 4, 4
USER_PAGES = {name: range(FIRST, model.last_user_page + 1) for name, model in WRITABLE.items()}
CREDENTIALS = StationKey(bytes(32)).credentials(UID)
TOKEN_PATH = "/c/7H3K9QX2MZ4DG"
PROTECTIONS: tuple[Protection, ...] = ("none", "password", "permanent")


@dataclass(frozen=True, slots=True)
class Way:
    """A chip as it lies there, and what it shall be."""

    model: ChipModel
    memory: bytes
    goal: Goal

    def steps(self, planner: Planner) -> tuple[Step, ...]:
        """The whole plan, by what a reader sees of the chip."""
        seen = shown(self.memory, self.model.name, UID, 0)
        image = {page: page_of(seen, page) for page in range(self.model.pages)}
        plan = planner(self.model, image, self.goal)
        return (*plan.data, *plan.locks)

    @property
    def complete(self) -> str:
        """The address that the finished card opens."""
        if self.goal.mirror == "none":
            return self.goal.url
        return f"{self.goal.url}?m={mirrored(self.goal.mirror, UID, 1).decode()}"

    def sees(self, memory: bytes) -> str | None:
        """What a phone opens."""
        return opened(memory, self.model.name, UID)


def image_of(model: ChipModel, area: bytes = b"") -> dict[int, bytes]:
    """All pages of a chip, its data area beginning with ``area``."""
    memory = with_content(delivered(model.name, UID), area)
    return {page: page_of(memory, page) for page in range(model.pages)}


def after_each(model: ChipModel, memory: bytes, steps: tuple[Step, ...]) -> list[bytes]:
    """The chip's memory after no WRITE, after the first, the second, and so on."""
    states = [memory]
    for step in steps:
        if isinstance(step, PageWrite):
            old = page_of(states[-1], step.page)
            only_adds = step.page in (0x02, 0x03, model.dynamic_lock_page)
            pairs = zip(old, step.data, strict=True)
            new = bytes(kept | put for kept, put in pairs) if only_adds else step.data
            states.append(with_page(states[-1], step.page, new))
    return states


def pages_of(steps: tuple[Step, ...]) -> list[int]:
    """Which pages are written, in order."""
    return [step.page for step in steps if isinstance(step, PageWrite)]


def faulty_states(planner: Planner, way: Way) -> list[str | None]:
    """What a phone sees after each WRITE, where that is neither blank nor complete."""
    states = after_each(way.model, way.memory, way.steps(planner))
    seen = [way.sees(memory) for memory in states]
    wrong = [address for address in seen[1:] if address not in (None, way.complete)]
    return wrong + ([seen[-1]] if seen[-1] != way.complete else [])


def without_blanking(model: ChipModel, image: Image, goal: Goal) -> Plan:
    """A broken planner: it takes every chip for a factory-fresh one."""
    return plan_card(model, {**image, **factory_head(model)}, goal)


def factory_head(model: ChipModel) -> dict[int, bytes]:
    """The pages that the factory content takes."""
    pages = image_of(model)
    return {page: pages[page] for page in (4, 5)}


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


@st.composite
def memories(draw: st.DrawFn, model: ChipModel) -> bytes:
    """A chip that a run may take: no locks and no password; else anything."""
    cc = draw(st.sampled_from([model.factory_cc, model.cc])).hex()
    memory = with_content(delivered(model.name, UID), draw(contents(model)), cc=cc)
    cfg0 = draw(st.just(model.factory_cfg0) | st.binary(min_size=3, max_size=3))
    cfg1 = draw(st.just(FACTORY_CFG1) | st.binary(min_size=4, max_size=4))
    memory = with_page(memory, model.cfg0_page, cfg0[:3] + bytes([AUTH0_OFF]))
    return with_page(memory, model.cfg1_page, bytes([cfg1[0] & ~CFGLCK]) + cfg1[1:])


@st.composite
def ways(draw: st.DrawFn) -> Way:
    """Every chip, address of every length that it holds, content, protection and mirror."""
    model = draw(st.sampled_from(list(WRITABLE.values())))
    mirror = draw(st.sampled_from(MIRRORS if model.can_mirror else MIRRORS[:1]))
    fixed = len(
        card_content(model, f"https://{TOKEN_PATH}", mirror).rstrip(b"\x00").rstrip(b"\xfe")
    )
    most = data_area_bytes(model) - fixed
    longest = most if most <= 200 else most - 5  # longer ones need a length and a record of 3 more
    host = "h" * draw(st.integers(1, longest))
    goal = Goal(
        url=f"https://{host}{TOKEN_PATH}",
        protection=draw(st.sampled_from(PROTECTIONS)),
        mirror=mirror,
        credentials=CREDENTIALS,
    )
    if goal.protection != "password":
        goal = replace(goal, credentials=None)
    return Way(model, draw(memories(model)), goal)


@settings(max_examples=600, deadline=None)
@given(way=ways())
def test_every_prefix_is_blank_or_complete(way: Way) -> None:
    assert faulty_states(plan_card, way) == []


@settings(max_examples=300, deadline=None)
@given(data=st.data(), way=ways(), cut=st.integers(0, 60))
def test_plan_cut_anywhere_and_made_anew_ends_right(
    data: st.DataObject, way: Way, cut: int
) -> None:
    steps = way.steps(plan_card)
    torn = after_each(way.model, way.memory, steps[:cut])[-1]
    page = pages_of(steps[cut:])[:1]
    if page and page[0] not in (0x02, 0x03, way.model.dynamic_lock_page):
        torn = with_page(torn, page[0], data.draw(st.binary(min_size=SIZE, max_size=SIZE)))
    assume(not page_of(torn, way.model.cfg1_page)[0] & CFGLCK)

    assert faulty_states(plan_card, replace(way, memory=torn)) == []


def seen_while_the_length_is_torn(planner: Planner, way: Way, taken: bytes) -> str | None:
    """What a phone sees when each bit of the last WRITE to the content is old or new."""
    steps = way.steps(planner)
    pages, states = pages_of(steps), after_each(way.model, way.memory, steps)
    *earlier, last = [0, *(page for page in pages if page in USER_PAGES[way.model.name])]
    if last not in earlier:
        return None  # a new card, which holds an empty message already
    index = len(pages) - pages[::-1].index(last)
    old, new = page_of(states[index - 1], last), page_of(states[index], last)
    mixed = bytes(a & ~t | b & t for a, b, t in zip(old, new, taken, strict=True))
    return way.sees(with_page(states[index - 1], last, mixed))


@settings(max_examples=300, deadline=None)
@given(way=ways(), taken=st.binary(min_size=SIZE, max_size=SIZE))
def test_length_over_a_blanked_message_may_be_torn_in_any_bits(way: Way, taken: bytes) -> None:
    assert seen_while_the_length_is_torn(plan_card, way, taken) in (None, way.complete)


def with_a_terminator(model: ChipModel, image: Image, goal: Goal) -> Plan:
    """A broken planner: what blanks a message ends it, in the place of the message's bytes."""
    plan = plan_card(model, image, goal)
    blanked = [
        replace(step, data=step.data[:2] + b"\xfe\x00")
        if isinstance(step, PageWrite) and step.data[:2] == b"\x03\x00"
        else step
        for step in plan.data
    ]
    return replace(plan, data=tuple(blanked))


def test_the_property_catches_a_blanking_that_leaves_more_than_the_length_to_write() -> None:
    area = card_content(NTAG215, "https://someone.example/")
    way = Way(
        NTAG215,
        with_content(delivered("NTAG215", UID), area),
        Goal(url=URL, protection="none"),
    )
    seen = [  # FEh and D1h may mix to D3h, which begins a record of another type
        seen_while_the_length_is_torn(planner, way, bytes([0, 255, third, 255]))
        for planner in (plan_card, with_a_terminator)
        for third in range(256)
    ]

    assert set(seen[:256]) <= {None, way.complete}
    assert SILENT in seen[256:]


@pytest.mark.parametrize("broken", [length_first, without_blanking])
def test_the_property_catches_a_broken_planner(broken: Planner) -> None:
    foreign = ndef.uri_message("https://someone.example/abcdefghijkl")
    area = bytes([3, len(foreign)]) + foreign + b"\xfe"

    goal = Goal(url=URL, protection="none")
    ways = [
        Way(model, with_content(delivered(name, UID), area, cc=model.cc.hex()), goal)
        for name, model in WRITABLE.items()
        if model.user_bytes > len(card_content(NTAG213, URL))
    ]

    assert any(faulty_states(broken, way) for way in ways)


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
    assert lock_state(NTAG215, image) == LockState(
        static=b"\xff\xff", dynamic=bytes.fromhex("FF000F"), config_locked=True
    )


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


@pytest.mark.parametrize(("cc", "writes_of_page_04h"), [("00000000", 1), ("E1100600", 2)])
def test_chip_without_a_cc_need_not_be_blanked(cc: str, writes_of_page_04h: int) -> None:
    image = image_of(MF0UL11) | {3: bytes.fromhex(cc)}

    pages = pages_of(plan_card(MF0UL11, image, Goal(url=URL, protection="permanent")).data)

    assert (pages[-1], pages.count(4)) == (4, writes_of_page_04h)


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
