"""One site for all tests that only read it, and one for each that changes something."""

import pytest
from flask.testing import FlaskClient

from tests.landing.web.cast import Site, make_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site that no test changes."""
    return make_site(tmp_path_factory.mktemp("site"))


@pytest.fixture
def client(site: Site) -> FlaskClient:
    """A visitor at the site's own address."""
    return site.client()
