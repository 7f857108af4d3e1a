"""A virtual NTAG21x or MIFARE Ultralight EV1: states, commands, refusals and times.

Frames carry no CRC, as nfcpy gives them to its drivers; ACK and NAK are one byte each.
Source: NTAG213/215/216 data sheet, 8.4 (states), 8.8 (password), 9.3 (ACK and NAK), 10 (commands);
MF0ULx1 data sheet, 10 (commands): the same but for the counters.
"""

from collections.abc import Callable, Iterable
from enum import Enum, auto

from encoder.chips.models import PAGE_SIZE, STATIC_LOCK_PAGE, ChipModel
from encoder.simulator.counters import COUNTER_LENGTH, COUNTER_MAX, WHOLE, OneWayCounters
from encoder.simulator.memory import CASCADE_TAG, ChipMemory, check_byte, factory_memory
from encoder.simulator.mirroring import mirror_setting
from encoder.simulator.tearing import Tear
from encoder.simulator.timing import REQA, WUPA, Meter

ACK = b"\x0a"
NAK_ARGUMENT = b"\x00"
NAK_AUTHLIM = b"\x04"
ATQA = bytes.fromhex("4400")
SAK_CASCADE = b"\x04"
SAK_COMPLETE = b"\x00"
SIGNATURE_LENGTH = 32
_HLTA = bytes.fromhex("5000")
_NAKS = (NAK_ARGUMENT, b"\x01", NAK_AUTHLIM, b"\x05")
_PROT, _CFGLCK, _NFC_CNT_EN, _NFC_CNT_PWD_PROT, _AUTHLIM = 0x80, 0x40, 0x10, 0x08, 0x07
_COMPAT_DATA = 16
_NFC_COUNTER = 2  # its number in READ_CNT
_ULTRALIGHT_EV1 = bytes.fromhex("0301")  # product type and subtype, as GET_VERSION gives them
_NTAG210_212 = bytes.fromhex("0401")

BeforeWrite = Callable[["VirtualChip", int], Tear | None]


class _State(Enum):
    OFF = auto()
    IDLE = auto()
    HALT = auto()
    READY1 = auto()
    READY2 = auto()
    ACTIVE = auto()


