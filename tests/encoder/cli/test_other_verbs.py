"""``readers``, and the program around all verbs."""

import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from encoder.errors import CardError, EncoderError, JobError, LedgerError, ReaderError
from tests.encoder.cli.command import COMMAND, invoke, job_file
from tests.encoder.kit import make_job

VERBS = [
    *(["run"], ["readers"], ["inspect"], ["verify"], ["unprotect"], ["simulate"]),
    *(["key"], ["key", "new"], ["key", "show"]),
    *(["ledger"], ["ledger", "show"], ["ledger", "export"], ["ledger", "stats"]),
    *(["ledger", "check"], ["ledger", "backup"], ["ledger", "merge"], ["ledger", "scrap"]),
]


def test_readers_lists_the_simulated_one() -> None:
    listed = json.loads(invoke("readers", "--json").stdout)

    assert listed[-1] == {"path": "sim", "name": "virtual cards", "problem": None, "cure": None}
    assert "sim" in invoke("readers").stdout


@pytest.mark.parametrize("verb", VERBS)
def test_help_opens_with_one_line_and_two_examples(verb: list[str]) -> None:
    lines = invoke(*verb, "--help").stdout.splitlines()

    assert lines[2].endswith(".")
    assert lines[3:5] == ["", "  Examples:"]
    assert all(line.startswith(f"    wecard-encoder {verb[0]}") for line in lines[5:7])


@pytest.mark.parametrize(
    ("kind", "code"), [(EncoderError, 1), (ReaderError, 3), (JobError, 4), (LedgerError, 4)]
)
def test_every_error_has_its_exit_code_and_a_hint(kind: type[EncoderError], code: int) -> None:
    assert (kind.exit_code, bool(kind.hint)) == (code, True)
    assert CardError.exit_code == 6


def test_debug_adds_the_traceback(tmp_path: Path) -> None:
    quiet = invoke("run", tmp_path / "none.json")
    loud = invoke("run", tmp_path / "none.json", "--debug")

    assert "Traceback" not in quiet.stderr
    assert "Traceback" in loud.stderr
    assert quiet.exit_code == loud.exit_code == 4


def test_version_is_told() -> None:
    assert invoke("--version").stdout.startswith("wecard ")


def test_terminal_gets_a_live_picture_and_a_redirected_stdout_plain_lines(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    job = job_file(tmp_path, make_job(2))
    words = [*COMMAND, "run", str(job), "--reader", "sim", "--ledger", str(tmp_path / "l.db")]

    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=theirs, text=True)
    os.close(theirs)
    drawn = _drain(ours)
    stdout, _ = process.communicate(timeout=60)
    os.close(ours)

    assert process.returncode == 0
    assert [line.split()[-1] for line in stdout.splitlines()] == ["done", "done"]
    assert all(words in drawn for words in ("LAY DOWN A CARD", "TAKE THE CARD AWAY", "2/2"))


def test_picture_on_a_terminal_stays_whole_below_the_card_lines(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    job = job_file(tmp_path, make_job(2))
    words = [*COMMAND, "run", str(job), "--reader", "sim", "--ledger", str(tmp_path / "l.db")]

    process = subprocess.Popen(words, stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = _as_seen(_drain(ours))
    process.wait(timeout=60)
    os.close(ours)

    assert [line.split()[-1] for line in seen if "NTAG213" in line] == ["done", "done"]
    assert sum("╭" in line for line in seen) == 1


def test_line_written_past_the_picture_is_found() -> None:
    picture = "╭─╮\r\n╰─╯"

    assert _as_seen(f"{picture}\x07a line\r\n\x1b[2K\x1b[1A\x1b[2K{picture}").count("╭─╮") == 2


def _as_seen(drawn: str) -> list[str]:
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
