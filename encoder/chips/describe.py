"""What the pages of a chip say, taken apart: CC, locks, configuration, records, page by page.

Source: NTAG213/215/216 data sheet, 8.5 (memory), 8.5.2 and 8.5.3 (lock bytes), 8.5.7
(configuration pages); NFC Forum Type 2 Tag specification, 6.1 (CC); NDEF 1.0, 3.2.6 (TNF).
"""

from dataclasses import dataclass

from encoder.chips import ndef
from encoder.chips.locks import (
    AUTHLIM,
    NFC_CNT_EN,
    NFC_CNT_PWD_PROT,
    PROT,
    Image,
    is_page_locked,
    lock_state,
)
from encoder.chips.mirror import MIRRORS, Mirror
from encoder.chips.models import (
    CC_MAGIC,
    CC_PAGE,
    FIRST_DYNAMIC_PAGE,
    FIRST_USER_PAGE,
    PAGE_SIZE,
    STATIC_LOCK_PAGE,
    ChipModel,
)

_STATIC_BLOCKS = ((3, 3), (4, 9), (10, 15))  # the pages whose lock bits the bits 0 to 2 freeze
_KINDS = ("empty", "well-known", "media", "address", "external", "unknown", "unchanged", "reserved")
PageRange = tuple[int, int]  # first and last page


@dataclass(frozen=True, slots=True, kw_only=True)
class CcFacts:
    """The CC; ``data_bytes`` is the size of the data area that it gives."""

    is_ndef: bool
    version: str
    data_bytes: int
    is_read_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LockFacts:
    """Which pages are locked, and of which pages the lock bits can never be changed again."""

    locked: tuple[PageRange, ...]
    frozen: tuple[PageRange, ...]
    config_locked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFacts:
    """CFG0 and CFG1; without MIRROR_CONF a chip mirrors where ``mirror_page`` is not 0."""

    mirror: Mirror
    mirror_page: int
    mirror_byte: int
    auth0: int
    prot: bool
    authlim: int
    counts: bool
    counter_behind_password: bool


def cc_facts(cc: bytes) -> CcFacts:
    """Take the CC apart."""
    return CcFacts(
        is_ndef=cc[0] == CC_MAGIC,
        version=f"{cc[1] >> 4}.{cc[1] & 0x0F}",
        data_bytes=cc[2] * 8,
        is_read_only=bool(cc[3] & 0x0F),
    )


def lock_facts(model: ChipModel, image: Image) -> LockFacts:
    """Take the lock bytes apart."""
    state = lock_state(model, image)
    pages = range(CC_PAGE, model.last_user_page + 1)
    blocks = state.dynamic[2] if state.dynamic else 0
    frozen = [
        *(block for bit, block in enumerate(_STATIC_BLOCKS) if state.static[0] >> bit & 1),
        *(_dynamic_block(model, bit) for bit in range(8) if blocks >> bit & 1),
    ]
    return LockFacts(
        locked=ranges([page for page in pages if is_page_locked(model, image, page)]),
        frozen=tuple(frozen),
        config_locked=state.config_locked,
    )


def config_facts(model: ChipModel, image: Image) -> ConfigFacts:
    """Take CFG0 and CFG1 apart."""
    cfg0, access = image[model.cfg0_page], image[model.cfg1_page][0]
    kind = MIRRORS[cfg0[0] >> 6] if model.can_mirror else "uid" if cfg0[2] else "none"
    return ConfigFacts(
        mirror=kind,
        mirror_page=cfg0[2],
        mirror_byte=cfg0[0] >> 4 & 0b11,
        auth0=cfg0[3],
        prot=bool(access & PROT),
        authlim=access & AUTHLIM,
        counts=model.can_mirror and bool(access & NFC_CNT_EN),
        counter_behind_password=model.can_mirror and bool(access & NFC_CNT_PWD_PROT),
    )


def ranges(pages: list[int]) -> tuple[PageRange, ...]:
    """Ascending pages as ranges without a gap."""
    found: list[PageRange] = []
    for page in pages:
        if found and found[-1][1] == page - 1:
            found[-1] = (found[-1][0], page)
        else:
            found.append((page, page))
    return tuple(found)


def area_of(image: Image) -> bytes:
    """The data area as a phone finds it: by the CC, as far as it was read without a gap."""
    facts = cc_facts(image.get(CC_PAGE, bytes(PAGE_SIZE)))
    area, page = b"", FIRST_USER_PAGE
    while page in image and len(area) < facts.data_bytes:
        area += image[page]
        page += 1
    return area[: facts.data_bytes] if facts.is_ndef else b""


def record_words(record: ndef.Record) -> str:
    """Name a record: its kind and its type; not what it holds."""
    kind = record.type.decode("ascii", "backslashreplace")
    return f"{_KINDS[record.tnf]} {kind}".strip()


def page_use(model: ChipModel | None, page: int) -> str:
    """What a page is for; the first four are alike on every Type 2 Tag."""
    fixed = {0: "UID", 1: "UID", STATIC_LOCK_PAGE: "static locks", CC_PAGE: "CC"}
    if page in fixed:
        return fixed[page]
    if model is None:
        return "data" if page == FIRST_USER_PAGE else ""
    named = {
        model.dynamic_lock_page: "dynamic locks",
        model.cfg0_page: "CFG0",
        model.cfg1_page: "CFG1",
        model.pwd_page: "PWD",
        model.pack_page: "PACK",
    }
    return "data" if page <= model.last_user_page else named.get(page, "")


def _dynamic_block(model: ChipModel, bit: int) -> PageRange:
    """The pages whose two lock bits a block-lock bit freezes."""
    width = 2 * model.pages_per_lock_bit
    first = FIRST_DYNAMIC_PAGE + bit * width
    return first, min(first + width - 1, model.last_user_page)
