"""The distribution: one wheel, two commands, pages and styles inside."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    words = "wheel --quiet --no-deps --no-build-isolation --no-index --wheel-dir"
    _python(ROOT, {}, "-m", "pip", *words.split(), str(folder), str(ROOT))
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside the checkout that holds the wheel's content, installed."""
    folder = tmp_path_factory.mktemp("installed")
    words = "install --quiet --no-deps --no-index --disable-pip-version-check --target"
    _python(folder, {}, "-m", "pip", *words.split(), str(folder), str(wheel))
    return folder


def test_wheel_holds_every_page_style_and_catalogue(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    for source in ("templates", "static"):
        files = [path for path in (ROOT / source).rglob("*") if path.is_file()]
        assert files
        for path in files:
            assert f"landing/{path.relative_to(ROOT)}" in names
    assert {"encoder/web/words/en.toml", "encoder/web/words/fr.toml"} <= names
    assert any(name.endswith(".mo") for name in names)
    assert not any(name.startswith(("tests/", "docs/", "templates/")) for name in names)


def test_installed_site_serves_its_pages_from_the_package(installed: Path) -> None:
    program = (
        "import landing.app, landing.settings as s\n"
        "from landing.cli.main import main\n"
        "import os\n"
        "try: main(['migrate'])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "app = landing.app.create_app(s.settings_from(os.environ))\n"
        "answer = app.test_client().get('/', base_url=os.environ['WECARD_SITE_URL'])\n"
        "print(landing.app.__file__, answer.status_code, '<form' in answer.text)\n"
    )
    variables = {
        "PYTHONPATH": str(installed),
        "WECARD_SITE_URL": "https://card.example",
        "WECARD_SECRET_KEY": "k" * 32,
        "WECARD_DATA_DIR": str(installed / "var"),
    }

    output = _python(installed, variables, "-c", program)

    assert output.splitlines()[-1] == f"{installed}/landing/app.py 200 True"


def test_installed_site_draws_pictures_in_its_own_process(installed: Path) -> None:
    program = (
        "import io, landing.profile.pictures as pictures\n"
        "from PIL import Image\n"
        "file = io.BytesIO()\n"
        "Image.radial_gradient('L').save(file, 'PNG')\n"
        "made = pictures.take_picture(file.getvalue(), 'photo')\n"
        "print(pictures.__file__, len(made))\n"
    )

    output = _python(installed, {"PYTHONPATH": str(installed)}, "-c", program)

    assert output.strip() == f"{installed}/landing/profile/pictures/__init__.py 3"


def test_installed_station_finds_its_page_in_the_package(installed: Path) -> None:
    program = (
        "from encoder.web.resources import station_dir as d\n"
        "print((d('templates') / 'bench.html').is_file(), (d('static') / 'main.js').is_file(),"
        " d('static'))"
    )

    output = _python(installed, {"PYTHONPATH": str(installed)}, "-c", program)

    assert output.strip() == f"True True {installed}/landing/static/station"


@pytest.mark.parametrize("command", ["encoder", "landing"])
def test_installed_commands_run_outside_the_checkout(installed: Path, command: str) -> None:
    program = (
        f"import {command}.cli.main as m\n"
        f"print(m.__file__)\n"
        f"m.main(['--help'], prog_name='wecard-{command}')"
    )

    output = _python(installed, {"PYTHONPATH": str(installed)}, "-c", program)

    assert output.startswith(f"{installed}/{command}/cli/main.py\n")
    assert f"wecard-{command}" in output


@pytest.mark.parametrize("package", ["encoder", "landing"])
def test_package_imports_nothing(package: str) -> None:
    program = f"import sys, {package}; print(sorted(m for m in sys.modules if '{package}.' in m))"

    output = _python(ROOT, {}, "-c", program)

    assert output.strip() == "[]"


def _python(folder: Path, variables: dict[str, str], *words: str) -> str:
    result = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout
