"""Portraits are cut on the face where one is found, else where faces use to be."""

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from landing.profile.pictures import PHOTO_JPEG, PHOTO_VCARD
from landing.profile.pictures.crop import Face, Square, portrait_square
from landing.profile.pictures.faces import face_finder, largest_face
from tests.landing.profile.drawings import (
    BLUE,
    FACE_WIDTH,
    RED,
    halves,
    is_like,
    rendition,
    saved,
    shaded_face,
)

LEAST = 320
PLACES = [(400, 420), (1200, 500), (330, 880), (1300, 250)]


def test_face_stands_in_the_middle_with_its_eyes_in_the_upper_half() -> None:
    face = Face(left=1000, top=800, side=400)

    square = portrait_square((3000, 4000), face, least=LEAST)

    assert square.side == 1000
    assert square.left + square.side / 2 == 1200
    assert 0.35 < (face.top + 0.4 * face.side - square.top) / square.side < 0.5


@pytest.mark.parametrize("left", [0, 100, 1500, 2600])
@pytest.mark.parametrize("top", [0, 200, 3600])
def test_square_never_leaves_the_picture_nor_cuts_the_face(left: int, top: int) -> None:
    face = Face(left=left, top=top, side=400)

    square = portrait_square((3000, 4000), face, least=LEAST)

    assert 0 <= square.left <= face.left
    assert 0 <= square.top <= face.top
    assert face.left + face.side <= square.left + square.side <= 3000
    assert face.top + face.side <= square.top + square.side <= 4000


def test_small_face_is_not_blown_up() -> None:
    square = portrait_square((900, 1200), Face(left=400, top=300, side=60), least=LEAST)

    assert square.side == LEAST


def test_large_face_takes_what_there_is() -> None:
    square = portrait_square((600, 800), Face(left=50, top=100, side=500), least=LEAST)

    assert square == Square(left=0, top=48, side=600)


def test_without_a_face_an_upright_picture_is_cut_above_its_middle() -> None:
    square = portrait_square((900, 1600), None, least=LEAST)

    assert square == Square(left=0, top=175, side=900)


def test_without_a_face_a_wide_picture_is_cut_in_its_middle() -> None:
    square = portrait_square((1600, 900), None, least=LEAST)

    assert square == Square(left=350, top=0, side=900)


def test_largest_of_several_faces_is_taken() -> None:
    boxes = [(10, 10, 50, 50), (100, 40, 90, 90), (300, 10, 60, 60)]

    assert largest_face(boxes, 2.0) == Face(left=200, top=80, side=180)
    assert largest_face([], 2.0) is None


@pytest.mark.parametrize("place", PLACES)
def test_portrait_is_cut_on_its_face(place: tuple[int, int]) -> None:
    content = saved(shaded_face((1600, 1200), place), "JPEG", quality=90)

    photo = rendition(content, "photo", PHOTO_VCARD)

    found = face_finder()(photo.convert("RGB"))
    assert found is not None
    middle = found.left + found.side / 2
    assert 0.25 < found.side / photo.width < 0.75
    assert middle / photo.width == pytest.approx(0.5, abs=0.2)
    assert (found.top + 0.4 * found.side) / photo.height < 0.6


def test_cutting_in_the_middle_would_be_noticed() -> None:
    wide = shaded_face((1600, 1200), PLACES[1])

    middle = wide.crop(portrait_square(wide.size, None, least=LEAST).box).resize((400, 400))

    found = face_finder()(middle)
    assert found is None or abs(found.left + found.side / 2 - 200) > 80


def test_face_that_lies_on_its_side_is_turned_upright_first() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rows are columns
    upright = shaded_face((1600, 1200), PLACES[0])
    lying = saved(upright.rotate(90, expand=True), "JPEG", quality=95, exif=exif)

    turned = rendition(lying, "photo", PHOTO_JPEG).convert("L")

    plain = rendition(saved(upright, "JPEG", quality=95), "photo", PHOTO_JPEG).convert("L")
    pairs = zip(turned.tobytes(), plain.tobytes(), strict=True)
    assert sum(abs(one - other) for one, other in pairs) / (224 * 224) < 6


def test_picture_without_a_face_is_cut_in_its_middle() -> None:
    photo = rendition(saved(halves((1200, 400))), "photo", PHOTO_JPEG)

    assert is_like(photo.getpixel((30, 112)), RED)
    assert is_like(photo.getpixel((190, 112)), BLUE)


@pytest.mark.parametrize("opencv", ["raise ImportError", "__version__ = '5.0.0'", "1 / 0"])
def test_without_a_finder_portraits_are_taken_all_the_same(tmp_path: Path, opencv: str) -> None:
    (tmp_path / "cv2.py").write_text(opencv, encoding="utf-8")
    wide = saved(shaded_face((1600, 1200), PLACES[1]), "JPEG", quality=90)
    program = (
        "from landing.profile.pictures import PictureProcess\n"
        "import sys\n"
        "with PictureProcess() as process:\n"
        "    made = process.take(sys.stdin.buffer.read(), 'photo')\n"
        "sys.stdout.buffer.write(list(made.values())[2])\n"
    )
    path = os.pathsep.join((str(tmp_path), str(Path(__file__).parents[3])))

    ended = subprocess.run(
        [sys.executable, "-c", program],
        input=wide,
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        check=True,
    )

    found = face_finder()(Image.open(BytesIO(ended.stdout)))
    assert found is None or found.left + found.side / 2 > 250  # the middle of the picture was cut


def test_small_portrait_is_not_blown_up_for_the_contact() -> None:
    assert rendition(saved(halves((300, 300))), "photo", PHOTO_VCARD).size == (300, 300)
    assert rendition(saved(halves((100, 100))), "photo", PHOTO_VCARD).size == (224, 224)


def test_drawn_face_is_of_the_width_that_the_finder_sees() -> None:
    found = face_finder()(Image.open(BytesIO(saved(shaded_face((1600, 1200), PLACES[0])))))

    assert found is not None
    assert found.side == pytest.approx(FACE_WIDTH, rel=0.6)
