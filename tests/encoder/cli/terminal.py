"""What a command draws on a terminal, and what stands there in the end."""

import os
import pty
import re
import struct
import subprocess
import termios
from collections.abc import Sequence
from fcntl import ioctl

from encoder.cli.exits import ExitCode
from tests.encoder.cli.command import COMMAND


def drawn_by(
    words: Sequence[str], *, stdout_too: bool = False, columns: int = 80
) -> tuple[str, str]:
    """Run a verb with stderr, and perhaps stdout, on a terminal: what is drawn, and its stdout.

    It must end with all items done; of two readers the slower may find none left for its card.
    """
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, *words],
        stdout=theirs if stdout_too else subprocess.PIPE,
        stderr=theirs,
        text=True,
    )
    os.close(theirs)
    drawn = _drain(ours)
    stdout, _ = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode in (ExitCode.DONE, ExitCode.CARDS_NOT_DONE), drawn
    return drawn, stdout or ""


def as_seen(drawn: str) -> list[str]:
    """What a terminal shows in the end: lines, erasing and moving up; no more is drawn here."""
    lines, row, column = [""], 0, 0
    for part in re.findall(r"\x1b\[[0-9?;]*[A-Za-z]|.", drawn.replace("\x07", ""), re.DOTALL):
        if part == "\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif part == "\r":
            column = 0
        elif part == "\x1b[2K":
            lines[row] = ""
        elif part.startswith("\x1b["):
            row -= int(part[2:-1] or 1) if part.endswith("A") else 0
        else:
            lines[row] = lines[row][:column].ljust(column) + part + lines[row][column + 1 :]
            column += 1
    return lines


def _drain(terminal: int) -> str:
    """Everything that is drawn until the command ends; Linux ends a pty with EIO."""
    pieces: list[bytes] = []
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            piece = b""
        if not piece:
            return b"".join(pieces).decode()
        pieces.append(piece)
