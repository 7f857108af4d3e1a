"""From a chip, what it holds and what it shall be: which steps to take, in which order.

Every prefix of the order leaves a card that is blank to a phone or complete: the page with the
NDEF TLV's length is written last, over a length of 0, behind the configuration too. Pages that
hold what they should are skipped, so a card that was torn away is finished from wherever it
stands. Pages outside the layout are not touched.
"""

from collections.abc import Callable
from dataclasses import dataclass

from encoder.chips import ndef, tlv
from encoder.chips.config import (
    Guard,
    config_steps,
    lock_writes,
    mirrors_already,
    opening,
    required_state,
)
from encoder.chips.locks import Image, is_page_locked
from encoder.chips.mirror import Mirror, MirrorPlace, mirrored_text, mirrored_url, place_of
from encoder.chips.models import CC_MAGIC, CC_PAGE, FIRST_USER_PAGE, PAGE_SIZE, ChipModel
from encoder.chips.password import Credentials
from encoder.chips.steps import PageWrite, Step
from encoder.errors import CapacityError
from landing.contract.documents import Protection

_EMPTY_NDEF = bytes([tlv.NDEF, 0, tlv.TERMINATOR, 0])
_CC_UNIT = 8  # byte 2 of the CC counts the data area in units of 8 bytes
_DATA_START = FIRST_USER_PAGE * PAGE_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a card shall be; ``credentials`` are those of a card that has or gets a password."""

    url: str
    protection: Protection
    mirror: Mirror = "none"
    credentials: Credentials | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The steps that make a card, and what its pages must hold afterwards.

    ``data`` can be done again; ``locks`` are the irreversible WRITEs, for after the read-back.
    ``content`` is what the pages from 04h on store, ``place`` where the chip mirrors over it.
    ``required`` is what CC, locks and configuration must read as; ``locked_pages`` names pages
    that differ and cannot be written any more.
    """

    data: tuple[Step, ...]
    content: bytes
    locks: tuple[PageWrite, ...]
    required: tuple[PageWrite, ...] = ()
    place: MirrorPlace | None = None
    locked_pages: tuple[int, ...] = ()

    @property
    def last_page(self) -> int:
        """The page of the Terminator TLV."""
        return FIRST_USER_PAGE + len(self.content) // PAGE_SIZE - 1

    @property
    def blanking(self) -> PageWrite:
        """The WRITE that leaves a phone no message, whatever the other pages hold: length 0."""
        kind = next(block.start for block in tlv.walk(self.content) if block.kind == tlv.NDEF)
        index = (kind + 1) // PAGE_SIZE
        page = bytearray(self.content[index * PAGE_SIZE : (index + 1) * PAGE_SIZE])
        page[(kind + 1) % PAGE_SIZE] = 0
        return PageWrite(FIRST_USER_PAGE + index, bytes(page))

    def read_as(self, uid: bytes, counter: int) -> bytes:
        """What the pages from 04h on must read as: the content under what the chip mirrors."""
        if self.place is None:
            return self.content
        text = mirrored_text(self.place.kind, uid, counter)
        start = self.place.start - _DATA_START
        return self.content[:start] + text + self.content[start + len(text) :]


Planner = Callable[[ChipModel, Image, Goal], Plan]


def plan_card(model: ChipModel, image: Image, goal: Goal) -> Plan:
    """Plan the way from ``image`` to a card that opens the goal's address.

    Raises:
        CapacityError: the message is too long for the chip.
    """
    content = card_content(model, goal.url, goal.mirror)
    place = place_of(_DATA_START, content, goal.mirror)
    guard = Guard(protection=goal.protection, place=place, credentials=goal.credentials)
    data = _data_steps(model, image, content, guard)
    locks = lock_writes(model, image, guard)
    return Plan(
        data=data,
        content=content,
        locks=tuple(step for step in locks if not step.stands_on(image)),
        required=required_state(model, guard),
        place=place,
        locked_pages=_locked_pages(model, image, data),
    )


def card_content(model: ChipModel, url: str, mirror: Mirror = "none") -> bytes:
    """Lay out the pages from 04h to the Terminator's, the factory's Lock Control TLV first.

    Raises:
        CapacityError: the message is too long for the chip.
    """
    size = data_area_bytes(model)
    message = ndef.uri_message(mirrored_url(url, mirror))
    area = tlv.build_area(_prefix(model), message, size)
    if len(area) > size:
        raise CapacityError(needed=len(area) - 1, available=size)
    return area + bytes(-len(area) % PAGE_SIZE)


