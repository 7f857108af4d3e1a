"""Pictures: upright, in the right shape and colours, and small enough for the page."""

import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from PIL.Image import Exif

from landing.profile.pictures import (
    LOGO_BUDGET,
    LOGO_PNG,
    LOGO_WEBP,
    PHOTO_BUDGET,
    PHOTO_JPEG,
    PHOTO_VCARD,
    PHOTO_WEBP,
    VCARD_BUDGET,
    picture_hash,
    rendition_name,
    take_picture,
)
from tests.landing.profile.drawings import (
    BLUE,
    RED,
    TOP_LEFT,
    halves,
    is_like,
    noise,
    portrait,
    red_and_blue_swapped,
    rendition,
    saved,
)
from tests.landing.profile.hostile import deep_png, phone_jpeg

ROOT = Path(__file__).parents[3]
ORIENTATION = 0x0112


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photo_has_two_renditions_for_the_page_and_one_for_the_contact(kind: str) -> None:
    content = saved(portrait(), kind)

    made = take_picture(content, "photo")

    digest = picture_hash(content)
    assert list(made) == [f"{digest}-224.webp", f"{digest}-224.jpg", f"{digest}-400.jpg"]
    shapes = [
        (Image.open(BytesIO(data)).format, Image.open(BytesIO(data)).size) for data in made.values()
    ]
    assert shapes == [("WEBP", (224, 224)), ("JPEG", (224, 224)), ("JPEG", (400, 400))]


def test_logo_has_a_webp_and_a_fallback() -> None:
    content = saved(portrait((800, 200)))

    made = take_picture(content, "logo")

    assert list(made) == [f"{picture_hash(content)}-112.webp", f"{picture_hash(content)}-112.png"]
    assert {Image.open(BytesIO(data)).size for data in made.values()} == {(224, 56)}


@pytest.mark.parametrize(
    ("size", "fitted"),
    [((800, 200), (224, 56)), ((200, 800), (28, 112)), ((50, 20), (50, 20)), ((6000, 1), (224, 1))],
)
def test_logo_keeps_its_shape_and_is_never_blown_up(
    size: tuple[int, int], fitted: tuple[int, int]
) -> None:
    logo = rendition(saved(Image.new("RGB", size, RED)), "logo", LOGO_WEBP)

    assert logo.size == fitted


def test_photo_is_cut_square_around_its_middle() -> None:
    wide = Image.new("RGB", (1200, 400), BLUE)
    wide.paste(RED, (400, 0, 800, 400))

    photo = rendition(saved(wide), "photo", PHOTO_JPEG)

    assert all(is_like(photo.getpixel(place), RED) for place in ((4, 4), (219, 219)))


@pytest.mark.parametrize("draw", [portrait, noise])
def test_renditions_keep_within_the_pages_budget(draw: Callable[[], Image.Image]) -> None:
    content = saved(draw())

    photo, logo = take_picture(content, "photo"), take_picture(content, "logo")

    digest = picture_hash(content)
    assert len(photo[rendition_name(digest, PHOTO_WEBP)]) <= PHOTO_BUDGET
    assert len(photo[rendition_name(digest, PHOTO_JPEG)]) <= PHOTO_BUDGET
    assert len(photo[rendition_name(digest, PHOTO_VCARD)]) <= VCARD_BUDGET
    assert len(logo[rendition_name(digest, LOGO_WEBP)]) <= LOGO_BUDGET


def test_noise_would_break_the_budget_at_full_quality() -> None:
    small = noise().resize((224, 224))

    assert len(saved(small, "WEBP", quality=75)) > PHOTO_BUDGET


def test_logo_keeps_its_transparency() -> None:
    clear = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    clear.paste((*RED, 255), (50, 25, 150, 75))

    for which in (LOGO_WEBP, LOGO_PNG):
        logo = rendition(saved(clear), "logo", which).convert("RGBA")
        assert logo.getpixel(TOP_LEFT) == (0, 0, 0, 0)
        assert is_like(logo.getpixel((100, 50)), RED)


def test_transparent_photo_stands_on_white() -> None:
    clear = Image.new("RGBA", (400, 400), (0, 0, 0, 0))

    for which in (PHOTO_WEBP, PHOTO_JPEG, PHOTO_VCARD):
        photo = rendition(saved(clear), "photo", which)
        assert is_like(photo.convert("RGB").getpixel(TOP_LEFT), (255, 255, 255))


def test_photo_is_turned_upright() -> None:
    exif = Exif()
    exif[ORIENTATION] = 3  # upside down

    photo = rendition(saved(halves(), "JPEG", exif=exif), "photo", PHOTO_JPEG)

    assert is_like(photo.getpixel(TOP_LEFT), BLUE)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_common_kind_of_pixel_is_taken(mode: str) -> None:
    made = take_picture(saved(portrait(mode="RGB").convert(mode)), "photo")

    assert len(made) == 3


def test_print_colours_are_taken() -> None:
    photo = rendition(saved(halves().convert("CMYK"), "JPEG"), "photo", PHOTO_JPEG)

    assert photo.mode == "RGB"
    assert is_like(photo.getpixel(TOP_LEFT), RED)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_colours_of_another_colour_space_are_translated(mode: str) -> None:
    content = saved(halves().convert(mode), "PNG", icc_profile=red_and_blue_swapped())

    photo = rendition(content, "photo", PHOTO_JPEG)

    assert is_like(photo.getpixel(TOP_LEFT), BLUE)


def test_palette_with_transparency_is_taken() -> None:
    palette = halves().quantize(4)

    logo = rendition(saved(palette, transparency=0), "logo", LOGO_WEBP)

    assert logo.mode == "RGBA"


@pytest.mark.parametrize(("depth", "colour"), [(16, 0), (16, 2), (16, 4), (16, 6), (8, 0)])
def test_sixteen_bits_keep_their_shades(depth: int, colour: int) -> None:
    """The PNG is a slope; where it is half clear, white shines through."""
    photo = rendition(deep_png(depth, colour), "photo", PHOTO_JPEG).convert("L")

    shades = [photo.getpixel((112, row)) for row in (2, 112, 221)]

    for shade, wanted in zip(shades, (2, 128, 253), strict=True):
        clear = 255 - wanted if colour in (4, 6) else 0
        whole = wanted + clear * (255 - wanted) // 255
        assert shade == pytest.approx(whole, abs=8)


def test_first_picture_of_a_phones_file_is_taken() -> None:
    photo = rendition(phone_jpeg(), "photo", PHOTO_JPEG)

    assert is_like(photo.getpixel(TOP_LEFT), RED)
    assert is_like(photo.getpixel((219, 5)), BLUE)


def test_picture_that_is_cut_on_faces_has_another_name() -> None:
    program = "from landing.profile.pictures import picture_hash; print(picture_hash(b'x'), end='')"
    words = [sys.executable, "-S", "-c", program]  # without site-packages, and so without OpenCV

    bare = subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT).stdout

    assert len(bare) == 32
    assert picture_hash(b"x") != bare


def test_same_picture_makes_the_same_files() -> None:
    content = saved(portrait(), "JPEG")

    assert take_picture(content, "photo") == take_picture(content, "photo")
