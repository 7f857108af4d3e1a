"""What the page's tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stations import Bench, bench_in


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A bench with a virtual reader."""
    with bench_in(tmp_path) as made:
        yield made
