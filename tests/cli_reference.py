"""Write docs/cli.md from the commands' own help: ``python -m tests.cli_reference``."""

from pathlib import Path

import click

from encoder.cli.main import main as encoder_main
from landing.cli.main import main as landing_main

TARGET = Path(__file__).parent.parent / "docs" / "cli.md"
WIDTH = 100


def reference() -> str:
    """The help of every verb of both commands, as Markdown."""
    parts = ["# The two commands\n\nThis page is what `--help` prints.\n"]
    for name, command in (("wecard-encoder", encoder_main), ("wecard-landing", landing_main)):
        parts += _sections(command, name)
    return "\n".join(parts)


def _sections(command: click.Command, name: str, parent: click.Context | None = None) -> list[str]:
    """The help of a command and of those below it, each in the context that it runs in."""
    with command.make_context(
        name,
        [],
        parent=parent,
        resilient_parsing=True,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
    ) as context:
        sections = [f"## {context.command_path}\n\n```\n{command.get_help(context)}\n```\n"]
        if isinstance(command, click.Group):
            for verb, child in sorted(command.commands.items()):
                sections += _sections(child, verb, context)
    return sections


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
