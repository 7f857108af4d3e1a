"""Options that several verbs share, and what they are when they are not given."""

import getpass
import json
import os
import socket
from pathlib import Path
from typing import Any

import click

from encoder.errors import LedgerError

_NAME_LENGTH = 200

json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON to stdout.")
_READER_HELP = (
    "usb, usb:072f:2200, tty:USB0:pn532, pcsc, pcsc:NAME, udp:127.0.0.1:PORT,"
    " or sim: virtual cards."
)
reader_option = click.option(
    "--reader", default="usb", show_default=True, metavar="READER", help=_READER_HELP
)


def distinct_readers(
    _context: click.Context, _option: click.Parameter, paths: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuse a reader that is named twice: its frames would mix. Each ``sim`` is one of its own."""
    twice = [path for path in paths if paths.count(path) > 1 and path.split(":")[0] != "sim"]
    if twice:
        raise click.BadParameter(f"{twice[0]} is named twice; name each reader once")
    return paths


readers_option = click.option(
    "--reader",
    "readers",
    multiple=True,
    callback=distinct_readers,
    default=("usb",),
    show_default="usb",
    metavar="READER",
    help=f"{_READER_HELP} May be given several times.",
)
key_option = click.option(
    "--key",
    "key_path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The station key, for passwords.  [default: $XDG_DATA_HOME/wecard/station.key]",
)
ledger_option = click.option(
    "--ledger",
    "ledger_path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The book of cards.  [default: $XDG_DATA_HOME/wecard/ledger.db]",
)


def plain_name(_context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    """Accept a name that a report can carry."""
    if value is None:
        return None
    if not _is_plain(value):
        raise click.BadParameter(f"give 1 to {_NAME_LENGTH} printable characters")
    return value


def _is_plain(name: str) -> bool:
    return bool(name.strip()) and name.isprintable() and len(name) <= _NAME_LENGTH


station_option = click.option(
    "--station",
    callback=plain_name,
    metavar="NAME",
    help="This workstation.  [default: the host's name]",
)
operator_option = click.option(
    "--operator",
    callback=plain_name,
    metavar="NAME",
    help="Who lays the cards down.  [default: the login name]",
)


def default_ledger() -> Path:
    """Where the ledger stands when no file is named."""
    return _data_folder() / "ledger.db"


def existing_ledger(named: Path | None) -> Path:
    """The ledger that a verb changes; one that is not there is not made by it.

    Raises:
        LedgerError: there is none.
    """
    path = named or default_ledger()
    if not path.exists():
        raise LedgerError(f"there is no ledger at {path}", hint="name the file with --ledger")
    return path


def default_key() -> Path:
    """Where the station key stands when no file is named."""
    return _data_folder() / "station.key"


def _data_folder() -> Path:
    """Our folder among the user's data. Source: XDG Base Directory, 0.8."""
    base = os.environ.get("XDG_DATA_HOME", "")
    home = Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "share"
    return home / "wecard"


def default_station() -> str:
    """The host's name, or a plain word where a report cannot carry it."""
    name = socket.gethostname()
    return name if _is_plain(name) else "station"


def default_operator() -> str:
    """The login name, or a plain word where there is none that a report can carry."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = ""
    return name if _is_plain(name) else "operator"


def refuse_to_replace(out: Path | None, *kept: Path, param_hint: str) -> None:
    """Refuse to put a file in the place of the ledger, or of a file that is read."""
    if out is not None and out.resolve() in {path.resolve() for path in kept}:
        raise click.BadParameter(
            f"{out} is read or kept by this very command; nothing was written",
            param_hint=param_hint,
        )


def warn(words: str) -> None:
    """Say on stderr what does not end the command."""
    click.echo(f"warning: {words}", err=True)


def write_json(content: Any) -> None:
    """Write one JSON value as one line, at once, in UTF-8 whatever the locale says."""
    click.echo(json.dumps(content, ensure_ascii=False).encode())
