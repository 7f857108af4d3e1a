"""Pictures are stored whole, once, and under their own names only."""

from pathlib import Path

import pytest

from landing.errors import DataError
from landing.profile.pictures import store_pictures, take_picture
from tests.landing.profile.drawings import halves, saved


def test_pictures_are_stored_under_their_names(tmp_path: Path) -> None:
    made = take_picture(saved(halves()), "photo")

    store_pictures(tmp_path / "pictures", made)

    stored = {path.name: path.read_bytes() for path in (tmp_path / "pictures").iterdir()}
    assert stored == made


def test_storing_again_leaves_files_alone(tmp_path: Path) -> None:
    made = take_picture(saved(halves()), "photo")
    store_pictures(tmp_path, made)
    before = {path.name: path.stat().st_ino for path in tmp_path.iterdir()}

    store_pictures(tmp_path, made)

    assert {path.name: path.stat().st_ino for path in tmp_path.iterdir()} == before


def test_torn_file_is_mended(tmp_path: Path) -> None:
    made = take_picture(saved(halves()), "photo")
    name = next(iter(made))
    (tmp_path / name).write_bytes(b"torn")

    store_pictures(tmp_path, made)

    assert (tmp_path / name).read_bytes() == made[name]


@pytest.mark.parametrize("name", ["../a.webp", "a/b.webp", "a.svg", "", f"{'g' * 32}-224.webp"])
def test_other_names_are_not_stored(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError):
        store_pictures(tmp_path / "pictures", {name: b"x"})

    assert not (tmp_path / "pictures").exists()
