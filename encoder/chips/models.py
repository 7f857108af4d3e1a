"""The chips we know: where each keeps what, and what it answers to GET_VERSION.

Addresses are pages of 4 bytes. Sources: NTAG213/215/216 data sheet, 8.5 (memory organisation),
8.5.2 and 8.5.3 (lock bytes), 10.1 (GET_VERSION); NTAG210/212 data sheet, 8.5 and 10.1; MF0ULx1
(MIFARE Ultralight EV1) data sheet, 8.5 and 10.1; NTAG213 TT data sheet, 8.5 and 10.1. Keys of the
originality signature: AN11350 (NTAG21x), AN11341 (MIFARE Ultralight EV1).
"""

from dataclasses import dataclass, replace

PAGE_SIZE = 4
UID_LENGTH = 7
STATIC_LOCK_PAGE = 0x02  # lock bytes are its bytes 2 and 3
CC_PAGE = 0x03
CC_MAGIC = 0xE1  # its first byte, where the chip may hold an NDEF message
FIRST_USER_PAGE = 0x04
FIRST_DYNAMIC_PAGE = 0x10  # where the dynamic lock bits' pages begin

_NTAG21X_KEY = bytes.fromhex("04494E1A386D3D3CFE3DC10E5DE68A499B1C202DB5B132393E89ED19FE5BE8BC61")
_ULTRALIGHT_EV1_KEY = bytes.fromhex(
    "0490933BDCD6E99B4E255E3DA55389A827564E11718E017292FAF23226A96614B8"
)
_NTAG210_KEY = bytes.fromhex("04A748B6A632FBEE2C0897702B33BEA1C074998E17B84ACA04FF267E5D2C91F6DC")
_NO_CC = bytes(4)
_EMPTY_MESSAGE = bytes.fromhex("0300FE00")
_NTAG21X_CFG0 = bytes.fromhex("040000FF")
_ULTRALIGHT_CFG0 = bytes.fromhex("000000FF")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipModel:
    """Where one chip product keeps what. Addresses are pages, sizes are bytes."""

    name: str
    version: bytes  # the 8 bytes GET_VERSION answers
    cc: bytes  # page 03h of a card that phones can read
    factory_cc: bytes  # page 03h as delivered; only ever gains bits
    factory_user: bytes  # the user memory's first bytes as delivered; the rest is 00h
    factory_cfg0: bytes
    last_user_page: int
    dynamic_lock_page: int | None  # None where the static lock bytes reach all of user memory
    dynamic_locks: bytes  # all lock and block-lock bits set, RFUI bits 0
    pages_per_lock_bit: int  # how many pages, from 10h on, one dynamic lock bit locks
    cfg0_page: int  # MIRROR, MIRROR_PAGE and AUTH0; CFG1, PWD and PACK follow
    pages: int  # in all
    can_mirror: bool  # UID and counter as ASCII, by MIRROR_CONF
    mirrors_by_page: bool = False  # the UID alone, where MIRROR_PAGE is in the user memory
    originality_key: bytes  # NXP's public key, secp128r1, uncompressed
    can_write: bool = True  # whether we know it well enough to write it
    layout: str = ""  # the product whose layout an unknown chip is taken to have

    @property
    def product(self) -> str:
        """The name that a job's policy knows the chip by."""
        return self.layout or self.name

    @property
    def cfg1_page(self) -> int:
        """ACCESS: PROT, CFGLCK, counter and AUTHLIM."""
        return self.cfg0_page + 1

    @property
    def pwd_page(self) -> int:
        """PWD; reads as 00h."""
        return self.cfg0_page + 2

    @property
    def pack_page(self) -> int:
        """PACK; reads as 00h."""
        return self.cfg0_page + 3

    @property
    def state_page(self) -> int:
        """The first page of the state: the dynamic locks where there are, then CFG0 and CFG1."""
        return self.cfg0_page if self.dynamic_lock_page is None else self.dynamic_lock_page

    @property
    def user_bytes(self) -> int:
        """User memory, TLV overhead included."""
        return (self.last_user_page - FIRST_USER_PAGE + 1) * PAGE_SIZE


