"""From a chip, what it holds and an address: which pages to write, in which order.

Every prefix of the order leaves a card that is blank to a phone or complete: the page with the
NDEF TLV's length is written last, over a length of 0. Pages that hold what they should are
skipped, so a card that was torn away is finished from wherever it stands.
Pages outside the layout are not touched.
"""

from collections.abc import Callable
from dataclasses import dataclass

from encoder.chips import ndef, tlv
from encoder.chips.locks import (
    CFGLCK,
    FACTORY_CFG1,
    STATIC_LOCKED,
    Image,
    is_page_locked,
    lock_state,
    locked_cc,
)
from encoder.chips.models import CC_PAGE, FIRST_USER_PAGE, PAGE_SIZE, STATIC_LOCK_PAGE, ChipModel
from encoder.errors import CapacityError
from landing.contract.documents import Protection

_ALL = bytes.fromhex("FFFFFFFF")
_EMPTY_NDEF = bytes([tlv.NDEF, 0, tlv.TERMINATOR, 0])
_CC_UNIT = 8  # byte 2 of the CC counts the data area in units of 8 bytes


@dataclass(frozen=True, slots=True)
class PageWrite:
    """One WRITE; ``mask`` has 0 bits where the chip keeps what it has or adds to it."""

    page: int
    data: bytes
    mask: bytes = _ALL

    def stands_in(self, content: bytes) -> bool:
        """Whether a page that reads as ``content`` holds what this WRITE puts there."""
        return all(
            (found ^ wanted) & mask == 0
            for found, wanted, mask in zip(content, self.data, self.mask, strict=True)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The WRITEs that make a card, and what the pages from 04h on must read as afterwards.

    ``locks`` are the irreversible ones, for after the read-back; ``locked_pages`` names data
    pages that differ and cannot be written any more.
    """

    data: tuple[PageWrite, ...]
    content: bytes
    locks: tuple[PageWrite, ...]
    locked_pages: tuple[int, ...] = ()

    @property
    def last_page(self) -> int:
        """The page of the Terminator TLV."""
        return FIRST_USER_PAGE + len(self.content) // PAGE_SIZE - 1


Planner = Callable[[ChipModel, Image, str, Protection], Plan]


def plan_card(model: ChipModel, image: Image, url: str, protection: Protection) -> Plan:
    """Plan the way from ``image`` to a card that opens ``url``.

    Raises:
        CapacityError: the message is too long for the chip.
    """
    content = card_content(model, url)
    data = _data_writes(model, image, content)
    return Plan(
        data=data,
        content=content,
        locks=tuple(
            step
            for step in (lock_writes(model, image) if protection == "permanent" else ())
            if not step.stands_in(image[step.page])
        ),
        locked_pages=tuple(
            sorted({step.page for step in data if is_page_locked(model, image, step.page)})
        ),
    )


def card_content(model: ChipModel, url: str) -> bytes:
    """Lay out the pages from 04h to the Terminator's, the factory's Lock Control TLV first.

    Raises:
        CapacityError: the message is too long for the chip.
    """
    size = data_area_bytes(model)
    area = tlv.build_area(_prefix(model), ndef.uri_message(url), size)
    if len(area) > size:
        raise CapacityError(needed=len(area) - 1, available=size)
    return area + bytes(-len(area) % PAGE_SIZE)


def data_area_bytes(model: ChipModel) -> int:
    """The data area as the CC gives it: a phone reads no further."""
    return min(model.cc[2] * _CC_UNIT, model.user_bytes)


def lock_writes(model: ChipModel, image: Image) -> tuple[PageWrite, ...]:
    """All lock WRITEs in order: CC, static, dynamic, CFG1 with CFGLCK.

    An ACCESS byte that this planner did not find open may have been torn: it is set anew.
    """
    cfg1 = image[model.cfg1_page]
    access = cfg1 if lock_state(model, image).is_open else FACTORY_CFG1
    locked_already = bool(cfg1[0] & CFGLCK)
    return (
        PageWrite(CC_PAGE, locked_cc(model)),
        PageWrite(STATIC_LOCK_PAGE, bytes(2) + STATIC_LOCKED, bytes.fromhex("0000FFFF")),
        PageWrite(model.dynamic_lock_page, model.dynamic_locks, bytes.fromhex("FFFFFF00")),
        PageWrite(
            model.cfg1_page,
            bytes([access[0] | CFGLCK]) + access[1:],
            bytes([CFGLCK, 0, 0, 0]) if locked_already else _ALL,
        ),
    )


def _prefix(model: ChipModel) -> bytes:
    """What stands before the NDEF TLV as delivered: the Lock Control TLV, or nothing."""
    block = tlv.ndef_tlv(model.factory_user)
    return model.factory_user[: block.start] if block else b""


def _data_writes(model: ChipModel, image: Image, content: bytes) -> tuple[PageWrite, ...]:
    wanted = [
        PageWrite(FIRST_USER_PAGE + index, content[offset : offset + PAGE_SIZE])
        for index, offset in enumerate(range(0, len(content), PAGE_SIZE))
    ]
    length_page = FIRST_USER_PAGE + _length_offset(model) // PAGE_SIZE
    differing = [step for step in wanted if not _stands(step, image)]
    body = [step for step in differing if step.page != length_page]
    if not body:
        return tuple(differing)
    blanking = _blanking(model, image)
    rest = [step for step in body if step not in blanking]
    return (*blanking, *rest, wanted[length_page - FIRST_USER_PAGE])


def _blanking(model: ChipModel, image: Image) -> list[PageWrite]:
    """The WRITEs after which a phone sees an NDEF TLV of length 0, in its final place.

    Where page 04h does not yet hold the prefix, the empty TLV stands there until the pages
    behind it are in order.
    """
    prefix = _prefix(model)
    head = prefix + _EMPTY_NDEF[: PAGE_SIZE - len(prefix) % PAGE_SIZE]
    opening, *behind = [
        PageWrite(FIRST_USER_PAGE + index, head[offset : offset + PAGE_SIZE])
        for index, offset in enumerate(range(0, len(head), PAGE_SIZE))
    ]
    area = b"".join(image.get(step.page, b"") for step in (opening, *behind))
    if area.startswith(prefix + _EMPTY_NDEF[:2]):
        return []
    if not behind:
        return [opening]
    if _stands(opening, image):
        return behind
    if image.get(FIRST_USER_PAGE, b"").startswith(_EMPTY_NDEF[:2]):
        return [*behind, opening]
    return [PageWrite(FIRST_USER_PAGE, _EMPTY_NDEF), *behind, opening]


def _length_offset(model: ChipModel) -> int:
    return len(_prefix(model)) + 1


def _stands(step: PageWrite, image: Image) -> bool:
    content = image.get(step.page)
    return content is not None and step.stands_in(content)
