"""Take the files that were made apart, without Pillow: which of their parts could hold words.

Sources: ITU-T T.81, B.1.1.3 (markers); PNG (3rd edition), 5.6 (chunks); RFC 9649, 2.7 (RIFF).
"""

import struct
from collections.abc import Iterator

_JFIF = b"\xff\xe0\x00\x10JFIF\0"  # its 16 bytes have no room for words
_END = "behind the end"
_PLAIN = {
    "JPEG": {"SOI", "DQT", "SOF0", "SOF2", "DHT", "SOS", "EOI", "JFIF"},
    "PNG": {"IHDR", "PLTE", "tRNS", "IDAT", "IEND"},
    "WEBP": {"VP8 ", "VP8L", "ALPH"},
}
_MARKERS = {0xD8: "SOI", 0xDB: "DQT", 0xC0: "SOF0", 0xC2: "SOF2", 0xC4: "DHT", 0xDA: "SOS"}
_MARKERS |= {0xD9: "EOI", 0xFE: "COM"}


def parts_with_words(content: bytes) -> list[str]:
    """The parts of a JPEG, PNG or WebP that are not needed to draw it."""
    if content.startswith(b"\xff\xd8"):
        kind, parts = "JPEG", list(_segments(content))
    elif content.startswith(b"\x89PNG"):
        kind, parts = "PNG", list(_chunks(content))
    else:
        kind, parts = "WEBP", list(_riff(content))
    return [part for part in parts if part not in _PLAIN[kind]]


def _segments(content: bytes) -> Iterator[str]:
    place = 2
    while True:
        marker = content[place + 1]
        yield "JFIF" if content[place:].startswith(_JFIF) else _MARKERS.get(marker, hex(marker))
        if marker == 0xD9:
            break
        place += 2 + struct.unpack_from(">H", content, place + 2)[0]
        if marker == 0xDA:  # entropy-coded: up to the next marker that is none of its own
            while content[place] != 0xFF or content[place + 1] in (0, *range(0xD0, 0xD8)):
                place += 1
    if content[place + 2 :]:
        yield _END


def _chunks(content: bytes) -> Iterator[str]:
    place = 8
    name = ""
    while name != "IEND":
        length, raw = struct.unpack_from(">I4s", content, place)
        name = raw.decode("latin-1")
        yield name
        place += 12 + length
    if content[place:]:
        yield _END


def _riff(content: bytes) -> Iterator[str]:
    end = 8 + struct.unpack_from("<I", content, 4)[0]
    place = 12
    while place < end:
        raw, length = struct.unpack_from("<4sI", content, place)
        name = raw.decode("latin-1")
        if name != "VP8X" or content[place + 8] & 0b101100:  # flags of ICC, EXIF and XMP
            yield name
        place += 8 + length + length % 2
    if content[end:]:
        yield _END
