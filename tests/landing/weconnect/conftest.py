"""One site and one visitor for each test."""

from pathlib import Path

import pytest

from tests.landing.weconnect.visitor import Visit, make_database, make_visit


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the three owners and their cards; only copied, never changed."""
    return make_database(tmp_path_factory.mktemp("owners"))


@pytest.fixture
def visit(tmp_path: Path, database: Path) -> Visit:
    """A visitor before Zoé's card, on a site where nothing was sent yet."""
    return make_visit(tmp_path, database)
