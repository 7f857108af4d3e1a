"""Options that several verbs share, and what they are when they are not given."""

import getpass
import json
import os
import socket
from pathlib import Path
from typing import Any

import click

_NAME_LENGTH = 200

json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON to stdout.")
reader_option = click.option(
    "--reader",
    default="usb",
    show_default=True,
    metavar="READER",
    help="usb, usb:072f:2200, tty:USB0:pn532, udp:127.0.0.1:PORT, or sim: virtual cards.",
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
    if not value.strip() or not value.isprintable() or len(value) > _NAME_LENGTH:
        raise click.BadParameter(f"give 1 to {_NAME_LENGTH} printable characters")
    return value


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
    """Where the ledger stands when no file is named. Source: XDG Base Directory, 0.8."""
    base = os.environ.get("XDG_DATA_HOME", "")
    home = Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "share"
    return home / "wecard" / "ledger.db"


def default_station() -> str:
    """The host's name."""
    return socket.gethostname() or "station"


def default_operator() -> str:
    """The login name, or a plain word where there is none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "operator"


def write_json(content: Any) -> None:
    """Write one JSON value as one line, at once."""
    click.echo(json.dumps(content, ensure_ascii=False))
