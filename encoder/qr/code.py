"""Draw a card's QR code as a square of modules.

Source: ISO/IEC 18004 (quiet zone of 4 modules). ECC level M, or Q where a logo stands inside, and
the address all upper-case so that it stays in alphanumeric mode: 25 by 25 modules at level M
while scheme and host have 22 characters.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Literal

from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode

from encoder.errors import JobError
from landing.contract.url import qr_url

Level = Literal["M", "Q"]

QUIET_ZONE = 4  # modules on every side
_LEVELS: dict[Level, int] = {"M": ERROR_CORRECT_M, "Q": ERROR_CORRECT_Q}
_KEPT_CODES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    """A QR code: what it says and its dark modules, row by row, without the quiet zone.

    ``hole`` is how many modules on a side are left white in the middle, for a logo.
    """

    text: str
    rows: tuple[tuple[bool, ...], ...]
    hole: int = 0

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


def draw(site: str, token: str, *, logo_inside: bool = False) -> QrCode:
    """Draw the QR code of a card; where a logo stands inside, at level Q around a white square.

    Raises:
        JobError: the site's address is too long for any QR code.
    """
    text = qr_url(site, token)
    return _with_hole(_drawn(text, "Q")) if logo_inside else _drawn(text, "M")


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


@lru_cache(maxsize=_KEPT_CODES)  # a label's picture, its file and its sheet draw the same code
def _drawn(text: str, level: Level) -> QrCode:
    code = QRCode(error_correction=_LEVELS[level], border=0)
    code.add_data(text)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        raise JobError(
            f"the card's address has {len(text)} characters, too many for a QR code;"
            " no label was drawn"
        ) from error
    return QrCode(text=text, rows=tuple(tuple(row) for row in code.get_matrix()))


def _with_hole(code: QrCode) -> QrCode:
    """Leave the middle white: an odd number of modules, about a fifth of the side.

    That is 4 % of the modules; level Q mends 25 % of the codewords, so the print may err, too.
    """
    side = len(code.rows)
    hole = side // 5 | 1
    start, end = (side - hole) // 2, (side + hole) // 2
    rows = tuple(
        tuple(dark and not (start <= y < end and start <= x < end) for x, dark in enumerate(row))
        for y, row in enumerate(code.rows)
    )
    return QrCode(text=code.text, rows=rows, hole=hole)
