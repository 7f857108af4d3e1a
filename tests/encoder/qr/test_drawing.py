"""A drawn QR code is small, dot-exact and says the card's address."""

from io import BytesIO
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image

from encoder.errors import JobError
from encoder.qr.code import (
    QUIET_ZONE,
    QrCode,
    dark_runs,
    draw,
)
from encoder.qr.dots import MIN_MODULE_MM, dots_per_module, module_mm
from encoder.qr.pictures import to_png, to_svg
from encoder.qr.readback import read_png, read_svg
from landing.contract.url import parse_card_url

SITE = "https://card.example"
TOKEN = "7H3K9QX2MZ4DG"


def test_code_says_the_upper_case_address() -> None:
    code = draw(SITE, TOKEN)

    assert code.text == f"HTTPS://CARD.EXAMPLE/Q/{TOKEN}"
    assert read_png(to_png(code)) == code.text
    assert read_svg(to_svg(code)) == code.text


@pytest.mark.parametrize(("host", "modules"), [("a.example", 25), ("card12.example", 25)])
def test_code_has_25_modules_while_scheme_and_host_are_short(host: str, modules: int) -> None:
    code = draw(f"https://{host}", TOKEN)

    assert len(f"https://{host}") <= 22
    assert len(code.rows) == modules


def test_code_grows_when_scheme_and_host_have_23_characters() -> None:
    code = draw("https://card123.example", TOKEN)

    assert len(code.rows) == 29


def test_code_is_drawn_at_level_m() -> None:
    picture = Image.open(BytesIO(to_png(draw(SITE, TOKEN)))).convert("L")

    assert [found.ec_level for found in zxingcpp.read_barcodes(picture)] == ["M"]


def test_longest_host_name_still_reads_back() -> None:
    site = "https://" + ".".join(["a" * 63] * 3 + ["b" * 61])

    code = draw(site, TOKEN)

    assert read_svg(to_svg(code)) == read_png(to_png(code)) == code.text


def test_address_too_long_for_any_code_is_refused() -> None:
    with pytest.raises(JobError, match="too many for a QR code"):
        draw("https://" + "a" * 4000, TOKEN)


@pytest.mark.parametrize(("dpi", "dots"), [(203, 4), (300, 5), (600, 10)])
def test_modules_are_whole_dots_and_large_enough_for_phones(dpi: int, dots: int) -> None:
    counted = dots_per_module(dpi)

    assert counted == dots
    assert module_mm(counted - 1, dpi) < MIN_MODULE_MM <= module_mm(counted, dpi)


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_png_carries_its_resolution_and_scales_by_whole_dots(dpi: int) -> None:
    code = draw(SITE, TOKEN)

    picture = Image.open(BytesIO(to_png(code, dpi=dpi)))

    dots = dots_per_module(dpi)
    assert picture.size == (code.side * dots, code.side * dots)
    assert picture.info["dpi"] == pytest.approx((dpi, dpi), abs=0.1)
    assert _sampled(picture, dots) == _framed(code)


def test_svg_is_one_path_of_the_modules_in_millimetres() -> None:
    code = draw(SITE, TOKEN)

    root = ElementTree.fromstring(to_svg(code))

    assert root.attrib["width"] == root.attrib["height"] == "13.970mm"
    assert root.attrib["viewBox"] == f"0 0 {code.side} {code.side}"
    assert len(root.findall("{http://www.w3.org/2000/svg}path")) == 1


def test_runs_cover_every_dark_module_once() -> None:
    code = draw(SITE, TOKEN)

    covered = [(run.x + step, run.y) for run in dark_runs(code) for step in range(run.length)]

    framed = _framed(code)
    assert len(covered) == len(set(covered))
    assert set(covered) == {
        (x, y) for y, row in enumerate(framed) for x, dark in enumerate(row) if dark
    }


def test_same_card_gives_the_same_bytes() -> None:
    assert to_png(draw(SITE, TOKEN)) == to_png(draw(SITE, TOKEN))
    assert to_svg(draw(SITE, TOKEN)) == to_svg(draw(SITE, TOKEN))


def test_what_it_says_is_the_chips_address_in_canonical_form() -> None:
    card = parse_card_url(draw(SITE, TOKEN).text)

    assert card.canonical == f"{SITE}/c/{TOKEN}"
    assert card.channel == "qr"


def _framed(code: QrCode) -> list[list[bool]]:
    """The modules with their quiet zone, row by row."""
    side = code.side
    margin = [False] * QUIET_ZONE
    blank = [[False] * side for _ in range(QUIET_ZONE)]
    return [*blank, *([*margin, *row, *margin] for row in code.rows), *blank]


def _sampled(picture: Image.Image, dots: int) -> list[list[bool]]:
    """The modules of a picture, each of which must be of one colour."""
    grey = picture.convert("L")
    rows: list[list[bool]] = []
    for top in range(0, grey.height, dots):
        row: list[bool] = []
        for left in range(0, grey.width, dots):
            low, high = grey.crop((left, top, left + dots, top + dots)).getextrema()
            assert low == high
            row.append(low == 0)
        rows.append(row)
    return rows
