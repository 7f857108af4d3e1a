"""Templates and static files are found in a wheel and in a checkout."""

from pathlib import Path

import pytest

from landing.app import create_app
from landing.errors import NotMigratedError
from landing.web.resources import resource_dir
from landing.web.stylesheet import read_stylesheet
from tests.landing.web.cast import make_settings


def test_a_wheel_keeps_them_in_the_package(tmp_path: Path) -> None:
    (tmp_path / "landing" / "templates").mkdir(parents=True)
    (tmp_path / "templates").mkdir()

    found = resource_dir("templates", package=tmp_path / "landing")

    assert found == tmp_path / "landing" / "templates"


def test_a_checkout_keeps_them_beside_the_package(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    (tmp_path / "templates").mkdir()

    assert resource_dir("templates", package=tmp_path / "landing") == tmp_path / "templates"


def test_a_broken_installation_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="'templates' is neither in"):
        resource_dir("templates", package=tmp_path)


def test_the_stylesheet_travels_without_its_comments() -> None:
    text = read_stylesheet(resource_dir("static") / "site.css").text

    assert "/*" not in text
    assert "\n" not in text
    assert ":root{" in text
    assert text.count("{") == text.count("}")


def test_a_site_without_a_database_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(NotMigratedError):
        create_app(make_settings(tmp_path))
