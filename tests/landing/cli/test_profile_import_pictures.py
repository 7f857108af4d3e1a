"""``profile import`` with pictures of strangers: one that is not taken names its line."""

import zlib
from collections.abc import Callable

import pytest

from tests.factories import PEOPLE, ZOE, write_people
from tests.landing.cli.conftest import Desk
from tests.landing.profile.drawings import halves, saved
from tests.landing.profile.hostile import progressive_head, scan_bomb, with_chunk


def _heic() -> bytes:
    return b"\0\0\0\x18ftypheic" + bytes(400)


def _packed_note() -> bytes:
    return with_chunk(saved(halves()), b"zTXt", b"note\0\0" + zlib.compress(bytes(60_000_000), 9))


def _heavy() -> bytes:
    return saved(halves()) + bytes(13_000_000)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_heic, "is a HEIC photograph; JPEG, PNG and WebP are taken; it was not taken: save it"),
        (scan_bomb, "takes more than 2 seconds to draw; it was not taken: make it smaller"),
        (progressive_head, "256 MB of memory that drawing one may take; it was not taken: make"),
        (_packed_note, "is damaged or cut short, or of a kind that nobody reads; it was not"),
        (_heavy, "has more than 12 MB; it was not taken: make it smaller"),
    ],
)
def test_picture_that_is_not_taken_names_its_line_and_keeps_everybody_out(
    desk: Desk, make: Callable[[], bytes], told: str
) -> None:
    path = write_people(desk.folder, (*PEOPLE[1:2], ZOE | {"photo": "bomb.jpg"}, PEOPLE[2]))
    (desk.folder / "bomb.jpg").write_bytes(make())
    before = desk.everything()

    result = desk.run("profile", "import", path)

    error, fault, hint = result.stderr.splitlines()
    assert result.exit_code == 4
    assert error == "error: 1 line is broken; nothing was written"
    assert fault.startswith("line 3: photo: the picture ")
    assert told in fault
    assert hint.startswith("hint: ")
    assert desk.everything() == before
    assert not (desk.folder / "site" / "pictures").exists()
