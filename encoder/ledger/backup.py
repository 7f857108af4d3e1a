"""A copy of the ledger, of one moment, while a run writes to it."""

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from encoder.errors import LedgerError
from encoder.ledger.file import mapped, readable


def back_up(path: Path, target: Path, *, replace: bool) -> None:
    """Copy a ledger to ``target``: checked and whole, or not there at all.

    Raises:
        LedgerError: there is a file already and it is not to be replaced, or the copy cannot be
            made; ``target`` is as it was.
    """
    if target.exists() and not replace:
        raise _taken(target)
    with mapped(path), closing(readable(path)) as opened:
        try:
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            os.close(handle)
            draft = Path(name)
            try:
                _copy(opened, draft)
                shutil.copymode(path, draft)
                _put_in_place(draft, target, replace=replace)
            finally:
                _clear_away(draft)
        except (OSError, sqlite3.Error) as error:
            raise LedgerError(
                f"the backup {target} cannot be made: {error}; nothing was put there",
                hint="check that the folder is yours and that the disk has room",
            ) from error


def _copy(opened: sqlite3.Connection, draft: Path) -> None:
    with closing(sqlite3.connect(draft, isolation_level=None)) as copy:
        opened.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, and one that any disk can hold
        (verdict,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        raise LedgerError(
            f"the ledger is damaged, and so is its copy: {verdict}; nothing was put there",
            hint="keep the older backups; see what is wrong with: wecard-encoder ledger check",
        )
    with draft.open("rb") as file:
        os.fsync(file.fileno())


def _put_in_place(draft: Path, target: Path, *, replace: bool) -> None:
    if replace:
        draft.replace(target)
        return
    try:
        os.link(draft, target)  # unlike a rename, it never replaces
    except FileExistsError as error:
        raise _taken(target) from error
    except OSError:  # no hard links here, as on a memory stick
        draft.rename(target)


def _taken(target: Path) -> LedgerError:
    return LedgerError(
        f"{target} is there already; nothing was written", hint="name a new file, or add --force"
    )


def _clear_away(draft: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        with suppress(OSError):
            draft.with_name(draft.name + suffix).unlink(missing_ok=True)
