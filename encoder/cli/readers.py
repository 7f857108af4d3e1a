"""``wecard-encoder readers``: what can be opened here, and what is wrong with the rest."""

from dataclasses import asdict

import click

from encoder.cli.options import json_option, write_json
from encoder.readers import seen_readers


@click.command()
@json_option
def readers(as_json: bool) -> None:
    """List the readers, what is wrong with them and what mends it.

    \b
    Examples:
      wecard-encoder readers
      wecard-encoder readers --json
    """
    seen = seen_readers()
    if as_json:
        write_json([asdict(reader) for reader in seen])
        return
    for reader in seen:
        told = f"{reader.name}: {reader.problem}" if reader.problem else reader.name
        click.echo(f"{reader.path:<16}  {told}")
        if reader.cure:
            click.echo(f"hint: {reader.cure}", err=True)
