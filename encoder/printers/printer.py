"""What a printer is to us: it takes a document and says what became of it."""

from dataclasses import dataclass
from typing import Literal, Protocol

DocumentKind = Literal["pdf", "zpl"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is to be printed: ``name`` without a suffix, and the page's size."""

    name: str
    content: bytes
    width_mm: float
    height_mm: float


class Printer(Protocol):
    """A way to paper."""

    name: str
    takes: DocumentKind

    def check(self) -> None:
        """See whether it would print now, as far as it can be told.

        Raises:
            PrinterError: it would not, and why.
        """

    def send(self, document: Document) -> str:
        """Print a document and wait for its end; the answer is what the printer said of it.

        Raises:
            PrinterError: it was not printed, or not in full.
        """
