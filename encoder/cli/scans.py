"""Lines that a hand scanner types, one scan a line, until they end or someone asks to stop."""

import os
import select
from collections.abc import Iterator
from io import UnsupportedOperation
from typing import BinaryIO

from encoder.cli.stopping import StopRequest

_LOOK_SECONDS = 0.1
_PIECE = 4096
MOST_BYTES = 1024  # no scan of a card is longer; the rest of such a line is left out


def scanned_lines(stream: BinaryIO, stop: StopRequest) -> Iterator[str]:
    """The lines of a stream that are not empty, each as soon as it is whole."""
    line = b""
    for piece in _pieces(stream, stop):
        *whole, rest = (line + piece).replace(b"\r", b"\n").split(b"\n")
        line = rest[:MOST_BYTES]
        yield from filter(None, map(_text, whole))
    if (last := _text(line)) and not stop.is_asked():
        yield last


def _pieces(stream: BinaryIO, stop: StopRequest) -> Iterator[bytes]:
    """What comes; a read that waits for more would not hear of Ctrl-C, so the handle is asked."""
    try:
        handle = stream.fileno()
    except UnsupportedOperation:
        yield stream.read()
        return
    while not stop.is_asked():
        if not select.select([handle], [], [], _LOOK_SECONDS)[0]:
            continue
        piece = os.read(handle, _PIECE)
        if not piece:
            return
        yield piece


def _text(line: bytes) -> str:
    return line[:MOST_BYTES].decode("utf-8", "replace").strip()
