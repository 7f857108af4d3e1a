"""``profile import``: a file and its pictures, all or nothing."""

from pathlib import Path

import pytest

from tests.factories import PEOPLE, ZOE, write_people
from tests.landing.cli.conftest import Desk


def test_the_standing_cast_comes_in_with_its_pictures(desk: Desk) -> None:
    done = desk.done("profile", "import", write_people(desk.folder))

    kept = desk.rows("SELECT reference, photo <> '', logo <> '' FROM profiles ORDER BY reference")
    pictures = list((desk.folder / "site" / "pictures").iterdir())
    assert done == {"new": 3, "changed": 0, "unchanged": 0}
    assert kept == [("marc", 1, 0), ("moulin", 0, 1), ("zoe", 1, 1)]
    assert len({path.name[:32] for path in pictures}) == 4


def test_same_file_again_changes_neither_rows_nor_pictures(desk: Desk) -> None:
    path = write_people(desk.folder)
    desk.done("profile", "import", path)
    before = desk.everything(), _pictures(desk)

    result = desk.run("profile", "import", path)

    assert result.stdout == "0 new, 0 changed, 3 unchanged\n"
    assert (desk.everything(), _pictures(desk)) == before


def test_new_portrait_under_the_same_name_is_a_change(desk: Desk) -> None:
    path = write_people(desk.folder)
    desk.done("profile", "import", path)
    (desk.folder / "zoe.png").write_bytes((desk.folder / "marc.png").read_bytes())

    assert desk.done("profile", "import", path) == {"new": 0, "changed": 1, "unchanged": 2}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"photo": "missing.png"}, "line 3: photo: "),
        ({"photo": "people.csv"}, "line 3: photo: "),
        ({"photo": "../zoe.png"}, "line 3: photo: "),
        ({"photo": "site"}, "line 3: photo: "),
        ({"email": "nowhere"}, "line 3: email: "),
    ],
)
def test_one_broken_line_keeps_everybody_out(
    desk: Desk, changes: dict[str, str], told: str
) -> None:
    path = write_people(desk.folder, (*PEOPLE[1:2], ZOE | changes, PEOPLE[2]))
    before = desk.everything()

    result = desk.run("profile", "import", path)

    error, fault, hint = result.stderr.splitlines()
    assert result.exit_code == 4
    assert error == "error: 1 line is broken; nothing was written"
    assert fault.startswith(told)
    assert hint.startswith("hint: ")
    assert desk.everything() == before
    assert not (desk.folder / "site" / "pictures").exists()


def test_wrong_headings_are_told(desk: Desk) -> None:
    path = desk.folder / "people.csv"
    path.write_text("reference,nickname\nzoe,Z\n", encoding="utf-8")

    result = desk.run("profile", "import", path)

    assert result.exit_code == 4
    assert "heading 'nickname': no column has this name" in result.stderr
    assert "heading 'given_name': it is missing" in result.stderr


def test_file_that_is_not_there_is_told(desk: Desk) -> None:
    result = desk.run("profile", "import", desk.folder / "nobody.csv")

    assert result.exit_code == 4
    assert "nobody.csv cannot be read" in result.stderr


def test_pictures_folder_that_cannot_be_made_is_told_before_any_row(desk: Desk) -> None:
    (desk.folder / "site" / "pictures").write_text("a file stands here", encoding="utf-8")
    before = desk.everything()

    result = desk.run("profile", "import", write_people(desk.folder))

    assert result.exit_code == 1
    assert "; no profile was touched\nhint: " in result.stderr
    assert desk.everything() == before


def _pictures(desk: Desk) -> dict[str, tuple[bytes, int]]:
    folder: Path = desk.folder / "site" / "pictures"
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