class VirtualChip:
    """One chip. It answers only while powered; ``memory`` is what it stores for good.

    ``before_write`` is asked at each EEPROM write, with the chip and the page, whether the card
    is torn away there; the field sets it. ``version`` is what a clone answers to GET_VERSION.
    CFG0 and CFG1 take effect at the next power-on, as NXP says; with ``config_at_once`` they do
    so when they are written, as a user saw of AUTH0.
    """

    def __init__(
        self,
        model: ChipModel,
        uid: bytes,
        *,
        memory: bytes | None = None,
        signature: bytes = bytes(SIGNATURE_LENGTH),
        version: bytes = b"",
        config_at_once: bool = False,
    ) -> None:
        self.model = model
        self.version = version or model.version
        self.uid = uid
        self.signature = signature
        self.meter = Meter()
        self.nfc_counter = 0
        self.torn = False
        self.before_write: BeforeWrite | None = None
        self._memory = ChipMemory(model, factory_memory(model, uid) if memory is None else memory)
        self._config_at_once = config_at_once
        self._counters = OneWayCounters()
        self._failed_passwords = 0
        self._commands: dict[int, tuple[int, Callable[[bytes], bytes | None]]] = {
            0x60: (1, self._get_version),
            0x30: (2, self._read),
            0x3A: (3, self._fast_read),
            0xA2: (6, self._write),
            0xA0: (2, self._compat_write),
            0x3C: (2, self._read_sig),
            0x39: (2, self._read_cnt),
            0x1B: (5, self._pwd_auth),
        }
        self._counts_readings = model.version[2:4] not in (_ULTRALIGHT_EV1, _NTAG210_212)
        if model.version[2:4] == _ULTRALIGHT_EV1:
            self._commands |= {
                0x39: (2, self._read_counter),
                0xA5: (6, self._incr_cnt),
                0x3E: (2, self._check_tearing),
            }
        self._state = _State.OFF
        self._reset()

    def __repr__(self) -> str:
        return f"VirtualChip({self.model.name}, {self.uid.hex().upper()})"

    @property
    def memory(self) -> bytes:
        """Every page as stored, PWD and PACK included."""
        return bytes(self._memory)

    @property
    def powered(self) -> bool:
        """Whether the chip is in a field."""
        return self._state is not _State.OFF

    def power_on(self) -> None:
        """Enter the field: the configuration as stored now comes into effect."""
        if not self.powered:
            self._reset()
            self._state = _State.IDLE

    def power_off(self) -> None:
        """Leave the field: all that is not stored is forgotten."""
        self._state = _State.OFF

    def transceive(self, frame: bytes) -> bytes | None:
        """Answer one frame; None is silence."""
        if not self.powered or not frame:
            return None
        self._wrote = False
        reply = self._answer(bytes(frame))
        self.meter.count(bytes(frame), reply, wrote=self._wrote)
        return reply

    def _reset(self) -> None:
        """Take over the configuration and forget the session."""
        self._configure()
        self._rest = _State.IDLE
        self._authenticated = False
        self._counted = False
        self._wrote = False
        self._compat_page: int | None = None

    def _configure(self) -> None:
        cfg0 = self._memory.page(self.model.cfg0_page)
        self._auth0 = cfg0[3]
        self._mirror = mirror_setting(self.model, cfg0)
        self._access = self._memory.page(self.model.cfg1_page)[0]

    def _answer(self, frame: bytes) -> bytes | None:
        match self._state:
            case _State.IDLE | _State.HALT:
                return self._wake(frame)
            case _State.READY1:
                first = bytes([CASCADE_TAG]) + self.uid[:3]
                return self._select(frame, 0x93, first, SAK_CASCADE, _State.READY2)
            case _State.READY2:
                return self._select(frame, 0x95, self.uid[3:], SAK_COMPLETE, _State.ACTIVE)
            case _:
                return self._command(frame)

    def _wake(self, frame: bytes) -> bytes | None:
        if frame == WUPA or (frame == REQA and self._state is _State.IDLE):
            self._rest = self._state
            self._state = _State.READY1
            return ATQA
        return None

    def _select(
        self, frame: bytes, level: int, part: bytes, sak: bytes, following: _State
    ) -> bytes | None:
        """One cascade level; anything but this chip's own number sends it back to rest."""
        numbered = part + bytes([check_byte(part)])
        if frame == bytes([level, 0x20]):
            return numbered
        if frame == bytes([level, 0x70]) + numbered:
            self._state = following
            return sak
        self._fall_back()
        return None

    def _fall_back(self) -> None:
        self._state = self._rest
        self._authenticated = False
        self._compat_page = None

    def _command(self, frame: bytes) -> bytes | None:
        if self._compat_page is not None:
            reply = self._compat_data(frame)
        elif frame == _HLTA:
            self._rest = _State.HALT
            reply = None
        elif frame in (REQA, WUPA):
            reply = None
        else:
            reply = self._dispatch(frame)
        if self.powered and (reply is None or reply in _NAKS):
            self._fall_back()
        return reply

    def _dispatch(self, frame: bytes) -> bytes | None:
        length, handler = self._commands.get(frame[0], (0, self._get_version))
        return handler(frame) if len(frame) == length else NAK_ARGUMENT

    def _get_version(self, frame: bytes) -> bytes:
        return self.version

    def _read_sig(self, frame: bytes) -> bytes:
        return self.signature if frame[1] == 0x00 else NAK_ARGUMENT

    @property
    def _readable_pages(self) -> int:
        """The first page that may not be read; READ rolls over to page 00h there."""
        protected = self._access & _PROT and not self._authenticated
        return min(self._auth0, self.model.pages) if protected else self.model.pages

    def _read(self, frame: bytes) -> bytes:
        start, end = frame[1], self._readable_pages
        if start >= end:
            return NAK_ARGUMENT
        self._count_reading()
        return self._shown([(start + i) % end for i in range(4)])

    def _fast_read(self, frame: bytes) -> bytes:
        start, last = frame[1], frame[2]
        if start > last or last >= self._readable_pages:
            return NAK_ARGUMENT
        self._count_reading()
        return self._shown(range(start, last + 1))

    def _shown(self, pages: Iterable[int]) -> bytes:
        """Pages as a reader sees them: under the mirror, if there is one."""
        memory = self._mirrored()
        return b"".join(
            memory[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
            if page <= self.model.last_user_page
            else self._memory.readable(page)
            for page in pages
        )

    def _mirrored(self) -> bytes:
        memory = bytes(self._memory)
        if self._mirror.kind == "none":
            return memory
        return self._mirror.over(memory, self.uid, self.nfc_counter if self._gives_count else None)

    @property
    def _gives_count(self) -> bool:
        """Whether the NFC counter is switched on, and open to this reader."""
        shut = self._access & _NFC_CNT_PWD_PROT and not self._authenticated
        return self._counts_readings and bool(self._access & _NFC_CNT_EN) and not shut

    def _count_reading(self) -> None:
        """The NFC counter counts the first reading after power-on."""
        if self._counts_readings and self._access & _NFC_CNT_EN and not self._counted:
            self._counted = True
            self.nfc_counter = min(self.nfc_counter + 1, COUNTER_MAX)

    def _read_cnt(self, frame: bytes) -> bytes:
        if frame[1] != _NFC_COUNTER or not self._gives_count:
            return NAK_ARGUMENT
        return self.nfc_counter.to_bytes(COUNTER_LENGTH, "little")

    def _read_counter(self, frame: bytes) -> bytes:
        return self._counters.read(frame[1]) if self._counters.has(frame[1]) else NAK_ARGUMENT

    def _check_tearing(self, frame: bytes) -> bytes:
        return WHOLE if self._counters.has(frame[1]) else NAK_ARGUMENT

    def _incr_cnt(self, frame: bytes) -> bytes:
        if not self._counters.has(frame[1]) or not self._counters.increase(frame[1], frame[2:]):
            return NAK_ARGUMENT
        self._wrote = True
        return ACK

    def _may_write(self, page: int) -> bool:
        model = self.model
        if not STATIC_LOCK_PAGE <= page < model.pages or self._memory.is_locked(page):
            return False
        if page in (model.cfg0_page, model.cfg1_page) and self._access & _CFGLCK:
            return False
        return page < self._auth0 or self._authenticated

    def _write(self, frame: bytes) -> bytes | None:
        page = frame[1]
        return self._store(page, frame[2:6]) if self._may_write(page) else NAK_ARGUMENT

    def _compat_write(self, frame: bytes) -> bytes:
        if not self._may_write(frame[1]):
            return NAK_ARGUMENT
        self._compat_page = frame[1]
        return ACK

    def _compat_data(self, frame: bytes) -> bytes | None:
        page, self._compat_page = self._compat_page, None
        if page is None or len(frame) != _COMPAT_DATA:
            return NAK_ARGUMENT
        return self._store(page, frame[:PAGE_SIZE])

    def _store(self, page: int, data: bytes) -> bytes | None:
        tear = self.before_write(self, page) if self.before_write else None
        old, new = self._memory.page(page), self._memory.after_write(page, data)
        self._wrote = True
        if tear is None:
            self._memory.put(page, new)
            if self._config_at_once:
                self._configure()
            return ACK
        self._memory.put(page, tear.content(self.model, page, old, new))
        self.torn = True
        self.power_off()
        return None

    def _pwd_auth(self, frame: bytes) -> bytes:
        limit = self._access & _AUTHLIM
        if limit and self._failed_passwords >= limit:
            return NAK_AUTHLIM
        if frame[1:5] != self._memory.page(self.model.pwd_page):
            self._failed_passwords += bool(limit)
            return NAK_ARGUMENT
        self._failed_passwords = 0
        self._authenticated = True
        return self._memory.page(self.model.pack_page)[:2]
