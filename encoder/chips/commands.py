"""The chips' command frames, without CRC, and their answers.

Source: NTAG213/215/216 data sheet, 9 and 10 (commands, ACK and NAK).
"""

from encoder.chips.models import PAGE_SIZE

GET_VERSION = bytes([0x60])
READ_SIG = bytes.fromhex("3C00")
READ_CNT = bytes.fromhex("3902")
ACK = bytes([0x0A])

VERSION_LENGTH = 8
SIGNATURE_LENGTH = 32
COUNTER_LENGTH = 3  # least significant byte first
PACK_LENGTH = 2
READ_LENGTH = 16  # a READ answers four pages
FAST_READ_PAGES = 60  # 240 bytes; the frame of a PN532 holds 262 (PN532 user manual, 6.2.1.3)


def read(page: int) -> bytes:
    """READ: four pages, going on with page 00h behind the last one."""
    return bytes([0x30, page])


def fast_read(first: int, last: int) -> bytes:
    """FAST_READ: the pages from ``first`` to ``last``, both included."""
    return bytes([0x3A, first, last])


def write(page: int, data: bytes) -> bytes:
    """WRITE: one page."""
    return bytes([0xA2, page]) + data


def pwd_auth(pwd: bytes) -> bytes:
    """PWD_AUTH: opens what AUTH0 protects until the card leaves the field or sends a NAK."""
    return bytes([0x1B]) + pwd


def pages(first: int, answer: bytes) -> dict[int, bytes]:
    """The pages in the answer to a READ or FAST_READ that begins at ``first``, by address."""
    return {
        first + index: answer[offset : offset + PAGE_SIZE]
        for index, offset in enumerate(range(0, len(answer), PAGE_SIZE))
    }


def named(frame: bytes) -> str:
    """A frame in hex for messages; not what PWD_AUTH and WRITE carry: it may be a password."""
    is_told = frame[:1] in (bytes([0x30]), bytes([0x3A]), READ_CNT[:1], READ_SIG[:1])
    return (frame if is_told else frame[:1]).hex()
