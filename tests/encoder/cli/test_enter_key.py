"""A station at a terminal: Enter prints another address, and each lets somebody in."""

import os
import pty
import signal
import subprocess
from pathlib import Path

from tests.processes import COMMANDS, Workshop, free_port
from tests.stations import PATIENCE_SECONDS, come_in


def test_enter_prints_another_address(tmp_path: Path) -> None:
    workshop = Workshop(folder=tmp_path, port=free_port())
    station = (str(COMMANDS / "wecard-encoder"), "station", "--no-browser")
    terminal, end = pty.openpty()
    with subprocess.Popen(
        [*station, "--port", str(workshop.port), "--ledger", str(workshop.ledger)],
        cwd=tmp_path,
        env=workshop.variables(),
        stdin=end,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_take_terminal,
    ) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline().strip()
            os.write(terminal, b"\n")
            second = process.stdout.readline().strip()
            words = {come_in(first).word, come_in(second).word}
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE_SECONDS)
            os.close(end)
            os.close(terminal)

    assert len(words - {""}) == 2


def _take_terminal() -> None:
    os.close(os.open(os.ttyname(0), os.O_RDWR))  # the first one that a new session opens is its own
