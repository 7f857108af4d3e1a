"""Write a QR code as PNG (dot-exact, with its resolution) or as SVG (one path, in millimetres)."""

from io import BytesIO

from PIL import Image

from encoder.qr.code import QUIET_ZONE, QrCode, dark_runs
from encoder.qr.dots import dots_per_module, module_mm

DEFAULT_DPI = 300
_WHITE, _BLACK = 1, 0


def to_png(code: QrCode, *, dpi: int = DEFAULT_DPI) -> bytes:
    """The code as a black and white PNG whose modules are whole printer dots."""
    written = BytesIO()
    picture = to_picture(code, dots_per_module(dpi))
    picture.save(written, format="PNG", dpi=(dpi, dpi), optimize=True)
    return written.getvalue()


def to_picture(code: QrCode, dots: int) -> Image.Image:
    """The code in black and white, quiet zones included, ``dots`` pixels a module."""
    picture = Image.new("1", (code.side, code.side), _WHITE)
    for y, row in enumerate(code.rows, start=QUIET_ZONE):
        for x, dark in enumerate(row, start=QUIET_ZONE):
            if dark:
                picture.putpixel((x, y), _BLACK)
    side_dots = code.side * dots
    return picture.resize((side_dots, side_dots), Image.Resampling.NEAREST)


def to_svg(code: QrCode, *, dpi: int = DEFAULT_DPI) -> bytes:
    """The code as an SVG of one path on white, as large in print as the PNG of ``dpi``."""
    side_mm = f"{code.side * module_mm(dots_per_module(dpi), dpi):.3f}mm"
    path = "".join(f"M{run.x} {run.y}h{run.length}v1h-{run.length}z" for run in dark_runs(code))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side_mm}" height="{side_mm}"'
        f' viewBox="0 0 {code.side} {code.side}" shape-rendering="crispEdges">\n'
        f'<rect width="{code.side}" height="{code.side}" fill="#fff"/>\n'
        f'<path fill="#000" d="{path}"/>\n'
        "</svg>\n"
    ).encode()
