"""``wecard-encoder readers``: what can be opened here, and what is missing."""

from dataclasses import asdict

import click

from encoder.cli.options import json_option, write_json
from encoder.readers import seen_readers


@click.command()
@json_option
def readers(as_json: bool) -> None:
    """List the readers that can be opened here, and what is missing.

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
        click.echo(f"{reader.path:<16}  {reader.problem or reader.name}")
        if reader.cure:
            click.echo(f"hint: {reader.cure}", err=True)
