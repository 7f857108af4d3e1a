"""Put a file in place whole or not at all, or take it away."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from encoder.errors import EncoderError

_EVERYONES = 0o644


def write_whole(path: Path, *content: bytes, mode: int = _EVERYONES) -> None:
    """Write ``content``, in parts, beside ``path``, flush it to the disk, then put it in place.

    Raises:
        EncoderError: the file cannot be written; an older one of that name is untouched.
    """
    if path.exists() and not path.is_file():
        raise EncoderError(
            f"{path} cannot be written: it is no file, and a file would take its place",
            hint="name a file, or a name that is free",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft_name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        draft = Path(draft_name)
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(handle, mode)
                file.writelines(content)
                file.flush()
                os.fsync(handle)
            draft.replace(path)
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise
    except OSError as error:
        raise EncoderError(
            f"{path} cannot be written: {error.strerror}; an older file of that name is untouched",
            hint="check that the folder is yours and that the disk has room",
        ) from error


def remove(path: Path) -> None:
    """Remove a file if it is there.

    Raises:
        EncoderError: it cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise EncoderError(
            f"{path} cannot be removed: {error.strerror}; it must not be printed",
            hint="remove it by hand, and check that the folder is yours",
        ) from error
