"""The command as an operator types it, with a folder of its own."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from landing.cli.main import main
from landing.contract.documents import Job, parse_job
from tests.landing.records import everything


@dataclass(frozen=True, slots=True)
class Desk:
    """An operator's desk: a folder, the settings, and the command."""

    folder: Path
    variables: dict[str, str]

    def run(self, *words: str | Path, stdin: str | bytes | None = None) -> Result:
        """Run the command to its end."""
        return CliRunner().invoke(
            main, [str(word) for word in words], input=stdin, env=self.variables
        )

    def done(self, *words: str | Path, stdin: str | bytes | None = None) -> Any:
        """Run a verb that must succeed, with ``--json``; answer its document."""
        result = self.run(*words, "--json", stdin=stdin)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def job(self, *words: str) -> Job:
        """Order a job; answer its document."""
        path = self.folder / "job.json"
        self.done("job", "new", "--out", path, *words)
        return parse_job(path.read_text(encoding="utf-8"))

    def everything(self) -> list[str]:
        """All that the database holds, as SQL."""
        return everything(self.folder / "site")

    def rows(self, statement: str) -> Sequence[Any]:
        """Ask the database directly."""
        connection = sqlite3.connect(self.folder / "site" / "wecard.db", isolation_level=None)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()


@pytest.fixture
def bare_desk(tmp_path: Path) -> Desk:
    """A desk before the first migration."""
    return Desk(
        tmp_path,
        {
            "WECARD_SITE_URL": "https://card.example",
            "WECARD_SECRET_KEY": "k" * 32,
            "WECARD_DATA_DIR": str(tmp_path / "site"),
            "WECARD_DATABASE_URL": "",
        },
    )


@pytest.fixture
def desk(bare_desk: Desk) -> Desk:
    """A desk with an empty database."""
    bare_desk.done("migrate")
    return bare_desk


@pytest.fixture
def staffed_desk(desk: Desk) -> Desk:
    """A desk with two people, one of them a company."""
    path = desk.folder / "people.csv"
    path.write_text(
        "reference;given_name;family_name;function;company;mobile;phone;fax;email;street;postcode;"
        "city;country;website;links;photo;logo;language\n"
        "zoe;Zoé;Lefèvre;;Dupont Industries;;;;;;;;;;;;;\n"
        "moulin;;;;Le Moulin;;;;;;;;;;;;;\n",
        encoding="utf-8",
    )
    desk.done("profile", "import", path)
    return desk
