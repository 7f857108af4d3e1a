"""Where labels are printed: a folder, a CUPS queue, or a label printer on the network."""

from encoder.printers.opening import open_printer
from encoder.printers.printer import Document, DocumentKind, Printer

__all__ = ["Document", "DocumentKind", "Printer", "open_printer"]
