"""The process that reads strangers' pictures: ``python -P -m landing.profile.pictures.worker``.

It takes frames on its standard input and answers on its standard output (``frames``). It ends
when its input ends, when nobody asks for a while, and when memory ran out, after it has said so.
"""

import os
import select
import sys
import warnings
from contextlib import suppress
from typing import BinaryIO

from landing.profile.pictures.cage import Cage
from landing.profile.pictures.decode import limit_readers, pixels_of
from landing.profile.pictures.faces import FaceFinder, face_finder
from landing.profile.pictures.frames import READY, framed, read_frame
from landing.profile.pictures.names import RENDITIONS, Kind
from landing.profile.pictures.refusals import Reason, RefusedError
from landing.profile.pictures.rehearsal import rehearsal
from landing.profile.pictures.renditions import renditions_of
from landing.profile.pictures.rules import Limits


def main(words: list[str]) -> None:
    """Draw pictures until nobody asks any more."""
    memory, seconds, idle_seconds = map(int, words)
    limits = Limits(memory=memory, seconds=seconds, idle_seconds=idle_seconds)
    source, target = sys.stdin.buffer, _own_output()
    warnings.simplefilter("ignore")
    limit_readers()
    find_face = face_finder()
    _rehearse(find_face)
    cage = Cage(limits)
    cage.close()
    _send(target, READY)
    while select.select([source], [], [], limits.idle_seconds)[0]:
        kind, content = read_frame(source), read_frame(source)
        if kind is None or content is None:
            return
        cage.begin_picture()
        reason, made = _answer(content, "logo" if kind == b"logo" else "photo", find_face)
        _send(target, reason.encode(), cage.cost(), *made)
        if reason == Reason.MEMORY:
            return


def _answer(content: bytes, kind: Kind, find_face: FaceFinder) -> tuple[str, list[bytes]]:
    """A reason and nothing, or no reason and the renditions."""
    try:
        return "", renditions_of(pixels_of(content, kind), kind, find_face)
    except RefusedError as error:
        return error.reason, []
    except MemoryError:
        return Reason.MEMORY, []
    except Exception:  # noqa: BLE001  (the top-level handler: a stranger's file may raise anything)
        return Reason.DAMAGED, []


def _send(target: BinaryIO, *parts: bytes) -> None:
    target.write(b"".join(map(framed, parts)))
    target.flush()


def _own_output() -> BinaryIO:
    """Standard output for answers alone: whatever a library prints goes where errors go."""
    answers = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(answers, "wb")


def _rehearse(find_face: FaceFinder) -> None:
    """Go every way once, so that all that is loaded late is loaded ahead of the limits."""
    for content in rehearsal():
        with suppress(RefusedError):
            pixels_of(content, "photo")
    for kind in RENDITIONS:
        _answer(next(rehearsal()), kind, find_face)


if __name__ == "__main__":
    main(sys.argv[1:])
