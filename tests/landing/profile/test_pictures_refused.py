"""Pictures: nothing but pixels gets through, and what cannot be taken is refused by name."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from PIL.Image import Exif

from landing.errors import DataError
from landing.profile.pictures import take_picture
from tests.landing.profile.drawings import halves, png_head, portrait, saved

SECRET = b"48.8584N 2.2945E secret"
DESCRIPTION, GPS = 0x010E, 0x8825


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_pixels_gets_through(kind: str) -> None:
    content = with_secrets(kind)

    made = take_picture(content, "photo") | take_picture(content, "logo")

    assert SECRET in content
    assert leaks(made) == []


def test_a_plain_resize_would_let_the_comment_through() -> None:
    opened = Image.open(BytesIO(with_secrets("JPEG")))

    naive = {"a.jpg": saved(opened.resize((224, 224)), "JPEG", exif=b"")}

    assert leaks(naive) == ["a.jpg"]


@pytest.mark.parametrize("size", [(6001, 10), (10, 6001), (4001, 4000), (30_000, 30_000)])
def test_huge_picture_is_refused_by_its_head_alone(size: tuple[int, int]) -> None:
    with pytest.raises(DataError, match="megapixels"):
        take_picture(png_head(size), "photo")


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGB", "RGBA"])
@pytest.mark.parametrize("size", [(4000, 4000), (2790, 5700)])
def test_largest_picture_is_taken(mode: str, size: tuple[int, int]) -> None:
    made = take_picture(saved(Image.new(mode, size, 9), compress_level=1), "photo")

    assert len(made) == 3


def test_file_name_says_nothing_of_the_kind(tmp_path: Path) -> None:
    content = saved(halves(), "PNG")
    misnamed = tmp_path / "photo.jpg"
    misnamed.write_bytes(content)

    assert take_picture(misnamed.read_bytes(), "photo") == take_picture(content, "photo")


def with_secrets(kind: str) -> bytes:
    """A picture with a secret in every place that its format has for words."""
    exif = Exif()
    exif[DESCRIPTION] = SECRET.decode()
    exif.get_ifd(GPS)[1] = SECRET.decode()
    options: dict[str, object] = {"exif": exif, "icc_profile": SECRET * 20}
    if kind == "JPEG":
        options["comment"] = SECRET
    if kind == "WEBP":
        options["xmp"] = SECRET
    return saved(portrait((300, 300)), kind, **options)


def leaks(files: dict[str, bytes]) -> list[str]:
    """The files that carry the secret, or words of any kind."""
    words = ("exif", "comment", "icc_profile", "xmp")
    return [
        name
        for name, data in files.items()
        if SECRET in data or any(word in Image.open(BytesIO(data)).info for word in words)
    ]
