"""Lock bytes and configuration pages: what they say, and what they must say when locked.

Source: NTAG213/215/216 data sheet, 8.5.2 (static lock), 8.5.3 (dynamic lock), 8.5.7
(configuration pages). The CC says nothing about locks; these three places alone do.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from encoder.chips.mirror import MIRROR_CONF
from encoder.chips.models import FIRST_DYNAMIC_PAGE, STATIC_LOCK_PAGE, ChipModel

PROT = 0x80  # bits of ACCESS, byte 0 of CFG1
CFGLCK = 0x40
NFC_CNT_EN = 0x10
NFC_CNT_PWD_PROT = 0x08
AUTHLIM = 0x07
AUTH0_OFF = 0xFF
STATIC_LOCKED = bytes.fromhex("FFFF")
FACTORY_CFG1 = bytes.fromhex("00050000")
CC_READ_ONLY = 0x0F  # CC byte 3: no write access granted

Image = Mapping[int, bytes]  # the pages that are known, by address


@dataclass(frozen=True, slots=True)
class LockState:
    """The lock bits as read; ``dynamic`` leaves out the page's fourth byte, which is not one.

    ``dynamic`` is empty for a chip without a dynamic lock page.
    """

    static: bytes
    dynamic: bytes
    config_locked: bool

    @property
    def is_open(self) -> bool:
        """Whether not a single lock bit is set."""
        return not any(self.static) and not any(self.dynamic) and not self.config_locked


def lock_state(model: ChipModel, image: Image) -> LockState:
    """Read the lock state out of page 02h, the dynamic lock page and CFG1."""
    page = model.dynamic_lock_page
    return LockState(
        static=image[STATIC_LOCK_PAGE][2:4],
        dynamic=b"" if page is None else image[page][:3],
        config_locked=is_config_locked(model, image),
    )


def is_config_locked(model: ChipModel, image: Image) -> bool:
    """Whether CFG0 and CFG1 can never be written again."""
    return bool(image[model.cfg1_page][0] & CFGLCK)


def locked_cc(model: ChipModel) -> bytes:
    """The CC of a card that is read-only for phones."""
    return model.cc[:3] + bytes([CC_READ_ONLY])


def auth0(model: ChipModel, image: Image) -> int:
    """The first page that is behind the password; beyond the chip's last one means none."""
    return image[model.cfg0_page][3]


def is_password_protected(model: ChipModel, image: Image) -> bool:
    """Whether AUTH0 puts any page of the chip behind the password."""
    return auth0(model, image) < model.pages


def is_mirroring(model: ChipModel, image: Image) -> bool:
    """Whether the chip writes its UID or counter over what is read from it."""
    cfg0 = image[model.cfg0_page]
    return bool(cfg0[0] & MIRROR_CONF if model.can_mirror else cfg0[2])


def config_of(model: ChipModel, image: Image) -> str:
    """CFG0 and CFG1 in hex, as they are booked."""
    return (image[model.cfg0_page] + image[model.cfg1_page]).hex().upper()


def is_page_locked(model: ChipModel, image: Image, page: int) -> bool:
    """Whether a lock bit forbids to write ``page`` of CC, user memory or configuration."""
    if page in (model.cfg0_page, model.cfg1_page):
        return is_config_locked(model, image)
    if page < FIRST_DYNAMIC_PAGE:
        return bool(int.from_bytes(image[STATIC_LOCK_PAGE][2:4], "little") >> page & 1)
    if model.dynamic_lock_page is None or page > model.last_user_page:
        return False
    group = (page - FIRST_DYNAMIC_PAGE) // model.pages_per_lock_bit
    return bool(int.from_bytes(image[model.dynamic_lock_page][:2], "little") >> group & 1)
