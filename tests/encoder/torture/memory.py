"""What a card's memory must be, written out by hand: nothing of the engine is asked.

Sources: NTAG213/215/216, NTAG210/212 and MF0ULx1 data sheets, 8.5 (memory, lock bytes, CFG0, CFG1,
PWD, PACK) and 8.7 (mirror); NFC Forum Type 2 Tag, 2.3 (TLV blocks); NDEF 1.0, 3.2; URI RTD 1.0,
3.2.2 (04h is https://); RFC 5869 (HKDF).
"""

import hashlib
import hmac
from dataclasses import dataclass

SIZE = 4
CASCADE_TAG = 0x88
PROT, CFGLCK, NFC_CNT_EN, NFC_CNT_PWD_PROT, AUTHLIM = 0x80, 0x40, 0x10, 0x08, 0x07
AUTH0_OFF = 0xFF
LOCK_CONTROL = bytes.fromhex("0103A00C34")
NO_ROOM = {"none": "", "uid": "0" * 14, "counter": "0" * 6, "both": "0" * 14 + "x" + "0" * 6}
MIRROR_BITS = {"none": 0x00, "uid": 0x40, "counter": 0x80, "both": 0xC0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where a chip keeps what; ``dynamic`` is None where there is no dynamic lock page."""

    pages: int
    last_user: int
    dynamic: int | None
    dynamic_locked: str
    cfg0: int
    cc: str
    delivered_cc: str
    prefix: bytes = b""
    delivered_cfg0: str = "040000FF"
    mirrors: bool = True

    @property
    def room(self) -> int:
        """How many bytes the CC gives to a message."""
        return bytes.fromhex(self.cc)[2] * 8


LAYOUTS = {
    "NTAG213": Layout(
        pages=45,
        last_user=0x27,
        dynamic=0x28,
        dynamic_locked="FF0F3F",
        cfg0=0x29,
        cc="E1101200",
        delivered_cc="E1101200",
        prefix=LOCK_CONTROL,
    ),
    "NTAG215": Layout(
        pages=135,
        last_user=0x81,
        dynamic=0x82,
        dynamic_locked="FF000F",
        cfg0=0x83,
        cc="E1103E00",
        delivered_cc="E1103E00",
    ),
    "NTAG216": Layout(
        pages=231,
        last_user=0xE1,
        dynamic=0xE2,
        dynamic_locked="FF3F7F",
        cfg0=0xE3,
        cc="E1106D00",
        delivered_cc="E1106D00",
    ),
    "MF0UL11": Layout(
        pages=20,
        last_user=0x0F,
        dynamic=None,
        dynamic_locked="",
        cfg0=0x10,
        cc="E1100600",
        delivered_cc="00000000",
        delivered_cfg0="000000FF",
        mirrors=False,
    ),
    "MF0UL21": Layout(
        pages=41,
        last_user=0x23,
        dynamic=0x24,
        dynamic_locked="FF031F",
        cfg0=0x25,
        cc="E1101000",
        delivered_cc="00000000",
        delivered_cfg0="000000FF",
        mirrors=False,
    ),
    "NTAG210": Layout(
        pages=20,
        last_user=0x0F,
        dynamic=None,
        dynamic_locked="",
        cfg0=0x10,
        cc="E1100600",
        delivered_cc="E1100600",
        delivered_cfg0="000000FF",
        mirrors=False,
    ),
    "NTAG212": Layout(
        pages=41,
        last_user=0x23,
        dynamic=0x24,
        dynamic_locked="FF031F",
        cfg0=0x25,
        cc="E1101000",
        delivered_cc="E1101000",
        prefix=bytes.fromhex("0103900A34"),
        delivered_cfg0="000000FF",
        mirrors=False,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one card shall be; ``secret`` is the station key that its password comes from."""

    chip: str
    uid: bytes
    url: str
    protection: str
    mirror: str = "none"
    secret: bytes = b""

    @property
    def layout(self) -> Layout:
        """The chip's."""
        return LAYOUTS[self.chip]

    @property
    def written_url(self) -> str:
        """The address as stored: zeros where the chip mirrors."""
        return self.url + ("?m=" + NO_ROOM[self.mirror] if self.mirror != "none" else "")

    @property
    def content(self) -> bytes:
        """The pages from 04h to the Terminator's."""
        rest = self.written_url.removeprefix("https://").encode()
        record = bytes([0xD1, 0x01, len(rest) + 1]) + b"U\x04" + rest
        area = self.layout.prefix + bytes([0x03, len(record)]) + record
        area = area if len(area) == self.layout.room else area + b"\xfe"
        return area + bytes(-len(area) % SIZE)

    @property
    def mirror_start(self) -> int:
        """Where the mirrored text begins, in bytes from page 00h."""
        place = self.content.rindex(NO_ROOM[self.mirror].encode())
        return 4 * SIZE + place

    @property
    def cfg0(self) -> tuple[int | None, int | None, int]:
        """MIRROR, MIRROR_PAGE and AUTH0 as they must be; None: it decides nothing."""
        auth0 = 0x02 if self.protection == "password" else AUTH0_OFF
        if not self.layout.mirrors:
            return None, 0, auth0  # these chips mirror their UID where MIRROR_PAGE is set
        if self.mirror == "none":
            return 0, None, auth0
        start = self.mirror_start
        return MIRROR_BITS[self.mirror] | start % SIZE << 4, start // SIZE, auth0

    @property
    def counts(self) -> bool:
        """Whether the chip must count its taps."""
        return self.mirror in ("counter", "both")


def page_of(memory: bytes, page: int) -> bytes:
    """One page."""
    return memory[page * SIZE : page * SIZE + SIZE]


def delivered(chip: str, uid: bytes) -> bytes:
    """A chip as delivered."""
    layout = LAYOUTS[chip]
    bcc0 = CASCADE_TAG ^ uid[0] ^ uid[1] ^ uid[2]
    bcc1 = uid[3] ^ uid[4] ^ uid[5] ^ uid[6]
    head = uid[:3] + bytes([bcc0]) + uid[3:] + bytes([bcc1, 0x48, 0, 0])
    user = b"" if chip.startswith("MF0") else layout.prefix + bytes.fromhex("0300FE")
    body = bytes.fromhex(layout.delivered_cc) + user.ljust((layout.last_user - 3) * SIZE, b"\0")
    dynamic = b"" if layout.dynamic is None else bytes.fromhex("000000BD")
    config = bytes.fromhex(layout.delivered_cfg0 + "00050000" + "FFFFFFFF" + "00000000")
    return head + body + dynamic + config


def with_content(memory: bytes, area: bytes, *, cc: str = "") -> bytes:
    """The same chip with something in its user memory; ``cc`` replaces page 03h."""
    page_3 = bytes.fromhex(cc) if cc else page_of(memory, 3)
    start = 4 * SIZE
    return memory[: 3 * SIZE] + page_3 + area + memory[start + len(area) :]


def with_page(memory: bytes, page: int, content: bytes) -> bytes:
    """The same memory with one page changed."""
    return memory[: page * SIZE] + content + memory[page * SIZE + SIZE :]


def password(secret: bytes, uid: bytes) -> tuple[bytes, bytes]:
    """PWD and PACK: HKDF-SHA256 without salt, one block."""
    key = hmac.digest(bytes(32), secret, "sha256")
    block = hmac.digest(key, b"wecard/card-password/1/" + uid + b"\x01", "sha256")
    return block[:4], block[4:6]


def faults(memory: bytes, wanted: Wanted, start: bytes) -> list[str]:
    """Everything in a finished card's memory that is not as it must be; ``start`` as it came."""
    layout, is_permanent = wanted.layout, wanted.protection == "permanent"
    told = []
    behind = 4 * SIZE + len(wanted.content)
    if not _stores(memory[4 * SIZE : behind], wanted):
        told.append("content")
    if (
        memory[behind : (layout.last_user + 1) * SIZE]
        != start[behind : (layout.last_user + 1) * SIZE]
    ):
        told.append("a page behind the content was touched")
    if memory[:10] != start[:10]:
        told.append("UID or internal byte")
    if page_of(memory, 3) != _wanted_cc(wanted):
        told.append("CC")
    if memory[10:12] != (b"\xff\xff" if is_permanent else b"\0\0"):
        told.append("static locks")
    if layout.dynamic is not None:
        locks = bytes.fromhex(layout.dynamic_locked) if is_permanent else bytes(3)
        if page_of(memory, layout.dynamic)[:3] != locks:
            told.append("dynamic locks")
    return told + _config_faults(memory, wanted)


def digest_of(memory: bytes, wanted: Wanted, counter: int) -> str:
    """The digest of what the chip shows, from page 04h to the Terminator's."""
    shown = bytearray(wanted.content)
    if wanted.mirror != "none":
        text = mirrored(wanted.mirror, wanted.uid, counter)
        place = wanted.mirror_start - 4 * SIZE
        shown[place : place + len(text)] = text
    return hashlib.sha256(shown).hexdigest()


def mirrored(kind: str, uid: bytes, counter: int) -> bytes:
    """What the chip shows in the mirror's place."""
    number = uid.hex().upper()
    return {"uid": number, "counter": f"{counter:06X}", "both": f"{number}x{counter:06X}"}[
        kind
    ].encode()


def is_hopeless(memory: bytes, wanted: Wanted) -> bool:
    """Whether no WRITE can make this card right any more: CC or configuration are locked wrong."""
    access = page_of(memory, wanted.layout.cfg0 + 1)[0]
    if memory[10] & 0x08 and page_of(memory, 3) != _wanted_cc(wanted):
        return True
    if not access & CFGLCK:
        return False
    return wanted.protection != "permanent" or bool(_config_faults(memory, wanted))


def _wanted_cc(wanted: Wanted) -> bytes:
    cc = bytes.fromhex(wanted.layout.cc)
    return cc[:3] + b"\x0f" if wanted.protection == "permanent" else cc


def _stores(area: bytes, wanted: Wanted) -> bool:
    """Whether the content is there; what is stored under the mirror is never seen."""
    found = bytearray(area)
    if wanted.mirror != "none":
        place, length = wanted.mirror_start - 4 * SIZE, len(NO_ROOM[wanted.mirror])
        found[place : place + length] = wanted.content[place : place + length]
    return bytes(found) == wanted.content


def _config_faults(memory: bytes, wanted: Wanted) -> list[str]:
    cfg0_page, told = wanted.layout.cfg0, []
    cfg0, access = page_of(memory, cfg0_page), page_of(memory, cfg0_page + 1)[0]
    mirror, mirror_page, auth0 = wanted.cfg0
    mask = 0xC0 if wanted.mirror == "none" else 0xF0
    if mirror is not None and cfg0[0] & mask != mirror:
        told.append("MIRROR")
    if mirror_page is not None and cfg0[2] != mirror_page:
        told.append("MIRROR_PAGE")
    if cfg0[3] != auth0:
        told.append("AUTH0")
    if bool(access & CFGLCK) != (wanted.protection == "permanent"):
        told.append("CFGLCK")
    if wanted.counts and access & (NFC_CNT_EN | NFC_CNT_PWD_PROT) != NFC_CNT_EN:
        told.append("counter")
    if wanted.protection == "password" and access & (PROT | AUTHLIM):
        told.append("ACCESS")
    return told + _password_faults(memory, wanted)


def _password_faults(memory: bytes, wanted: Wanted) -> list[str]:
    pwd, pack = b"\xff\xff\xff\xff", b"\0\0"
    if wanted.protection == "password":
        pwd, pack = password(wanted.secret, wanted.uid)
    found = page_of(memory, wanted.layout.cfg0 + 2) + page_of(memory, wanted.layout.cfg0 + 3)
    return [] if found[:6] == pwd + pack else ["password"]
