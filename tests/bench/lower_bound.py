"""The least that a blank card takes on the air: the WRITEs that it needs, and the reads.

Counted from the data sheet's frames, not from what the engine does. Read ahead of the first WRITE:
version, UID and locks, CC, where the data area begins, dynamic locks, CFG0 and CFG1. Read back:
the message and, where they protect, locks and configuration. Nothing is written that stands there.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from encoder.chips.mirror import Mirror, has_counter, mirrored_url
from encoder.chips.models import PAGE_SIZE, ChipModel
from encoder.simulator.chip import ACK
from encoder.simulator.timing import exchange_us
from landing.contract.documents import Protection

_RECORD_HEAD = 5  # flags, type length, payload length, type, the code of https://
_TLV_HEAD, _TERMINATOR = 2, 1
_LOCK_CONTROL_TLV = 5  # where the chip has one as delivered; kept
_CHECK_BYTE = 1


@dataclass(frozen=True, slots=True)
class Frame:
    """One exchange, without CRC; no answer is silence."""

    command: bytes
    answer: bytes | None
    wrote: bool = False

    @property
    def micros(self) -> float:
        """How long it takes."""
        return exchange_us(self.command, self.answer, wrote=self.wrote)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a card takes."""

    exchanges: int
    writes: int
    chip_ms: float

    @classmethod
    def of(cls, frames: Iterable[Frame]) -> "Cost":
        """Add up."""
        counted = list(frames)
        return cls(
            exchanges=len(counted),
            writes=sum(frame.wrote for frame in counted),
            chip_ms=sum(frame.micros for frame in counted) / 1000,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked of a blank card."""

    model: ChipModel
    protection: Protection = "permanent"
    mirror: Mirror = "none"
    genuine: bool = False


def lower_bound(task: Task, url: str) -> Cost:
    """The least that this card takes."""
    pages, standing = _content_pages(task, url)
    return Cost.of(
        [
            *_activation(),
            *_reads_ahead(task),
            *_config(task),
            *[_write()] * (pages - standing),
            *_read_back(task, pages),
            *_locks(task),
        ]
    )


def _content_pages(task: Task, url: str) -> tuple[int, int]:
    """How many pages the message takes, and how many of them a blank chip has already."""
    prefix = _LOCK_CONTROL_TLV if task.model.factory_user[:1] == b"\x01" else 0
    written = mirrored_url(url, task.mirror).removeprefix("https://")
    size = prefix + _TLV_HEAD + _RECORD_HEAD + len(written) + _TERMINATOR
    return -(-size // PAGE_SIZE), prefix // PAGE_SIZE


def _activation() -> list[Frame]:
    """REQA, and ANTICOLLISION and SELECT of both cascade levels."""
    part = 4 + _CHECK_BYTE
    return [
        Frame(b"\x26", bytes(2)),
        Frame(b"\x93\x20", bytes(part)),
        Frame(b"\x93\x70" + bytes(part), bytes(1)),
        Frame(b"\x95\x20", bytes(part)),
        Frame(b"\x95\x70" + bytes(part), bytes(1)),
    ]


def _reads_ahead(task: Task) -> list[Frame]:
    signature = [Frame(b"\x3c\x00", bytes(32))] if task.genuine else []
    return [Frame(b"\x60", bytes(8)), *signature, _read(), _fast_read(_state_pages(task))]


def _config(task: Task) -> list[Frame]:
    """What must stand before the message: password, counter, mirror and AUTH0 by one CFG0."""
    frames = []
    if task.protection == "password":
        frames += [_write(), _write(), Frame(b"\x1b" + bytes(4), bytes(2))]
    if has_counter(task.mirror):
        frames += [_write()]
    if task.protection == "password" or task.mirror != "none":
        frames += [_write()]
    return frames


def _read_back(task: Task, pages: int) -> list[Frame]:
    """The message; a mirror shows from the next power-up on, and its counter is asked for."""
    anew = _activation() if task.mirror != "none" else []
    counter = [Frame(b"\x39\x02", bytes(3))] if has_counter(task.mirror) else []
    return [*anew, _fast_read(pages), *counter]


def _locks(task: Task) -> list[Frame]:
    """CC, static and dynamic locks and CFG1, and all of them read back."""
    model = task.model
    writes = int(model.factory_cc != model.cc)
    if task.protection == "permanent":
        writes = 3 + (model.dynamic_lock_page is not None)
    is_touched = writes or task.protection == "password" or task.mirror != "none"
    read_back = [_fast_read(2), _fast_read(_state_pages(task))] if is_touched else []
    return [*[_write()] * writes, *read_back]


def _state_pages(task: Task) -> int:
    return 2 if task.model.dynamic_lock_page is None else 3


def _read() -> Frame:
    return Frame(b"\x30\x00", bytes(4 * PAGE_SIZE))


def _fast_read(pages: int) -> Frame:
    return Frame(b"\x3a\x00\x00", bytes(pages * PAGE_SIZE))


def _write() -> Frame:
    return Frame(b"\xa2\x00" + bytes(PAGE_SIZE), ACK, wrote=True)
