"""A CUPS of the tests' own: real daemon, real filters, real cups-pdf, in a folder of its own.

cups-pdf reads /etc/cups/cups-pdf.conf and no other, so the daemon runs in a mount namespace where
our folder is mounted over /etc/cups. Outside of it nothing changes.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PPD = Path("/usr/share/ppd/cups-pdf/CUPS-PDF_noopt.ppd")
_CUPSD = "/usr/sbin/cupsd"
_SECONDS_TO_START = 30.0
_SETTINGS = """
LogLevel debug
Listen {folder}/state/cups.sock
Browsing No
WebInterface No
DefaultAuthType None
<Location />
  Order allow,deny
  Allow all
</Location>
<Location /admin>
  Order allow,deny
  Allow all
</Location>
<Policy default>
  JobPrivateAccess all
  JobPrivateValues none
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""
_FILES = """
RequestRoot {folder}/spool
CacheDir {folder}/cache
StateDir {folder}/state
TempDir {folder}/spool/tmp
ErrorLog {folder}/logs/error
AccessLog {folder}/logs/access
PageLog {folder}/logs/page
FileDevice Yes
SystemGroup root
"""
_PDF = """
Out {folder}/out
AnonDirName {folder}/out
Spool {folder}/cups-pdf
Log {folder}/logs
Label 1
"""


@dataclass(frozen=True, slots=True)
class Cups:
    """A running CUPS: where its tools find it, and where cups-pdf puts what was printed."""

    folder: Path

    @property
    def socket(self) -> str:
        """What CUPS_SERVER is to be."""
        return str(self.folder / "state" / "cups.sock")

    def tool(self, *words: str) -> str:
        """Run one of CUPS's own commands."""
        env = {**os.environ, "CUPS_SERVER": self.socket, "LC_ALL": "C"}
        ended = subprocess.run(words, env=env, capture_output=True, text=True, check=True)
        return ended.stdout

    def add_queue(self, name: str, device: str, *words: str) -> None:
        """Make a queue and start it."""
        self.tool("lpadmin", "-p", name, "-v", device, "-E", *words)

    def printed(self) -> list[Path]:
        """The PDFs that cups-pdf made."""
        return sorted((self.folder / "out").glob("*.pdf"))


def why_not() -> str | None:
    """Why no CUPS can be started here; None when it can."""
    if not (shutil.which(_CUPSD) and PPD.exists()):
        return "CUPS and cups-pdf are not installed (Debian: cups, printer-driver-cups-pdf)"
    if subprocess.run([*_unshared(), "true"], capture_output=True, check=False).returncode:
        return "this system lets us make no mount namespace (needs root)"
    return None


@contextmanager
def running_cups() -> Iterator[Cups]:
    """Start a CUPS, and end it with the block."""
    with tempfile.TemporaryDirectory(prefix="wecard-cups-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # its filters run as another user
        _write_settings(folder)
        script = 'mount --bind "$1/etc" /etc/cups && exec "$0" -f'
        with (folder / "logs" / "daemon").open("wb") as log:
            daemon = subprocess.Popen(
                [*_unshared(), "sh", "-c", script, _CUPSD, name], stdout=log, stderr=log
            )
        try:
            _wait_until_listening(folder, daemon)
            yield Cups(folder)
        finally:
            daemon.terminate()
            daemon.wait(timeout=30)


def _unshared() -> list[str]:
    return ["unshare", "--mount", "--propagation", "private"]


def _write_settings(folder: Path) -> None:
    etc = folder / "etc"
    for part in ("etc/ppd", "etc/ssl", "spool/tmp", "cache", "state", "logs", "out", "cups-pdf"):
        (folder / part).mkdir(parents=True)
    for source in ("raw.types", "raw.convs"):
        if (Path("/etc/cups") / source).exists():
            shutil.copy(Path("/etc/cups") / source, etc)
    (etc / "cupsd.conf").write_text(_SETTINGS.format(folder=folder))
    (etc / "cups-files.conf").write_text(_FILES.format(folder=folder))
    (etc / "cups-pdf.conf").write_text(_PDF.format(folder=folder))


def _wait_until_listening(folder: Path, daemon: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + _SECONDS_TO_START
    while not (folder / "state" / "cups.sock").exists():
        if daemon.poll() is not None or time.monotonic() > give_up:
            raise AssertionError((folder / "logs" / "daemon").read_text())
        time.sleep(0.05)
