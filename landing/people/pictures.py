"""The pictures beside a people file: taken once each, stored when all lines are good."""

from pathlib import Path

from landing.errors import DataError, StorageError
from landing.profile.cells import CellError
from landing.profile.people import PictureKind
from landing.profile.pictures import MAX_BYTES, picture_hash, store_pictures, take_picture


class PictureFolder:
    """A folder of pictures and what was made of them so far."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hashes: dict[tuple[str, PictureKind], str] = {}
        self._renditions: dict[str, bytes] = {}

    def take(self, name: str, kind: PictureKind) -> str:
        """Make the renditions of a picture; answer its content hash.

        Raises:
            CellError: the file is not there, or is not a picture that is taken.
        """
        if (name, kind) not in self._hashes:
            content = self._content(name)
            try:
                self._renditions |= take_picture(content, kind)
            except DataError as error:
                raise CellError(f"{error}: {error.hint}") from error
            self._hashes[name, kind] = picture_hash(content)
        return self._hashes[name, kind]

    def store(self, directory: Path) -> None:
        """Put all renditions into the site's folder; those that are there stay.

        Raises:
            StorageError: the folder cannot be written; no profile was touched.
        """
        try:
            store_pictures(directory, self._renditions)
        except OSError as error:
            raise StorageError(
                f"{directory} cannot be written: {error.strerror}; no profile was touched"
            ) from error

    def _content(self, name: str) -> bytes:
        path = self._folder / name
        try:
            if not path.is_file():
                raise CellError("the name of a file beside the people file; there is none")
            with path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except OSError as error:
            raise CellError(f"a file that can be read: {error.strerror}") from error