def data_area_bytes(model: ChipModel) -> int:
    """The data area as the CC gives it: a phone reads no further."""
    return min(model.cc[2] * _CC_UNIT, model.user_bytes)


def _prefix(model: ChipModel) -> bytes:
    """What stands before the NDEF TLV as delivered: the Lock Control TLV, or nothing."""
    block = tlv.ndef_tlv(model.factory_user)
    return model.factory_user[: block.start] if block else b""


def _pages_of(steps: tuple[Step, ...]) -> set[int]:
    return {step.page for step in steps if isinstance(step, PageWrite)}


def _locked_pages(model: ChipModel, image: Image, data: tuple[Step, ...]) -> tuple[int, ...]:
    return tuple(sorted(page for page in _pages_of(data) if is_page_locked(model, image, page)))


def _data_steps(model: ChipModel, image: Image, content: bytes, guard: Guard) -> tuple[Step, ...]:
    """The password first, then the message over a blank length, the configuration, the length.

    Whatever else is written, the message is blank meanwhile: a torn CFG0 may mirror anywhere.
    """
    wanted = [
        PageWrite(FIRST_USER_PAGE + index, content[offset : offset + PAGE_SIZE])
        for index, offset in enumerate(range(0, len(content), PAGE_SIZE))
    ]
    length = wanted[(len(_prefix(model)) + 1) // PAGE_SIZE]
    covered = _covered(model, image, guard)
    differing = [step for step in wanted if not _is_in_place(step, image, covered)]
    body = [step for step in differing if step != length]
    config = config_steps(model, image, guard)
    if not body and not config:
        return (*opening(model, image, guard), *differing)
    if not differing and _pages_of(config) == {model.cfg1_page}:
        return (*opening(model, image, guard), *config)  # whatever it says, the content shows
    blanking = _blanking(model, image, content)
    rest = [step for step in body if step not in blanking]
    return (*opening(model, image, guard), *blanking, *rest, *config, length)


def _covered(model: ChipModel, image: Image, guard: Guard) -> range:
    """The bytes that the chip mirrors over already: what they store is not to be seen."""
    if guard.place is None or not mirrors_already(model, image, guard):
        return range(0)
    return range(guard.place.start, guard.place.start + guard.place.length)


def _is_in_place(step: PageWrite, image: Image, covered: range) -> bool:
    """Whether a page holds its content, as far as it can be seen."""
    if not covered:
        return step.stands_on(image)
    start = step.page * PAGE_SIZE
    mask = bytes(0x00 if start + index in covered else 0xFF for index in range(PAGE_SIZE))
    return PageWrite(step.page, step.data, mask).stands_on(image)


def _blanking(model: ChipModel, image: Image, content: bytes) -> list[PageWrite]:
    """The WRITEs after which a phone sees an NDEF TLV of length 0, in its final place.

    Where page 04h does not yet hold the prefix, the empty TLV stands there until the pages
    behind it are in order. The message's first bytes are there already, so that the last WRITE
    changes nothing but the length: a mixture of 0 and the length is no message's.
    """
    if image.get(CC_PAGE, model.cc)[0] != CC_MAGIC:
        return []  # without a CC a phone looks no further
    prefix = _prefix(model)
    empty = prefix + _EMPTY_NDEF[:2]
    head = empty + content[len(empty) :][: -len(empty) % PAGE_SIZE]
    opening_page, *behind = [
        PageWrite(FIRST_USER_PAGE + index, head[offset : offset + PAGE_SIZE])
        for index, offset in enumerate(range(0, len(head), PAGE_SIZE))
    ]
    area = b"".join(image.get(step.page, b"") for step in (opening_page, *behind))
    if area.startswith(empty):
        return []
    if not behind:
        return [opening_page]
    if opening_page.stands_on(image):
        return behind
    if image.get(FIRST_USER_PAGE, b"").startswith(_EMPTY_NDEF[:2]):
        return [*behind, opening_page]
    return [PageWrite(FIRST_USER_PAGE, _EMPTY_NDEF), *behind, opening_page]
