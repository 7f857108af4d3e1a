"""A QR code as a path for an SVG inside the page: crisp at any size, and nothing to fetch."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

QUIET_ZONE = 4  # modules on every side. Source: ISO/IEC 18004, 5.3.8
_KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class QrPath:
    """A QR code's dark modules as an SVG path; ``side`` is in modules, quiet zones included."""

    side: int
    path: str


@lru_cache(maxsize=_KEPT)
def draw_qr(text: str) -> QrPath:
    """Draw a text at error correction level M, in one segment of the densest mode it allows."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(_row(y, row) for y, row in enumerate(rows, start=QUIET_ZONE))
    return QrPath(side=len(rows) + 2 * QUIET_ZONE, path=path)


def _row(y: int, row: list[bool]) -> str:
    """Each run of dark modules of a row, as a closed rectangle."""
    runs, x = [], QUIET_ZONE
    for dark, modules in groupby(row):
        length = len(list(modules))
        if dark:
            runs.append(f"M{x} {y}h{length}v1h-{length}z")
        x += length
    return "".join(runs)
