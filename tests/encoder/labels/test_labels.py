"""Every layout, on paper and in dots: readable, whole, and nothing on anything else."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageDraw
from zebrafy.zebrafy_zpl import ZebrafyZPL

from encoder.errors import LayoutError, QrMismatchError, QrSizeError
from encoder.labels import raster
from encoder.labels.content import LabelContent
from encoder.labels.layout import Box, Field, Layout
from encoder.labels.layout_file import layout_names, load_layout
from encoder.labels.place import Code, Placed, Words, place_label
from encoder.labels.render import FileKind, Style, render_label
from encoder.labels.words import printable, register_fonts
from encoder.labels.zpl import ZPL_RESOLUTIONS, to_zpl
from encoder.qr.dots import MIN_MODULE_MM
from encoder.qr.readback import read_picture
from tests.encoder.labels.cast import LONG_CARD, TOKEN, ZOE_CARD

LAYOUTS = layout_names()


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    """A logo of dark and light parts."""
    picture = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(picture).ellipse((20, 20, 280, 180), fill="#8a1538")
    picture.save(tmp_path / "logo.png")
    return tmp_path / "logo.png"


def painted(
    layout: Layout, content: LabelContent, dpi: int, logo: Path | None = None
) -> Image.Image:
    """A label in dots."""
    return raster.paint(layout, place_label(layout, content, dpi=dpi, logo=logo), dpi=dpi)


@pytest.mark.parametrize("dpi", ZPL_RESOLUTIONS)
@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("card", [ZOE_CARD, LONG_CARD], ids=["usual", "long"])
def test_whole_label_has_one_code_that_says_the_cards_address(
    name: str, dpi: int, card: LabelContent, logo: Path
) -> None:
    picture = painted(load_layout(name), card, dpi, logo)

    assert read_picture(picture).endswith(f"/Q/{TOKEN}")


@pytest.mark.parametrize("dpi", ZPL_RESOLUTIONS)
@pytest.mark.parametrize("name", LAYOUTS)
def test_modules_are_whole_dots_and_no_smaller_than_phones_read(name: str, dpi: int) -> None:
    (code,) = _codes(place_label(load_layout(name), ZOE_CARD, dpi=dpi))

    assert code.module_mm >= MIN_MODULE_MM
    assert code.dots == round(code.module_mm * dpi / 25.4, 6)


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("card", [ZOE_CARD, LONG_CARD], ids=["usual", "long"])
def test_no_ink_leaves_its_field(name: str, card: LabelContent, logo: Path) -> None:
    layout = load_layout(name)

    picture = painted(layout, card, 300, logo)

    assert stray_ink(picture, layout) is None


def test_the_check_for_stray_ink_catches_a_word_that_is_too_wide() -> None:
    layout = load_layout("cr80-back")
    placed = place_label(layout, LONG_CARD, dpi=300)
    wider = [
        replace(thing, size_pt=thing.size_pt * 1.2) if isinstance(thing, Words) else thing
        for thing in placed
    ]

    picture = raster.paint(layout, wider, dpi=300)

    assert stray_ink(picture, layout) is not None


def stray_ink(picture: Image.Image, layout: Layout) -> tuple[int, int, int, int] | None:
    """Where there is ink outside of every field, two dots of blur allowed for."""
    rest = picture.copy()
    for field in layout.fields:
        box = field.box
        edges = [box.x_mm, box.y_mm, box.right_mm, box.bottom_mm]
        left, top, right, bottom = (round(edge * 300 / 25.4) for edge in edges)
        rest.paste(255, (max(0, left - 2), max(0, top - 2), right + 2, bottom + 2))
    return rest.point(lambda shade: 255 if shade < 250 else 0).getbbox()


@pytest.mark.parametrize("name", LAYOUTS)
def test_zpl_is_the_picture_dot_for_dot_as_an_independent_reader_finds_it(name: str) -> None:
    layout = load_layout(name)
    for dpi in ZPL_RESOLUTIONS:
        wanted = raster.black_and_white(painted(layout, ZOE_CARD, dpi)).convert("L")

        zpl = render_label(Style(layout=layout, dpi=dpi), ZOE_CARD, "zpl")

        (found,) = ZebrafyZPL(zpl.decode("ascii")).to_images()
        shown = found.convert("L").crop((0, 0, *wanted.size))
        assert ImageChops.difference(shown, wanted).getbbox() is None
        assert zpl.startswith(b"^XA^PW%d^LL%d" % wanted.size)


def test_the_check_of_zpl_catches_a_lost_dot() -> None:
    picture = Image.new("1", (80, 40), 1)
    picture.putpixel((41, 13), 0)
    zpl = to_zpl(picture).decode("ascii").replace("4,", "2,")

    (found,) = ZebrafyZPL(zpl).to_images()

    assert ImageChops.difference(found.convert("L"), picture.convert("L")).getbbox() is not None


@pytest.mark.parametrize("width", [1, 7, 8, 9, 1600, 3400])
def test_zpl_of_long_runs_and_odd_widths_is_exact(width: int) -> None:
    picture = Image.new("1", (width, 6), 1)
    ImageDraw.Draw(picture).rectangle((0, 1, width, 2), fill=0)
    picture.putpixel((width // 2, 4), 0)

    (found,) = ZebrafyZPL(to_zpl(picture).decode("ascii")).to_images()

    shown = found.convert("L").crop((0, 0, width, 6))
    assert ImageChops.difference(shown, picture.convert("L")).getbbox() is None


def test_no_words_of_a_card_reach_the_printers_language() -> None:
    card = replace(ZOE_CARD, name="^XZ^XA^JUS~JR", line="~HS\\^FD")

    zpl = render_label(Style(layout=load_layout("cr80-back")), card, "zpl").decode("ascii")

    assert (zpl.count("^XA"), zpl.count("^XZ"), zpl.count("~")) == (1, 1, 0)


@pytest.mark.parametrize("kind", ["pdf", "png", "zpl"])
def test_label_that_does_not_say_what_the_chip_says_is_not_given(kind: FileKind) -> None:
    card = replace(ZOE_CARD, url="https://card.example/c/0000000000012")

    with pytest.raises(QrMismatchError, match="0000000000012"):
        render_label(Style(layout=load_layout("cr80-back")), card, kind)


def test_code_that_something_was_painted_over_is_not_given() -> None:
    layout = load_layout("cr80-back")
    placed = place_label(layout, ZOE_CARD, dpi=300)
    picture = raster.paint(layout, placed, dpi=300)
    (code,) = _codes(placed)
    corner = [round(edge * 300 / 25.4) for edge in (code.x_mm + 8, code.y_mm + 8)]

    picture.paste(0, (corner[0], corner[1], corner[0] + 160, corner[1] + 160))

    with pytest.raises(QrMismatchError):
        read_picture(raster.code_part(picture, placed, dpi=300))


def test_address_too_long_for_the_layouts_code_is_refused_with_the_numbers() -> None:
    host = "https://a-very-long-host-name-of-a-company-that-likes-long-names.example"
    card = replace(ZOE_CARD, site=host, url=f"{host}/c/{TOKEN}")
    small = replace(_code_field(load_layout("round-sticker")), box=_square(14))
    layout = replace(load_layout("round-sticker"), fields=(small,))

    with pytest.raises(QrSizeError, match=r"41 modules.*14 mm.*4 dots a module at 300 dpi, and 5"):
        place_label(layout, card, dpi=300)


def test_logo_stands_inside_the_code_and_it_still_reads(logo: Path) -> None:
    plain = load_layout("avery-l7160")
    fields = tuple(
        replace(field, logo_inside=True) if field.kind == "qr" else field for field in plain.fields
    )
    layout = replace(plain, fields=fields)
    for dpi in ZPL_RESOLUTIONS:
        placed = place_label(layout, ZOE_CARD, dpi=dpi, logo=logo)

        picture = raster.paint(layout, placed, dpi=dpi)

        (code,) = _codes(placed)
        (found,) = zxingcpp.read_barcodes(raster.code_part(picture, placed, dpi=dpi))
        assert (found.ec_level, code.code.hole > 0) == ("Q", True)
        assert read_picture(raster.black_and_white(picture).convert("L")).endswith(TOKEN)


def test_logo_that_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_text("no picture")

    with pytest.raises(LayoutError, match=r"logo\.png cannot be read"):
        place_label(load_layout("cr80-back"), ZOE_CARD, dpi=300, logo=tmp_path / "logo.png")


@pytest.mark.parametrize("name", LAYOUTS)
def test_paper_shows_what_the_dots_show(name: str, tmp_path: Path, logo: Path) -> None:
    layout = load_layout(name)
    pdf = tmp_path / "label.pdf"
    style = Style(layout=layout, logo=logo)
    pdf.write_bytes(render_label(style, ZOE_CARD, "pdf"))
    subprocess.run(
        ["pdftoppm", "-r", "300", "-gray", "-singlefile", "-cropbox", pdf, tmp_path / "page"],
        check=True,
    )

    page = Image.open(tmp_path / "page.pgm").convert("L")

    bleed = round(layout.bleed_mm * 300 / 25.4)
    dots = painted(layout, ZOE_CARD, 300, logo)
    shown = page.crop((bleed, bleed, bleed + dots.width, bleed + dots.height))
    assert read_picture(page).endswith(TOKEN)
    assert _share_that_differs(shown, dots) < 0.02


def test_bleed_is_around_the_trimmed_card(tmp_path: Path) -> None:
    pdf = tmp_path / "label.pdf"
    pdf.write_bytes(render_label(Style(layout=load_layout("cr80-back")), ZOE_CARD, "pdf"))

    told = subprocess.run(["pdfinfo", "-box", pdf], check=True, capture_output=True, text=True)

    boxes = {line.split(":")[0]: line.split(":")[1].split() for line in told.stdout.splitlines()}
    trim = [float(edge) * 25.4 / 72 for edge in boxes["TrimBox"]]
    media = [float(edge) * 25.4 / 72 for edge in boxes["MediaBox"]]
    assert [trim[2] - trim[0], trim[3] - trim[1]] == pytest.approx([85.60, 53.98], abs=0.02)
    assert [trim[0], media[3] - trim[3]] == pytest.approx([3, 3], abs=0.02)
    assert media == pytest.approx([0, 0, 91.6, 59.98], abs=25.4 / 300)


@pytest.mark.parametrize("dpi", [300, 600])
@pytest.mark.parametrize("name", LAYOUTS)
def test_edges_of_modules_fall_on_the_printers_dots(name: str, dpi: int, tmp_path: Path) -> None:
    layout, pdf = load_layout(name), tmp_path / "label.pdf"
    pdf.write_bytes(render_label(Style(layout=layout), ZOE_CARD, "pdf"))

    subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-gray", "-singlefile", pdf, tmp_path / "page"], check=True
    )

    (code,) = _codes(place_label(layout, ZOE_CARD, dpi=300))
    page = Image.open(tmp_path / "page.pgm").convert("L")
    assert _grey_share(_part(page, code, layout.bleed_mm, dpi)) < 0.002
    assert (
        _grey_share(
            _part(
                page.rotate(3, Image.Resampling.BILINEAR, fillcolor=255), code, layout.bleed_mm, dpi
            )
        )
        > 0.002
    )


def test_french_greek_and_cyrillic_letters_are_printed_as_they_are() -> None:
    register_fonts()
    for name in (
        "Zoé Lefèvre-Œhlenschläger",
        "Ελένη Παπαδοπούλου",
        "Юрий Гагарин",
        "Łódź Erdős",
    ):
        for font in ("Roboto-Regular", "Roboto-Bold"):
            assert printable(name, font) == name


def test_label_is_in_the_language_that_was_asked_for() -> None:
    layout = load_layout("parcel-slip")
    french, english = (
        [thing.text for thing in place_label(layout, ZOE_CARD, dpi=300, language=language)
         if isinstance(thing, Words)]
        for language in ("fr", "en")
    )  # fmt: skip

    assert {"NFC ou QR", "n° 12", "Code d’activation"} <= set(french)
    assert {"NFC or QR", "no. 12", "Activation code"} <= set(english)
    assert {"7H3K-9QX2-MZ4D-G", "K7QP92-MX4D3A", ZOE_CARD.name} <= set(french) & set(english)


def _codes(placed: tuple[Placed, ...]) -> list[Code]:
    return [thing for thing in placed if isinstance(thing, Code)]


def _part(page: Image.Image, code: Code, bleed_mm: float, dpi: int) -> Image.Image:
    """What is on a page where the code is."""
    side = code.code.side * code.module_mm
    left, top = code.x_mm + bleed_mm, code.y_mm + bleed_mm
    edges = [round(edge * dpi / 25.4) for edge in (left, top, left + side, top + side)]
    return page.crop((edges[0] + 4, edges[1] + 4, edges[2] - 4, edges[3] - 4))


def _grey_share(picture: Image.Image) -> float:
    shades = picture.histogram()
    return sum(shades[20:236]) / sum(shades)


def _code_field(layout: Layout) -> Field:
    return next(field for field in layout.fields if field.kind == "qr")


def _square(side_mm: float) -> Box:
    return Box(x_mm=10, y_mm=10, width_mm=side_mm, height_mm=side_mm)


def _share_that_differs(one: Image.Image, other: Image.Image) -> float:
    """The share of dots that are dark in one and light in the other."""
    size = (min(one.width, other.width), min(one.height, other.height))
    shades = (picture.crop((0, 0, *size)) for picture in (one, other))
    difference = ImageChops.difference(*shades).histogram()
    return sum(difference[160:]) / (size[0] * size[1])
