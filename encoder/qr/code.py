"""Draw a card's QR code as a square of modules.

Source: ISO/IEC 18004 (quiet zone of 4 modules). ECC level M, and the address all upper-case so
that it stays in alphanumeric mode: 25 by 25 modules while scheme and host have 22 characters.
"""

from dataclasses import dataclass
from itertools import groupby

from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode

from encoder.errors import JobError
from landing.contract.url import qr_url

QUIET_ZONE = 4  # modules on every side
MIN_MODULE_MM = 0.4  # what phones still read from a print with one dot of gain
MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    """A QR code: what it says and its dark modules, row by row, without the quiet zone."""

    text: str
    rows: tuple[tuple[bool, ...], ...]

    @property
    def side(self) -> int:
        """Modules on a side, quiet zones included."""
        return len(self.rows) + 2 * QUIET_ZONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Dark modules beside each other; ``x`` and ``y`` count from the quiet zone's outer corner."""

    x: int
    y: int
    length: int


def draw(site: str, token: str) -> QrCode:
    """Draw the QR code of a card.

    Raises:
        JobError: the site's address is too long for any QR code.
    """
    text = qr_url(site, token)
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        raise JobError(
            f"the card's address has {len(text)} characters, too many for a QR code;"
            " no label was drawn"
        ) from error
    return QrCode(text=text, rows=tuple(tuple(row) for row in code.get_matrix()))


def dark_runs(code: QrCode) -> tuple[Run, ...]:
    """The code's dark modules as horizontal runs, top to bottom, left to right."""
    runs: list[Run] = []
    for y, row in enumerate(code.rows, start=QUIET_ZONE):
        x = QUIET_ZONE
        for dark, modules in groupby(row):
            length = len(list(modules))
            if dark:
                runs.append(Run(x=x, y=y, length=length))
            x += length
    return tuple(runs)


def dots_per_module(dpi: int) -> int:
    """Whole printer dots that make a module of 0.4 mm or a little more: 5 at 300 dpi."""
    dots = 1
    while module_mm(dots, dpi) < MIN_MODULE_MM:
        dots += 1
    return dots


def module_mm(dots: int, dpi: int) -> float:
    """The side of a module of ``dots`` printer dots, in millimetres."""
    return dots * MM_PER_INCH / dpi
