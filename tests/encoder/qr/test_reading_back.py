"""Reading back tells a good label from a spoilt one."""

from io import BytesIO

import pytest
from PIL import Image

from encoder.errors import QrMismatchError
from encoder.qr.code import draw
from encoder.qr.pictures import to_png, to_svg
from encoder.qr.readback import read_picture, read_png, read_svg, require_same_card

SITE = "https://card.example"
TOKEN = "7H3K9QX2MZ4DG"
CHIP_URL = f"{SITE}/c/{TOKEN}"


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"<svg",
        b"<svg/>",
        b'<svg viewBox="0 0 x y"/>',
        b'<svg viewBox="0 0 33 33"/>',
        to_svg(draw(SITE, TOKEN)).replace(b"h7", b"h1"),
        to_svg(draw(SITE, TOKEN)).replace(b"v1", b"c1"),
        to_svg(draw(SITE, TOKEN)).replace(b"M", b"v"),
    ],
)
def test_spoilt_svg_is_refused(spoilt: bytes) -> None:
    with pytest.raises(QrMismatchError):
        read_svg(spoilt)


@pytest.mark.parametrize("spoilt", [b"", b"GIF89a", to_png(draw(SITE, TOKEN))[:200]])
def test_spoilt_png_is_refused(spoilt: bytes) -> None:
    with pytest.raises(QrMismatchError):
        read_png(spoilt)


def test_picture_with_two_codes_is_refused() -> None:
    one = Image.open(BytesIO(to_png(draw(SITE, TOKEN)))).convert("L")
    both = Image.new("L", (one.width * 2, one.height), 255)
    both.paste(one, (0, 0))
    both.paste(one, (one.width, 0))

    with pytest.raises(QrMismatchError, match="2 QR codes readable"):
        read_picture(both)


def test_white_on_black_is_refused_as_many_phones_cannot_read_it() -> None:
    code = Image.open(BytesIO(to_png(draw(SITE, TOKEN)))).convert("L")

    with pytest.raises(QrMismatchError, match="0 QR codes readable"):
        read_picture(code.point(lambda shade: 255 - shade))


@pytest.mark.parametrize("chip_url", [CHIP_URL, "HTTPS://CARD.EXAMPLE/C/7h3k9qx2mz4dg"])
def test_same_card_in_another_writing_is_accepted(chip_url: str) -> None:
    require_same_card(draw(SITE, TOKEN).text, chip_url)


@pytest.mark.parametrize(
    "chip_url",
    [
        f"{SITE}/c/0000000000012",
        f"https://other.example/c/{TOKEN}",
        f"https://card.example:8443/c/{TOKEN}",
        f"{SITE}/c/7H3K9QX2MZ4DH",
        f"{SITE}/x/{TOKEN}",
        "",
    ],
)
def test_another_card_is_refused(chip_url: str) -> None:
    with pytest.raises(QrMismatchError):
        require_same_card(draw(SITE, TOKEN).text, chip_url)
