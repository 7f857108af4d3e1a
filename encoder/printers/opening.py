"""Open a printer by its name."""

import re
from pathlib import Path

from encoder.errors import PrinterError
from encoder.printers.cups import CupsPrinter
from encoder.printers.folder import FolderPrinter
from encoder.printers.printer import Printer
from encoder.printers.zebra import DEFAULT_PORT, ZebraPrinter

_QUEUE = re.compile(r"[^\s/#?'\"<>&-][^\s/#?'\"<>&]{0,126}")  # as CUPS allows, and no option of lp
_HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>\d{1,5}))?")
_LAST_PORT = 65535


def open_printer(name: str) -> Printer:
    """The printer with this name: ``file:DIR``, ``cups:QUEUE`` or ``zpl:HOST:PORT``.

    Raises:
        PrinterError: it is no name of a printer.
    """
    kind, _, place = name.partition(":")
    if kind == "file" and place:
        return FolderPrinter(Path(place))
    if kind == "cups" and _QUEUE.fullmatch(place):
        return CupsPrinter(place)
    if kind == "zpl" and (found := _HOST.fullmatch(place)):
        port = int(found["port"] or DEFAULT_PORT)
        if 0 < port <= _LAST_PORT:
            return ZebraPrinter(found["host"].strip("[]"), port)
    raise PrinterError(
        f"there is no printer {name!r}; nothing was printed",
        hint="name file:DIR, cups:QUEUE or zpl:HOST:9100; list the queues with: lpstat -a",
    )
