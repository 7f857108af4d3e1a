"""What the site's tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from landing.storage.database import Database
from tests.landing.records import new_database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A new database in ``tmp_path``, at this version's schema."""
    with new_database(tmp_path) as opened:
        yield opened
