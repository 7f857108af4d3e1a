"""Lock bytes and configuration pages: what they say, and what they must say when locked.

Source: NTAG213/215/216 data sheet, 8.5.2 (static lock), 8.5.3 (dynamic lock), 8.5.7
(configuration pages). The CC says nothing about locks; these three places alone do.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from encoder.chips.models import STATIC_LOCK_PAGE, ChipModel

CFGLCK = 0x40  # bit of ACCESS, byte 0 of CFG1
MIRROR_CONF = 0xC0  # bits of MIRROR, byte 0 of CFG0
STATIC_LOCKED = bytes.fromhex("FFFF")
FACTORY_CFG1 = bytes.fromhex("00050000")
CC_READ_ONLY = 0x0F  # CC byte 3: no write access granted

Image = Mapping[int, bytes]  # the pages that are known, by address


@dataclass(frozen=True, slots=True)
class LockState:
    """The lock bits as read; ``dynamic`` leaves out the page's fourth byte, which is not one."""

    static: bytes
    dynamic: bytes
    config_locked: bool

    @property
    def is_open(self) -> bool:
        """Whether not a single lock bit is set."""
        return not any(self.static) and not any(self.dynamic) and not self.config_locked

    def is_full(self, model: ChipModel) -> bool:
        """Whether every lock bit that the chip has is set."""
        return (
            self.static == STATIC_LOCKED
            and self.dynamic == model.dynamic_locks[:3]
            and self.config_locked
        )


def lock_state(model: ChipModel, image: Image) -> LockState:
    """Read the lock state out of page 02h, the dynamic lock page and CFG1."""
    return LockState(
        static=image[STATIC_LOCK_PAGE][2:4],
        dynamic=image[model.dynamic_lock_page][:3],
        config_locked=bool(image[model.cfg1_page][0] & CFGLCK),
    )


def locked_cc(model: ChipModel) -> bytes:
    """The CC of a card that is read-only for phones."""
    return model.cc[:3] + bytes([CC_READ_ONLY])


def is_password_protected(model: ChipModel, image: Image) -> bool:
    """Whether AUTH0 puts any page of the chip behind the password."""
    return image[model.cfg0_page][3] <= model.pack_page


def is_mirroring(model: ChipModel, image: Image) -> bool:
    """Whether the chip writes its UID or counter over what is read from it."""
    return bool(image[model.cfg0_page][0] & MIRROR_CONF)


def is_page_locked(model: ChipModel, image: Image, page: int) -> bool:
    """Whether a lock bit forbids to write ``page`` of CC or user memory."""
    if page < 0x10:
        return bool(int.from_bytes(image[STATIC_LOCK_PAGE][2:4], "little") >> page & 1)
    group = (page - 0x10) // model.pages_per_lock_bit
    return bool(int.from_bytes(image[model.dynamic_lock_page][:2], "little") >> group & 1)
