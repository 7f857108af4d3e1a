"""``readers``, ``ledger`` and the program around them."""

import csv
import io
import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from encoder.chips.models import NTAG213
from encoder.errors import CardError, EncoderError, JobError, LedgerError, ReaderError
from encoder.simulator.card_box import CardBox
from encoder.simulator.field import VirtualField
from encoder.simulator.tearing import TearPhase
from landing.contract.documents import parse_report
from tests.encoder.cli.command import COMMAND, invoke, job_file
from tests.encoder.kit import TOKEN, UID, make_job, new_chip, run_box, run_chips

VERBS = [
    *(["run"], ["readers"], ["inspect"], ["simulate"]),
    *(["ledger"], ["ledger", "show"], ["ledger", "export"], ["ledger", "scrap"]),
]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger with one finished card."""
    path = tmp_path / "ledger.db"
    run_chips(make_job(), [new_chip(NTAG213, UID)], path)
    return path


@pytest.fixture
def torn(tmp_path: Path) -> Path:
    """A ledger with one card that was begun and never came back."""
    path = tmp_path / "torn.db"
    chip, field = new_chip(NTAG213, UID), VirtualField()
    field.tear(3, TearPhase.AFTER)
    box = CardBox([chip], field=field)
    run_box(make_job(), box, path, stopping=lambda: chip.meter.writes > 2)
    return path


def test_readers_lists_the_simulated_one() -> None:
    listed = json.loads(invoke("readers", "--json").stdout)

    assert listed[-1] == {"path": "sim", "name": "virtual cards", "problem": None, "cure": None}
    assert "sim" in invoke("readers").stdout


def test_ledger_show_lists_the_cards(ledger: Path) -> None:
    shown = invoke("ledger", "show", "--ledger", ledger)
    (row,) = json.loads(invoke("ledger", "show", "--ledger", ledger, "--json").stdout)

    assert "7H3K-9QX2-MZ4D-G  04A1B2C3D4E580" in shown.stdout
    assert (row["token"], row["stage"], row["operator"]) == (TOKEN, "booked", "mona")


def test_ledger_export_gives_the_report_again(ledger: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.json"

    ran = invoke("ledger", "export", "--ledger", ledger, "--station", "b", "--out", out)

    report = parse_report(out.read_text())
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert (report.job, report.station, report.cards[0].token) == ("J-2026-0001", "b", TOKEN)


def test_ledger_export_gives_a_table(ledger: Path) -> None:
    ran = invoke("ledger", "export", "--ledger", ledger, "--format", "csv")

    (row,) = csv.DictReader(io.StringIO(ran.stdout))
    assert (row["token"], row["uid"]) == (TOKEN, "04A1B2C3D4E580")


def test_report_of_an_unknown_job_is_exit_4(ledger: Path) -> None:
    ran = invoke("ledger", "export", "--ledger", ledger, "--job", "J-9")

    assert (ran.exit_code, ran.stdout) == (4, "")


def test_scrap_gives_the_item_to_the_next_card(torn: Path) -> None:
    ran = invoke("ledger", "scrap", "7h3k-9qx2-mz4d-g", "--ledger", torn, "--json")
    again = run_chips(make_job(), [new_chip(NTAG213)], torn)

    assert json.loads(ran.stdout)["scrapped"] == "04A1B2C3D4E580"
    assert again.told() == [("done", None)]
    assert again.cards[0].token == TOKEN


@pytest.mark.parametrize(
    ("token", "code"), [(TOKEN, 4), ("0000000000012", 4), ("7H3K9QX2MZ4DH", 2), ("X", 2)]
)
def test_scrap_of_what_cannot_be_scrapped_changes_nothing(
    token: str, code: int, ledger: Path
) -> None:
    before = invoke("ledger", "show", "--ledger", ledger).stdout

    ran = invoke("ledger", "scrap", token, "--ledger", ledger)

    assert ran.exit_code == code
    assert invoke("ledger", "show", "--ledger", ledger).stdout == before


@pytest.mark.parametrize("verb", ["show", "export", "scrap"])
def test_missing_ledger_is_exit_4(verb: str, tmp_path: Path) -> None:
    words = [verb, TOKEN] if verb == "scrap" else [verb]

    ran = invoke("ledger", *words, "--ledger", tmp_path / "none.db")

    assert ran.exit_code == 4
    assert list(tmp_path.iterdir()) == []


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
