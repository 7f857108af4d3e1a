"""How large a module is in print: a whole number of printer dots, and never below 0.4 mm."""

from encoder.errors import QrSizeError
from encoder.qr.code import QrCode

MIN_MODULE_MM = 0.4  # what phones still read from a print with one dot of gain
MM_PER_INCH = 25.4
_ROUNDING_MM = 1e-6


def dots_per_module(dpi: int) -> int:
    """Whole printer dots that make a module of 0.4 mm or a little more: 5 at 300 dpi."""
    dots = 1
    while module_mm(dots, dpi) < MIN_MODULE_MM:
        dots += 1
    return dots


def module_mm(dots: int, dpi: int) -> float:
    """The side of a module of ``dots`` printer dots, in millimetres."""
    return dots * MM_PER_INCH / dpi


def fitting_dots(code: QrCode, side_mm: float, dpi: int) -> int:
    """The most dots a module may have for the code and its quiet zones to fit into ``side_mm``.

    Raises:
        QrSizeError: the modules would be smaller than phones read from paper.
    """
    dots = int((side_mm + _ROUNDING_MM) * dpi / MM_PER_INCH / code.side)
    needed = dots_per_module(dpi)
    if dots < needed:
        raise QrSizeError(
            modules=code.side,
            dpi=dpi,
            dots=dots,
            side_mm=side_mm,
            needed_dots=needed,
            needed_mm=code.side * module_mm(needed, dpi),
        )
    return dots
