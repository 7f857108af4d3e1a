"""What the station remembers beside its ledger, so that it goes on after it was killed.

The file is its owner's alone: a job has names in it. They are forgotten with the job.
"""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from threading import Lock
from typing import Any

from encoder.errors import LedgerError

_MODE = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """The last job and how it was worked; ``sessions`` hashes of cookies and passes.

    A job is an address at its site, or a document that was dropped on the page.
    """

    address: str | None = None
    document: str | None = None
    readers: tuple[str, ...] = ()
    printer: str = ""
    is_open: bool = False
    is_paused: bool = False
    sessions: tuple[str, ...] = ()


class Memory:
    """The file; each change is on the disk when it returns, whole or not at all."""

    def __init__(self, ledger_path: Path) -> None:
        self._path = ledger_path.with_name(f"{ledger_path.name}.station")
        self._turn = Lock()
        self._now = _read(self._path)

    @property
    def now(self) -> Remembered:
        """What is remembered."""
        return self._now

    def change(self, **facts: Any) -> None:
        """Remember something else.

        Raises:
            LedgerError: the file cannot be written.
        """
        with self._turn:
            self._now = replace(self._now, **facts)
            self._write()

    def forget_job(self) -> None:
        """Forget the job, names and all; readers and printer are kept for the next.

        Raises:
            LedgerError: the file cannot be written.
        """
        self.change(address=None, document=None, is_open=False, is_paused=False)

    def _write(self) -> None:
        draft = self._path.with_name(f"{self._path.name}.new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                draft.unlink()
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(self._now), file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
        except OSError as error:
            raise LedgerError(
                f"{self._path} cannot be written: {error.strerror}; the station would not know"
                " where to go on",
                hint="see who may write to the ledger's folder, and whether its disk has room",
            ) from error


def _read(path: Path) -> Remembered:
    """What the file says; one that makes no sense is no more than forgotten choices."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        names = {field.name for field in fields(Remembered)}
        facts = {name: told[name] for name in names & set(told)}
    except (OSError, ValueError, TypeError):
        return Remembered()
    for name in ("readers", "sessions"):
        facts[name] = tuple(str(entry) for entry in facts.get(name) or ())
    return Remembered(**facts)
