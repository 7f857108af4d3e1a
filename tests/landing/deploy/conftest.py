"""A proxy of each kind that runs for all tests that change nothing."""

from collections.abc import Iterator

import pytest

from tests.landing.deploy.fronts import PROXIES, Front, fronted


@pytest.fixture(scope="package", params=PROXIES)
def front(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Front]:
    """The site behind nginx, then behind Caddy."""
    with fronted(request.param, tmp_path_factory.mktemp("front") / request.param) as running:
        yield running
