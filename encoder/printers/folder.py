"""``file:DIR``: a folder that takes each document as a PDF."""

import os
from pathlib import Path

from encoder.errors import EncoderError, PrinterError
from encoder.printers.printer import Document, DocumentKind
from encoder.whole_files import write_whole

_PRIVATE = 0o600  # a parcel slip says an activation code


class FolderPrinter:
    """Puts documents into a folder, whole or not at all; one of the same name is replaced."""

    takes: DocumentKind = "pdf"

    def __init__(self, folder: Path) -> None:
        self.name = f"file:{folder}"
        self._folder = folder

    def check(self) -> None:
        """See whether files can be written there; the folder is made where there is none.

        Raises:
            PrinterError: they cannot.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._refusal(error.strerror or str(error)) from error
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise self._refusal("it may not be written to")

    def send(self, document: Document) -> str:
        """Write the file.

        Raises:
            PrinterError: it cannot be written.
        """
        path = self._folder / f"{document.name}.pdf"
        try:
            write_whole(path, document.content, mode=_PRIVATE)
        except EncoderError as error:
            raise PrinterError(str(error), hint=error.hint) from error
        return f"written to {path}"

    def _refusal(self, told: str) -> PrinterError:
        return PrinterError(
            f"the folder {self._folder} takes no labels: {told}; nothing was printed",
            hint="name another folder, or make this one yours",
        )
