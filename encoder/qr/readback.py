"""Read a QR code back from what was drawn, with two readers that share no code.

zxing-cpp reads as phones do; zbar is the independent second, where its library is installed.
"""

import re
from io import BytesIO
from xml.etree import ElementTree

import zxingcpp
from PIL import Image, ImageDraw

from encoder.errors import QrMismatchError
from encoder.qr import zbar
from landing.contract.errors import CardUrlError
from landing.contract.url import CardUrl, parse_card_url

_SVG = "{http://www.w3.org/2000/svg}"
_STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_PIXELS_PER_MODULE = 4
_WHITE, _BLACK = 255, 0


def read_png(content: bytes) -> str:
    """The text of the one QR code in a PNG.

    Raises:
        QrMismatchError: there is no readable QR code, or more than one.
    """
    try:
        with Image.open(BytesIO(content), formats=("PNG",)) as picture:
            return read_picture(picture.convert("L"))
    except OSError as error:
        raise QrMismatchError("the label's PNG cannot be read; it was not kept") from error


def read_svg(content: bytes) -> str:
    """The text of the one QR code in an SVG, drawn anew from the file's own path.

    Raises:
        QrMismatchError: there is no readable QR code, or more than one.
    """
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - this program wrote it
        return read_picture(_painted(root))
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise QrMismatchError("the label's SVG cannot be read; it was not kept") from error


def read_picture(picture: Image.Image) -> str:
    """The text of the one QR code in a picture of mode L, as each of the two readers finds it.

    Raises:
        QrMismatchError: there is no readable QR code or more than one, or the readers differ.
    """
    (text,) = _found(picture, count=1)
    return text


def read_codes(picture: Image.Image, count: int) -> list[str]:
    """The texts of ``count`` QR codes in a picture of mode L, in no order.

    Raises:
        QrMismatchError: a reader finds more or fewer, or the readers differ.
    """
    return _found(picture, count=count)


def _found(picture: Image.Image, *, count: int) -> list[str]:
    found = {"zxing-cpp": _read_by_zxing(picture), "zbar": zbar.find_codes(picture)}
    for reader, texts in found.items():
        if texts is not None and len(texts) != count:
            wanted = "one" if count == 1 else str(count)
            raise QrMismatchError(
                f"the picture holds {len(texts)} QR codes readable by {reader} instead of {wanted};"
                " it was not kept"
            )
    first, second = found["zxing-cpp"] or [], found["zbar"]
    if second is not None and sorted(first) != sorted(second):
        raise QrMismatchError("zxing-cpp and zbar read different texts; the picture was not kept")
    return first


def _read_by_zxing(picture: Image.Image) -> list[str]:
    found = zxingcpp.read_barcodes(
        picture,
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        text_mode=zxingcpp.TextMode.Plain,
        try_invert=False,
    )
    return [code.text for code in found]


def require_same_card(text: str, chip_url: str) -> None:
    """Compare what a QR code says with what was read from the chip, in canonical form.

    Raises:
        QrMismatchError: they do not name the same card.
    """
    if _card(text, "the QR code").canonical != _card(chip_url, "the chip").canonical:
        raise QrMismatchError(
            f"the QR code says {text!r} and the chip says {chip_url!r}; no label was kept"
        )


def _card(text: str, source: str) -> CardUrl:
    try:
        return parse_card_url(text)
    except CardUrlError as error:
        raise QrMismatchError(
            f"{source} does not say a card's address: {error}; no label was kept"
        ) from error


def _painted(root: ElementTree.Element) -> Image.Image:
    """The SVG's dark rectangles, painted at a few pixels a module."""
    width, height = (int(number) for number in root.attrib["viewBox"].split()[2:])
    size = (width * _PIXELS_PER_MODULE, height * _PIXELS_PER_MODULE)
    picture = Image.new("L", size, _WHITE)
    brush = ImageDraw.Draw(picture)
    for path in root.iter(f"{_SVG}path"):
        for left, top, right, bottom in _rectangles(path.attrib["d"]):
            corner = (left * _PIXELS_PER_MODULE, top * _PIXELS_PER_MODULE)
            opposite = (right * _PIXELS_PER_MODULE - 1, bottom * _PIXELS_PER_MODULE - 1)
            brush.rectangle((corner, opposite), fill=_BLACK)
    return picture


def _rectangles(path: str) -> list[tuple[int, int, int, int]]:
    """The bounding boxes (left, top, right, bottom) of the path's closed parts."""
    found: list[tuple[int, int, int, int]] = []
    corners: list[tuple[int, int]] = []
    for step, numbers in _STEP.findall(path):
        if step == "M":
            x, y = (int(number) for number in numbers.split())
            corners = [(x, y)]
        elif step == "h":
            corners.append((corners[-1][0] + int(numbers), corners[-1][1]))
        elif step == "v":
            corners.append((corners[-1][0], corners[-1][1] + int(numbers)))
        elif step == "z":
            columns, lines = zip(*corners, strict=True)
            found.append((min(columns), min(lines), max(columns), max(lines)))
        else:
            raise ValueError(f"the path has a step {step!r} that this does not draw")
    return found
