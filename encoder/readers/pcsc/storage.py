"""The way every contactless PC/SC reader has: read and write pages, and nothing else.

No GET_VERSION, so that a copy, or a chip of another kind with the same CC, cannot be told from
an NTAG21x; no READ_SIG, no PWD_AUTH, no counter. A chip that refuses and a card that is gone
look alike.
"""

from encoder.chips import commands
from encoder.chips.models import PAGE_SIZE
from encoder.readers.pcsc.ways import OK, Line, select_by_power, silence

_READ, _FAST_READ, _WRITE = 0x30, 0x3A, 0xA2
_PAGES_A_READ = commands.READ_LENGTH // PAGE_SIZE
_END_REACHED = 0x6282  # with the bytes that there are; ISO/IEC 7816-4, 5.6


class StorageWay:
    """Read Binary and Update Binary. Source: PC/SC part 3, 3.2.2.1.8 and 3.2.2.1.9."""

    storage_only = True

    def begin(self, line: Line) -> bool:
        """Every reader has it."""
        return True

    def select(self, line: Line) -> bytes | None:
        """Leave it to the reader."""
        return select_by_power(line)

    def exchange(self, line: Line, frame: bytes) -> bytes:
        """Put a READ, FAST_READ or WRITE into the reader's own words."""
        if frame[0] == _READ and len(frame) == 2:
            return _read(line, frame, frame[1], commands.READ_LENGTH)
        if frame[0] == _FAST_READ and len(frame) == 3:
            return _fast_read(line, frame)
        if frame[0] == _WRITE and len(frame) == 2 + PAGE_SIZE:
            return _write(line, frame)
        raise silence(frame, f"{line.reader} passes READ, FAST_READ and WRITE only")


def _read(line: Line, frame: bytes, page: int, length: int) -> bytes:
    data, status = line.transmit(bytes([0xFF, 0xB0, 0x00, page, commands.READ_LENGTH]))
    if status not in (OK, _END_REACHED) or len(data) < length:
        raise silence(frame, f"{line.reader} says {status:04X} to reading page {page:02X}h")
    return data[:length]


def _fast_read(line: Line, frame: bytes) -> bytes:
    """The pages one READ after another, the last page by a READ of its own.

    A READ goes on with page 00h behind the last page that may be read, and never says so. Only
    one that begins there is refused, as the FAST_READ would be.

    Source: NTAG213/215/216 data sheet, 10.2 and 10.3.
    """
    first, last = frame[1], frame[2]
    pages = b""
    for page in range(first, last, _PAGES_A_READ):
        count = min(_PAGES_A_READ, last - page)
        pages += _read(line, frame, page, count * PAGE_SIZE)
    return pages + _read(line, frame, last, PAGE_SIZE)


def _write(line: Line, frame: bytes) -> bytes:
    page, data = frame[1], frame[2:]
    _, status = line.transmit(bytes([0xFF, 0xD6, 0x00, page, PAGE_SIZE]) + data)
    if status != OK:
        raise silence(frame, f"{line.reader} says {status:04X} to writing page {page:02X}h")
    return commands.ACK
