"""A real font of any weight: the plain letters of Debian's DejaVu Sans Mono, and filling."""

import struct
from pathlib import Path

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")
_KEPT = (b"OS/2", b"head")  # no hints, no names
_SPACE, _GLYPHS = 3, 98  # the glyph of space; those before it, and ASCII up to tilde
_LONG_OFFSETS = 1
_FILLING = b"zzzz"  # a table that no browser knows, and every browser skips
_NAMELESS = struct.pack(">IIhhIIIII", 0x00030000, 0, 0, 0, 0, 0, 0, 0, 0)  # post, version 3

Tables = dict[bytes, bytes]


def small_font(size: int) -> bytes:
    """A TrueType font of exactly so many bytes, 16 kB at the least, that a browser takes.

    Source: OpenType 1.9, the font file (table directory), loca, glyf, cmap (format 4), hmtx.
    """
    tables = _letters_alone(_tables(DEJAVU.read_bytes()))
    room = size - len(_file(tables | {_FILLING: b""}))
    return _file(tables | {_FILLING: bytes(room)})


def _tables(font: bytes) -> Tables:
    count = struct.unpack(">H", font[4:6])[0]
    entries = (struct.unpack(">4sIII", font[12 + 16 * n : 28 + 16 * n]) for n in range(count))
    return {tag: font[offset : offset + length] for tag, _, offset, length in entries}


def _letters_alone(tables: Tables) -> Tables:
    """Keep the glyphs of ASCII, which are the first and refer to no other."""
    head, hhea, maxp = tables[b"head"], tables[b"hhea"], tables[b"maxp"]
    if struct.unpack(">h", head[50:52])[0] != _LONG_OFFSETS:
        raise AssertionError("this font is built another way")
    loca = tables[b"loca"][: 4 * (_GLYPHS + 1)]
    return {
        **{tag: tables[tag] for tag in _KEPT},
        b"maxp": maxp[:4] + struct.pack(">H", _GLYPHS) + maxp[6:],
        b"hhea": hhea[:34] + struct.pack(">H", _GLYPHS),
        b"hmtx": _widths(tables[b"hmtx"], struct.unpack(">H", hhea[34:36])[0]),
        b"post": _NAMELESS,
        b"name": struct.pack(">HHH", 0, 0, 6),
        b"cmap": _character_map(),
        b"loca": loca,
        b"glyf": tables[b"glyf"][: int.from_bytes(loca[-4:], "big")],
    }


def _widths(table: bytes, full: int) -> bytes:
    """A width and a bearing for every glyph; the font gives widths for the first ``full`` alone."""
    bearings = [table[4 * n + 2 : 4 * n + 4] for n in range(full)]
    bearings += [table[n : n + 2] for n in range(4 * full, len(table), 2)]
    widths = (table[4 * min(n, full - 1) :][:2] for n in range(_GLYPHS))
    return b"".join(map(bytes.__add__, widths, bearings[:_GLYPHS]))


def _character_map() -> bytes:
    """One run, space to tilde, and the end that the format asks for."""
    run, end = (0x20, 0x7E, _SPACE - 0x20), (0xFFFF, 0xFFFF, 1)
    columns = [struct.pack(">HH", run[n] & 0xFFFF, end[n]) for n in range(3)]
    first, last, shift = columns
    runs = struct.pack(">HHHH", 4, 4, 1, 0) + last + bytes(2) + first + shift + bytes(4)
    subtable = struct.pack(">HHH", 4, 6 + len(runs), 0) + runs
    return struct.pack(">HHHHI", 0, 1, 3, 1, 12) + subtable


def _file(tables: Tables) -> bytes:
    power = len(tables).bit_length() - 1
    spread = 16 << power
    heads = struct.pack(">IHHHH", 0x00010000, len(tables), spread, power, 16 * len(tables) - spread)
    place, entries, contents = 12 + 16 * len(tables), b"", b""
    for tag in sorted(tables):
        table = tables[tag]
        padded = table + bytes(-len(table) % 4)
        total = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        entries += struct.pack(">4sIII", tag, total, place + len(contents), len(table))
        contents += padded
    return heads + entries + contents
