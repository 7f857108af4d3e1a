"""``pytest tests/hardware --reader usb -s``: the tests that need a reader, a card and a person."""

from collections.abc import Iterator

import pytest

from encoder.chips.models import NTAG213
from encoder.readers import Field, open_field


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the reader's path, as ``wecard-encoder`` does."""
    parser.addoption("--reader", metavar="PATH", help="a real reader, such as usb or pcsc")


@pytest.fixture
def path(request: pytest.FixtureRequest) -> str:
    """The reader's path; without one the test is skipped."""
    given: str | None = request.config.getoption("--reader", default=None)
    if given is None:
        pytest.skip("no reader: pytest tests/hardware --reader usb -s")
    return given


@pytest.fixture
def field(path: str) -> Iterator[Field]:
    """The reader, opened as the encoder opens it."""
    with open_field(path, cards=1, chip=NTAG213, on_trouble=print) as opened:
        yield opened
