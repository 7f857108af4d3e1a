"""The station key's file: 32 bytes in hex, for its owner's eyes alone."""

import os
import secrets
import stat
from pathlib import Path

from encoder.chips.password import KEY_LENGTH, StationKey
from encoder.errors import KeyFileError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LONGEST_TEXT = 1024  # a key has 64 digits; blanks and line ends may stand between them


def read_key(path: Path) -> StationKey:
    """Read the key.

    Raises:
        KeyFileError: there is none, others may read it, or it is not a key.
    """
    try:
        mode, text = _mode_and_text(path)
    except FileNotFoundError as error:
        raise KeyFileError(f"there is no station key at {path}; no card was touched") from error
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"the station key {path} cannot be read; no card was touched") from error
    if mode & _OTHERS:
        raise KeyFileError(
            f"others may read the station key {path}; no card was touched",
            hint=f"chmod 600 {path}, and think of who may have read it",
        )
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) != KEY_LENGTH:
        raise KeyFileError(
            f"{path} is no station key: it must be {KEY_LENGTH} bytes in hex; no card was touched",
            hint="bring back the copy that was put away when the key was made",
        )
    return StationKey(secret)


def _mode_and_text(path: Path) -> tuple[int, str]:
    """Read what may be a key; a pipe or a device is not waited for, nor read without end."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        content = file.read(_LONGEST_TEXT) if stat.S_ISREG(mode) else b""
    return mode, content.decode("ascii")


def make_key(path: Path) -> StationKey:
    """Make a key where there is none yet.

    Raises:
        KeyFileError: there is a file already, or none can be made.
    """
    secret = secrets.token_bytes(KEY_LENGTH)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError as error:
        raise KeyFileError(
            f"there is a file at {path} already; nothing was written",
            hint="name another file with --key: the passwords of all cards come from this one",
        ) from error
    except OSError as error:
        raise KeyFileError(
            f"no key can be made at {path}: {error.strerror}", hint="name another file with --key"
        ) from error
    try:
        _write(handle, secret.hex() + "\n")
    except OSError as error:
        path.unlink()
        raise KeyFileError(
            f"no key can be written to {path}: {error.strerror}; nothing is left there",
            hint="make room, or name another file with --key",
        ) from error
    return StationKey(secret)


def _write(handle: int, text: str) -> None:
    """Write it so that it is on the disk when this returns."""
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
