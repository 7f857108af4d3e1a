"""``wecard-encoder key``: make the station key, or name it."""

from pathlib import Path

import click

from encoder.chips.password import StationKey
from encoder.cli.options import default_key, json_option, key_option, write_json
from encoder.key_file import make_key, read_key


@click.group()
def key() -> None:
    """Make the station key that all passwords come from, or show its name.

    \b
    Examples:
      wecard-encoder key new
      wecard-encoder key show

    Put a copy of the key's file away, apart from the ledger's copies. Whoever has it can change
    every card that was given a password; without it nobody can, for ever: the cards go on opening
    their address as it was written.
    """


@key.command()
@key_option
@json_option
def new(key_path: Path | None, as_json: bool) -> None:
    """Make a key where there is none yet, readable by you alone.

    \b
    Examples:
      wecard-encoder key new
      wecard-encoder key new --key /media/safe/station.key

    All stations of a workshop share one key: make it once, carry the file. Put a copy away at
    once: a lost key cannot be made again, and its cards can then never be changed.
    """
    path = key_path or default_key()
    made = make_key(path)
    _tell(path, made, as_json=as_json)
    click.echo("hint: put a copy away now; a lost key cannot be made again", err=True)


@key.command()
@key_option
@json_option
def show(key_path: Path | None, as_json: bool) -> None:
    """Show which key it is by its id, never the key itself.

    \b
    Examples:
      wecard-encoder key show
      wecard-encoder key show --key /media/safe/station.key --json

    The ledger names each card's key by the same id.
    """
    path = key_path or default_key()
    _tell(path, read_key(path), as_json=as_json)


def _tell(path: Path, found: StationKey, *, as_json: bool) -> None:
    if as_json:
        write_json({"key_id": found.key_id, "file": str(path)})
    else:
        click.echo(f"{found.key_id}  {path}")
