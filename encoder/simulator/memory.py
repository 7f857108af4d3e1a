"""What a virtual chip stores: factory content, lock bits, and the pages that only ever gain bits.

Source: NTAG213/215/216 data sheet, 8.5 (memory), 8.5.2 and 8.5.3 (lock bytes), 8.5.4 (capability
container, one-time programmable), 8.5.6 (content at delivery), 8.5.7 (configuration pages).
"""

from encoder.chips.models import (
    CC_PAGE,
    FIRST_DYNAMIC_PAGE,
    PAGE_SIZE,
    STATIC_LOCK_PAGE,
    UID_LENGTH,
    ChipModel,
)

CASCADE_TAG = 0x88
_INTERNAL = 0x48  # page 02h, byte 1
_DYNAMIC_LOCK_TAIL = b"\xbd"  # byte 3 of the dynamic lock page always reads so
_FACTORY_CFG1 = bytes.fromhex("00050000")
_FACTORY_PWD = bytes.fromhex("FFFFFFFF")
_FACTORY_PACK = bytes.fromhex("00000000")
# Static block-lock bit -> the lock bits that it freezes.
_STATIC_BLOCKS = {0: range(3, 4), 1: range(4, 10), 2: range(10, 16)}


def check_byte(part: bytes) -> int:
    """The BCC of four bytes of an anticollision frame. Source: ISO/IEC 14443-3, 6.5.3.1."""
    value = 0
    for byte in part:
        value ^= byte
    return value


def factory_memory(model: ChipModel, uid: bytes) -> bytes:
    """Every page of a chip as delivered."""
    if len(uid) != UID_LENGTH:
        raise ValueError(f"a UID has {UID_LENGTH} bytes, this one has {len(uid)}")
    head = uid[:3] + bytes([check_byte(bytes([CASCADE_TAG]) + uid[:3])])
    lock_page = bytes([check_byte(uid[3:]), _INTERNAL, 0, 0])
    user = model.factory_user.ljust(model.user_bytes, b"\x00")
    dynamic = b"" if model.dynamic_lock_page is None else b"\x00\x00\x00" + _DYNAMIC_LOCK_TAIL
    config = model.factory_cfg0 + _FACTORY_CFG1 + _FACTORY_PWD + _FACTORY_PACK
    content = head + uid[3:] + lock_page + model.factory_cc + user + dynamic + config
    return content.ljust(model.pages * PAGE_SIZE, b"\x00")


class ChipMemory:
    """The pages of one chip and what its lock bits say of them."""

    def __init__(self, model: ChipModel, content: bytes) -> None:
        if len(content) != model.pages * PAGE_SIZE:
            raise ValueError(
                f"the memory of an {model.name} has {model.pages * PAGE_SIZE} bytes,"
                f" this one has {len(content)}"
            )
        self._model = model
        self._content = bytearray(content)

    def __bytes__(self) -> bytes:
        return bytes(self._content)

    def page(self, page: int) -> bytes:
        """What a page holds, PWD and PACK included."""
        return bytes(self._content[page * PAGE_SIZE : (page + 1) * PAGE_SIZE])

    def readable(self, page: int) -> bytes:
        """What a page gives to a reader: PWD and PACK read as 00h."""
        if page in (self._model.pwd_page, self._model.pack_page):
            return bytes(PAGE_SIZE)
        return self.page(page)

    def put(self, page: int, content: bytes) -> None:
        """Set a page, whatever the lock bits say."""
        self._content[page * PAGE_SIZE : (page + 1) * PAGE_SIZE] = content

    def is_locked(self, page: int) -> bool:
        """Whether the lock bits keep a page from being written."""
        if CC_PAGE <= page < FIRST_DYNAMIC_PAGE:
            return bool(self._static_locks >> page & 1)
        has_bits = self._model.dynamic_lock_page is not None
        if has_bits and FIRST_DYNAMIC_PAGE <= page <= self._model.last_user_page:
            bit = (page - FIRST_DYNAMIC_PAGE) // self._model.pages_per_lock_bit
            return bool(self._dynamic_locks >> bit & 1)
        return False

    def after_write(self, page: int, data: bytes) -> bytes:
        """What a page will hold once ``data`` has been written to it."""
        old = self.page(page)
        if page == STATIC_LOCK_PAGE:
            return old[:2] + self._static_after(data[2:4])
        if page == CC_PAGE:
            return bytes(kept | added for kept, added in zip(old, data, strict=True))
        if page == self._model.dynamic_lock_page:
            return self._dynamic_after(data) + _DYNAMIC_LOCK_TAIL
        return data

    @property
    def _static_locks(self) -> int:
        return int.from_bytes(self.page(STATIC_LOCK_PAGE)[2:4], "little")

    @property
    def _dynamic_locks(self) -> int:
        page = self._model.dynamic_lock_page
        return 0 if page is None else int.from_bytes(self.page(page)[0:2], "little")

    def _static_after(self, added: bytes) -> bytes:
        locks = self._static_locks
        frozen = sum(
            1 << bit for block, bits in _STATIC_BLOCKS.items() if locks >> block & 1 for bit in bits
        )
        return (locks | int.from_bytes(added, "little") & ~frozen).to_bytes(2, "little")

    def _dynamic_after(self, data: bytes) -> bytes:
        blocks = self.page(self._model.state_page)[2]
        frozen = sum(0b11 << 2 * block for block in range(8) if blocks >> block & 1)
        locks = self._dynamic_locks | int.from_bytes(data[0:2], "little") & ~frozen
        return locks.to_bytes(2, "little") + bytes([blocks | data[2]])
