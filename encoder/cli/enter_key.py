"""Enter at the terminal, as a question that a command asks while it serves."""

import os
import select
import sys
import time


def is_enter_pressed(wait: float) -> bool:
    """Whether Enter is pressed within so many seconds; without a terminal, never."""
    if not _has_terminal():
        time.sleep(wait)
        return False
    readable, _, _ = select.select([sys.stdin], [], [], wait)
    if not readable:
        return False
    typed = os.read(sys.stdin.fileno(), 4096)
    if not typed:
        time.sleep(wait)  # Ctrl-D, or a terminal that is gone, is readable for ever
    return b"\n" in typed


def _has_terminal() -> bool:
    """A terminal that listens to us: a command in the background is stopped when it reads."""
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError, AttributeError):  # no terminal; closed; none at all
        return False
