"""docs/privacy-register.toml names every column that the site keeps, and no other.

Source: GDPR Art. 30(1): categories of data subjects and of data, purposes, time limits.
"""

import importlib
import pkgutil
import tomllib
from pathlib import Path
from typing import Any

import landing.storage
from landing.storage.metadata import METADATA

REGISTER = Path(__file__).parent.parent / "docs" / "privacy-register.toml"
SUBJECTS = {"owner", "visitor", "operator", "none"}


def test_register_names_every_column_and_no_other() -> None:
    assert _registered() == _kept()


def test_every_entry_says_whose_data_why_and_how_long() -> None:
    for table, content in _tables().items():
        assert content["purpose"], table
        assert content["kept"], table
        assert set(content["columns"].values()) <= SUBJECTS, table


def test_forgotten_column_is_found() -> None:
    registered = _registered()

    registered.remove("submissions.email")

    assert registered != _kept()


def _tables() -> dict[str, Any]:
    return tomllib.loads(REGISTER.read_text(encoding="utf-8"))


def _registered() -> set[str]:
    return {
        f"{table}.{column}" for table, content in _tables().items() for column in content["columns"]
    }


def _kept() -> set[str]:
    for module in pkgutil.iter_modules(landing.storage.__path__, "landing.storage."):
        importlib.import_module(module.name)
    return {str(column) for table in METADATA.tables.values() for column in table.columns}
