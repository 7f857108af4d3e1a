"""A card's QR code as files: TOKEN.png and TOKEN.svg, kept only when they match the chip."""

from pathlib import Path

from encoder.errors import QrMismatchError
from encoder.qr.code import QrCode, draw
from encoder.qr.pictures import to_png, to_svg
from encoder.qr.readback import read_png, read_svg, require_same_card
from encoder.whole_files import remove, write_whole
from landing.contract.errors import TokenError
from landing.contract.token import parse_token


def write_label(directory: Path, *, site: str, token: str, chip_url: str) -> None:
    """Draw a card's QR code, prove it against the chip's URL, then write PNG and SVG.

    Raises:
        QrMismatchError: the code and the chip differ; no file stands under the label's names.
        EncoderError: a file cannot be written.
    """
    png_path, svg_path = label_paths(directory, token)
    try:
        png, svg = proved_pictures(draw(site, token), chip_url)
    except QrMismatchError:
        remove(png_path)
        remove(svg_path)
        raise
    write_whole(png_path, png)
    write_whole(svg_path, svg)


def label_paths(directory: Path, token: str) -> tuple[Path, Path]:
    """Where a card's PNG and SVG stand.

    Raises:
        QrMismatchError: the token is not one, so it names no file.
    """
    try:
        name = parse_token(token)
    except TokenError as error:
        raise QrMismatchError(f"there is no label to draw: {error}") from error
    return directory / f"{name}.png", directory / f"{name}.svg"


def proved_pictures(code: QrCode, chip_url: str) -> tuple[bytes, bytes]:
    """The code as PNG and SVG, each read back and compared with the chip's URL.

    Raises:
        QrMismatchError: one of them does not say what the chip says.
    """
    png, svg = to_png(code), to_svg(code)
    require_same_card(read_png(png), chip_url)
    require_same_card(read_svg(svg), chip_url)
    return png, svg
