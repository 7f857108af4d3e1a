"""Run the two commands as processes of their own, as an operator would."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COMMANDS = Path(sys.executable).parent
START_SECONDS = 60
COMMAND_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """One installation: a folder for everything, and the site's port."""

    folder: Path
    port: int
    secret: str = field(default_factory=lambda: secrets.token_hex(32))
    database_url: str = ""  # none: SQLite

    @property
    def site(self) -> str:
        """The site's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        """The site's SQLite file."""
        return self.folder / "site" / "wecard.db"

    @property
    def ledger(self) -> Path:
        """The workstation's ledger."""
        return self.folder / "ledger.db"

    def run(self, command: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; answer what it printed, whatever its exit code."""
        return subprocess.run(
            [COMMANDS / command, *words],
            cwd=self.folder,
            env=self.variables(),
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )

    def done(self, command: str, *words: str | Path) -> str:
        """Run a command that must succeed; answer its standard output."""
        result = self.run(command, *words)
        if result.returncode:
            raise AssertionError(f"{command} {words}: {result.returncode}\n{result.stderr}")
        return result.stdout

    @contextmanager
    def serving(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run the site until the block ends; answer its parent process."""
        process = subprocess.Popen(
            [COMMANDS / "wecard-landing", "serve", "--bind", f"127.0.0.1:{self.port}", *words],
            cwd=self.folder,
            env=self.variables(),
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_until_ready(f"{self.site}/readyz", process)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)

    def variables(self) -> dict[str, str]:
        """The environment of both commands: this installation's settings, no one else's."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WECARD")}
        return kept | {
            "WECARD_SITE_URL": self.site,
            "WECARD_SECRET_KEY": self.secret,
            "WECARD_DATA_DIR": str(self.folder / "site"),
            "WECARD_DATABASE_URL": self.database_url,
            "WECARD_FORM_MIN_SECONDS": "0",
            "XDG_DATA_HOME": str(self.folder / "data"),
        }


def free_port() -> int:
    """Find a port that nothing listens on, and that /etc/services does not name."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        try:
            socket.getservbyport(port)
        except OSError:
            return port


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait for a 200 from ``url``, as long as ``process`` lives."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the process ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{url} did not become ready in {START_SECONDS} s")


def events_of(output: str) -> list[dict[str, Any]]:
    """Read the events of ``wecard-encoder run --json``."""
    return [json.loads(line) for line in output.splitlines()]
