"""What the documents say is what the program does."""

import re
from pathlib import Path

import click
import pytest

from encoder.cli.main import main as encoder_main
from landing.cli.main import main as landing_main
from tests.cli_reference import reference

ROOT = Path(__file__).parent.parent


def test_command_reference_is_what_help_prints() -> None:
    written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")

    assert written == reference()


@pytest.mark.parametrize("command", [encoder_main, landing_main])
def test_every_help_opens_with_a_line_and_two_examples(command: click.Group) -> None:
    for words, verb in _verbs(command):
        context = click.Context(verb, info_name=words, help_option_names=["-h", "--help"])
        text = verb.get_help(context)
        assert text.count(f"  {words}") >= 2, words


def test_every_setting_is_explained_and_no_other() -> None:
    read = (ROOT / "landing" / "settings.py").read_text(encoding="utf-8")
    explained = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")

    rows = re.findall(r"^\| `(WECARD_\w+)` \|", explained, re.MULTILINE)
    assert set(rows) == set(re.findall(r"WECARD_[A-Z_]+", read))


def test_no_document_names_a_package_index() -> None:
    for path in [*ROOT.glob("requirements/*"), *ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"pypi|pythonhosted|npmjs|deb\.debian", text), path


def _verbs(command: click.Command, words: str = "") -> list[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        name = words or f"wecard-{(command.callback or command).__module__.split('.')[0]}"
        found = []
        for verb, child in sorted(command.commands.items()):
            found += _verbs(child, f"{name} {verb}")
        return found
    return [(words, command)]
