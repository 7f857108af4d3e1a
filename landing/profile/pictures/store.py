"""Put renditions into the pictures folder."""

from collections.abc import Mapping
from pathlib import Path

from landing.errors import DataError
from landing.profile.pictures.names import is_rendition_name
from landing.profile.whole_files import write_whole


def store_pictures(directory: Path, renditions: Mapping[str, bytes]) -> None:
    """Put renditions into the pictures folder; those that are there already are left alone.

    Raises:
        DataError: a name is not a rendition's.
        OSError: the folder cannot be written; each file is whole or not there.
    """
    for name in renditions:
        if not is_rendition_name(name):
            raise DataError(f"{name!r} is not the name of a picture; nothing was stored")
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in renditions.items():
        path = directory / name
        if not path.exists() or path.read_bytes() != content:
            write_whole(path, content)
