"""What phones see of a print is read by both readers; print that is too fine is not."""

import pytest

from tests.bench.labels import LEAST_READ_PERCENT, read_percent


@pytest.mark.parametrize("dpi", [300, 600])
def test_prints_of_the_smallest_modules_are_read_by_both(dpi: int) -> None:
    read = read_percent(dpi, 40)

    assert min(read.values()) >= LEAST_READ_PERCENT


def test_modules_below_the_limit_would_be_caught() -> None:
    read = read_percent(300, 20, dots=2)

    assert min(read.values()) < LEAST_READ_PERCENT
