"""A file is put in place whole or not at all."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from encoder.errors import EncoderError
from encoder.whole_files import write_whole

ROOM = 4096


@contextmanager
def little_room() -> Iterator[None]:
    """A disk that takes files of ``ROOM`` bytes and no longer ones."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_file_that_does_not_fit_leaves_the_older_one_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_whole(path, b"the older one")

    with pytest.raises(EncoderError, match="older file of that name is untouched"), little_room():
        write_whole(path, bytes(ROOM + 1))

    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [
        ("report.json", b"the older one")
    ]


def test_file_takes_the_place_of_the_older_one(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.json"
    write_whole(path, b"the older one")

    write_whole(path, b"the newer one")

    assert [file.read_bytes() for file in path.parent.iterdir()] == [b"the newer one"]
