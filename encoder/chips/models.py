"""The chips we know: where each keeps what, and what it answers to GET_VERSION.

Addresses are pages of 4 bytes. Source: NTAG213/215/216 data sheet, 8.5 (memory organisation),
8.5.2 and 8.5.3 (lock bytes), 10.1 (GET_VERSION).
"""

from dataclasses import dataclass

PAGE_SIZE = 4
UID_LENGTH = 7
STATIC_LOCK_PAGE = 0x02  # lock bytes are its bytes 2 and 3
CC_PAGE = 0x03
FIRST_USER_PAGE = 0x04


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipModel:
    """Where one chip product keeps what. Addresses are pages, sizes are bytes."""

    name: str
    version: bytes  # the 8 bytes GET_VERSION answers
    cc: bytes  # page 03h as delivered
    factory_user: bytes  # the user memory's first bytes as delivered; the rest is 00h
    last_user_page: int
    dynamic_lock_page: int  # CFG0, CFG1, PWD and PACK follow it
    pages_per_lock_bit: int  # how many pages, from 10h on, one dynamic lock bit locks
    dynamic_locks: bytes  # all lock and block-lock bits set, RFUI bits 0

    @property
    def cfg0_page(self) -> int:
        """MIRROR, MIRROR_PAGE and AUTH0."""
        return self.dynamic_lock_page + 1

    @property
    def cfg1_page(self) -> int:
        """ACCESS: PROT, CFGLCK, counter and AUTHLIM."""
        return self.dynamic_lock_page + 2

    @property
    def pwd_page(self) -> int:
        """PWD; reads as 00h."""
        return self.dynamic_lock_page + 3

    @property
    def pack_page(self) -> int:
        """PACK, the last page; reads as 00h."""
        return self.dynamic_lock_page + 4

    @property
    def pages(self) -> int:
        """How many pages the chip has in all."""
        return self.pack_page + 1

    @property
    def user_bytes(self) -> int:
        """User memory, TLV overhead included."""
        return (self.last_user_page - FIRST_USER_PAGE + 1) * PAGE_SIZE


NTAG213 = ChipModel(
    name="NTAG213",
    version=bytes.fromhex("0004040201000F03"),
    cc=bytes.fromhex("E1101200"),
    factory_user=bytes.fromhex("0103A00C 340300FE"),
    last_user_page=0x27,
    dynamic_lock_page=0x28,
    pages_per_lock_bit=2,
    dynamic_locks=bytes.fromhex("FF0F3F00"),
)
NTAG215 = ChipModel(
    name="NTAG215",
    version=bytes.fromhex("0004040201001103"),
    cc=bytes.fromhex("E1103E00"),
    factory_user=bytes.fromhex("0300FE00"),
    last_user_page=0x81,
    dynamic_lock_page=0x82,
    pages_per_lock_bit=16,
    dynamic_locks=bytes.fromhex("FF000F00"),
)
NTAG216 = ChipModel(
    name="NTAG216",
    version=bytes.fromhex("0004040201001303"),
    cc=bytes.fromhex("E1106D00"),
    factory_user=bytes.fromhex("0300FE00"),
    last_user_page=0xE1,
    dynamic_lock_page=0xE2,
    pages_per_lock_bit=16,
    dynamic_locks=bytes.fromhex("FF3F7F00"),
)

MODELS = {model.name: model for model in (NTAG213, NTAG215, NTAG216)}