NTAG213 = ChipModel(
    name="NTAG213",
    version=bytes.fromhex("0004040201000F03"),
    cc=bytes.fromhex("E1101200"),
    factory_cc=bytes.fromhex("E1101200"),
    factory_user=bytes.fromhex("0103A00C 340300FE"),
    factory_cfg0=_NTAG21X_CFG0,
    last_user_page=0x27,
    dynamic_lock_page=0x28,
    dynamic_locks=bytes.fromhex("FF0F3F00"),
    pages_per_lock_bit=2,
    cfg0_page=0x29,
    pages=45,
    can_mirror=True,
    originality_key=_NTAG21X_KEY,
)
NTAG215 = replace(
    NTAG213,
    name="NTAG215",
    version=bytes.fromhex("0004040201001103"),
    cc=bytes.fromhex("E1103E00"),
    factory_cc=bytes.fromhex("E1103E00"),
    factory_user=_EMPTY_MESSAGE,
    last_user_page=0x81,
    dynamic_lock_page=0x82,
    dynamic_locks=bytes.fromhex("FF000F00"),
    pages_per_lock_bit=16,
    cfg0_page=0x83,
    pages=135,
)
NTAG216 = replace(
    NTAG215,
    name="NTAG216",
    version=bytes.fromhex("0004040201001303"),
    cc=bytes.fromhex("E1106D00"),
    factory_cc=bytes.fromhex("E1106D00"),
    last_user_page=0xE1,
    dynamic_lock_page=0xE2,
    dynamic_locks=bytes.fromhex("FF3F7F00"),
    cfg0_page=0xE3,
    pages=231,
)
NTAG213TT = replace(
    NTAG213,
    name="NTAG213TT",
    version=bytes.fromhex("0004040203000F03"),
    pages=46,  # the tamper message stands behind PACK, on page 2Dh
    can_mirror=False,  # its MIRROR_CONF has three bits and its MIRROR_BYTE stands elsewhere
    can_write=False,
)
NTAG210 = replace(
    NTAG213,
    name="NTAG210",
    version=bytes.fromhex("0004040101000B03"),
    cc=bytes.fromhex("E1100600"),
    factory_cc=bytes.fromhex("E1100600"),
    factory_user=_EMPTY_MESSAGE,
    factory_cfg0=_ULTRALIGHT_CFG0,
    last_user_page=0x0F,
    dynamic_lock_page=None,
    dynamic_locks=b"",
    cfg0_page=0x10,
    pages=20,
    can_mirror=False,
    mirrors_by_page=True,
    originality_key=_NTAG210_KEY,
)
NTAG212 = replace(
    NTAG210,
    name="NTAG212",
    version=bytes.fromhex("0004040101000E03"),
    cc=bytes.fromhex("E1101000"),
    factory_cc=bytes.fromhex("E1101000"),
    factory_user=bytes.fromhex("0103900A 340300FE"),
    last_user_page=0x23,
    dynamic_lock_page=0x24,
    dynamic_locks=bytes.fromhex("FF031F00"),
    cfg0_page=0x25,
    pages=41,
)
MF0UL11 = replace(
    NTAG210,
    name="MF0UL11",
    version=bytes.fromhex("0004030101000B03"),
    factory_cc=_NO_CC,
    factory_user=b"",
    mirrors_by_page=False,
    originality_key=_ULTRALIGHT_EV1_KEY,
)
MF0UL21 = replace(
    NTAG212,
    name="MF0UL21",
    version=bytes.fromhex("0004030101000E03"),
    factory_cc=_NO_CC,
    factory_user=b"",
    mirrors_by_page=False,
    originality_key=_ULTRALIGHT_EV1_KEY,
)

MODELS = {
    model.name: model
    for model in (NTAG213, NTAG215, NTAG216, MF0UL11, MF0UL21, NTAG210, NTAG212, NTAG213TT)
}
WRITABLE = {name: model for name, model in MODELS.items() if model.can_write}


def named_unknown(version: bytes, product: str) -> ChipModel:
    """A chip that answers an unknown version and is to be taken for a product that we write."""
    return replace(
        MODELS[product],
        name=f"{product}-{version.hex().upper()}",
        version=version,
        layout=product,
    )
