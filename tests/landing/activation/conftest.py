"""A parcel for each test."""

from pathlib import Path

import pytest

from tests.landing.activation.parcel import Parcel, make_parcel


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    """A site with a card that waits for its owner."""
    return make_parcel(tmp_path)
