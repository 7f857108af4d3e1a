"""The station's token: from a file that is its owner's alone, or from the environment."""

import stat
from collections.abc import Mapping
from pathlib import Path

from encoder.errors import SiteError

TOKEN_VARIABLE = "WECARD_STATION_TOKEN"  # noqa: S105 - a variable's name
_MOST_CHARACTERS = 500
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_token(path: Path | None, variables: Mapping[str, str]) -> str:
    """Read the token from the file, or else from the variable; no message ever carries it.

    Raises:
        SiteError: there is none, others may read it, or it is none; nothing was sent.
    """
    text = variables.get(TOKEN_VARIABLE, "") if path is None else _file(path)
    token = text.strip()
    if not token:
        raise SiteError(
            "there is no station token; nothing was sent",
            hint=f"name its file with --token-file, or set {TOKEN_VARIABLE}; the site makes one"
            " with: wecard-landing station new NAME",
        )
    if len(token) > _MOST_CHARACTERS or not token.isascii() or not token.isprintable():
        raise SiteError("what was given is no station token; nothing was sent")
    if " " in token:
        raise SiteError("a station token has no space in it; nothing was sent")
    return token


def _file(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        with path.open("rb") as file:
            text = file.read(_MOST_CHARACTERS * 2).decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SiteError(
            f"the token file {path} cannot be read; nothing was sent",
            hint="name a text file that holds the station's token alone",
        ) from error
    if stat.S_ISREG(mode) and mode & _OTHERS:
        raise SiteError(
            f"others may read the token file {path}; nothing was sent",
            hint=f"chmod 600 {path}, and have a new token made if somebody did",
        )
    return text
