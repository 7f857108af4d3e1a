"""How bytes go to the worker and back: each frame is its length, 4 bytes, and its content.

Asked: the kind, the file. Answered: the reason of a refusal, or nothing; what it cost (the peak of
the worker's memory so far in bytes, and milliseconds of the processor, as digits); the renditions,
in the order of ``RENDITIONS``. Once, when the worker can begin: ``READY``.
"""

import struct
from typing import BinaryIO

READY = b"ready"
LENGTH = struct.Struct(">I")


def framed(content: bytes) -> bytes:
    """One frame."""
    return LENGTH.pack(len(content)) + content


def read_frame(source: BinaryIO) -> bytes | None:
    """Read one frame; None when there is none, or not all of it."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    content = source.read(length)
    return content if len(content) == length else None
