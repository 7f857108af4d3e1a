"""A process that has imported the command and forks it: a start costs milliseconds.

Run as a program it reads one JSON list of words a line, runs ``wecard-encoder`` with them in a
child, and answers with the child's process id, then with its end as ``os.waitstatus_to_exitcode``
gives it. A second argument names a broken kind of Encoding to work with.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Self

import encoder.cli.main as cli
from encoder.station.encoding import Encoding
from tests.encoder.torture import faults


class Nursery:
    """Starts commands, one at a time; ``talk`` is where they write, ``fault`` what is broken."""

    def __init__(self, talk: Path, fault: str = "") -> None:
        self._talk = talk
        self._fault = fault
        self._process: subprocess.Popen[str]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(self._talk), self._fault],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate(timeout=60)

    def start(self, words: Sequence[str | Path]) -> int:
        """Start the command; its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([str(word) for word in words]) + "\n")
        self._process.stdin.flush()
        return self._number()

    def wait(self) -> int:
        """Wait until the command has ended: its exit code, or the signal's number below zero."""
        return self._number()

    def _number(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


def main() -> None:
    """Serve until stdin ends."""
    for name in ("encoder.readers.nfcpy", "nfc.clf.udp"):  # what the command imports late
        import_module(name)
    talk, fault = Path(sys.argv[1]), sys.argv[2]
    if fault:
        for name, part in vars(getattr(faults, fault)).items():
            if not name.startswith("__"):
                setattr(Encoding, name, part)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _be_the_command(json.loads(line), talk)
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _be_the_command(words: list[str], talk: Path) -> None:
    code = 1
    try:
        with talk.open("ab") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        cli.main(words, prog_name="wecard-encoder")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
