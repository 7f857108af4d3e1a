"""Pictures: only pixels get through, small enough for the page, under names that never change."""

import hashlib
import random
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageDraw
from PIL.Image import Exif

from landing.errors import DataError
from landing.profile.pictures import (
    LOGO_BUDGET,
    LOGO_PNG,
    LOGO_WEBP,
    PHOTO_BUDGET,
    PHOTO_JPEG,
    PHOTO_VCARD,
    PHOTO_WEBP,
    VCARD_BUDGET,
    Kind,
    picture_hash,
    rendition_name,
    store_pictures,
    take_picture,
)

SECRET = b"48.8584N 2.2945E secret"
ORIENTATION, DESCRIPTION, GPS = 0x0112, 0x010E, 0x8825
TOP_LEFT, RED, BLUE = (5, 5), (220, 30, 30), (30, 30, 220)


def portrait(size: tuple[int, int] = (900, 1200), mode: str = "RGB") -> Image.Image:
    """A drawn face on a shaded ground."""
    ground = Image.radial_gradient("L").resize(size).convert("RGB")
    brush = ImageDraw.Draw(ground)
    width, height = size
    brush.ellipse((width * 0.3, height * 0.2, width * 0.7, height * 0.7), fill=(230, 190, 160))
    return ground.convert(mode)


def noise(size: tuple[int, int] = (640, 640)) -> Image.Image:
    """The picture that compresses worst."""
    data = random.Random(7).randbytes(size[0] * size[1] * 3)
    return Image.frombytes("RGB", size, data)


def halves(size: tuple[int, int] = (400, 400)) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", size, BLUE)
    picture.paste(RED, (0, 0, size[0] // 2, size[1]))
    return picture


def saved(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """The picture as a file."""
    written = BytesIO()
    picture.save(written, format=kind, **options)
    return written.getvalue()


def rendition(content: bytes, kind: Kind, which: str) -> Image.Image:
    """One rendition of a picture, opened."""
    made = take_picture(content, kind)
    return Image.open(BytesIO(made[rendition_name(picture_hash(content), which)]))


def is_like(pixel: object, colour: tuple[int, int, int]) -> bool:
    """Whether a pixel is about of a colour, as lossy formats keep it."""
    return isinstance(pixel, tuple) and all(
        abs(part - wanted) < 40 for part, wanted in zip(pixel, colour, strict=False)
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_photo_has_two_renditions_for_the_page_and_one_for_the_contact(kind: str) -> None:
    content = saved(portrait(), kind)

    made = take_picture(content, "photo")

    digest = hashlib.sha256(content).hexdigest()[:32]
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


def _sixteen_bits() -> bytes:
    return saved(Image.new("I;16", (100, 100), 30_000))


def _animated() -> bytes:
    frames = [halves(), halves().rotate(90)]
    return saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])


def _animated_png() -> bytes:
    frames = [halves(), halves().rotate(90)]
    return saved(frames[0], "PNG", save_all=True, append_images=frames[1:])


def _gif() -> bytes:
    return saved(halves(), "GIF")


def _tiff() -> bytes:
    return saved(halves(), "TIFF")


def _svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def _cut_short() -> bytes:
    return saved(portrait(), "JPEG")[:2000]


def _too_heavy() -> bytes:
    return saved(halves()) + bytes(5_000_000)


def _empty() -> bytes:
    return b""


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (_sixteen_bits, "pixels of kind I;16"),
        (_animated, "animated"),
        (_animated_png, "animated"),
        (_gif, "no JPEG, PNG or WebP"),
        (_tiff, "no JPEG, PNG or WebP"),
        (_svg, "no JPEG, PNG or WebP"),
        (_cut_short, "damaged"),
        (_empty, "damaged"),
        (_too_heavy, "5 MB"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name(make: Callable[[], bytes], why: str) -> None:
    with pytest.raises(DataError, match=why) as caught:
        take_picture(make(), "photo")

    assert caught.value.exit_code == 4
    assert caught.value.hint


@pytest.mark.parametrize("size", [(6001, 10), (10, 6001), (4001, 4000), (30_000, 30_000)])
def test_huge_picture_is_refused_by_its_head_alone(size: tuple[int, int]) -> None:
    with pytest.raises(DataError, match="megapixels"):
        take_picture(png_head(size), "photo")


def test_largest_picture_is_taken() -> None:
    made = take_picture(saved(Image.new("L", (4000, 4000), 9)), "photo")

    assert len(made) == 3


def test_file_name_says_nothing_of_the_kind(tmp_path: Path) -> None:
    content = saved(halves(), "PNG")
    misnamed = tmp_path / "photo.jpg"
    misnamed.write_bytes(content)

    assert take_picture(misnamed.read_bytes(), "photo") == take_picture(content, "photo")


def test_same_picture_makes_the_same_files() -> None:
    content = saved(portrait(), "JPEG")

    assert take_picture(content, "photo") == take_picture(content, "photo")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damaged_file_is_taken_or_refused_by_name(kind: str) -> None:
    source = random.Random(kind)
    whole = saved(portrait((60, 60)), kind)

    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(source.randrange(1, 6)):
            damaged[source.randrange(len(damaged))] = source.randrange(256)
        try:
            take_picture(bytes(damaged[: source.randrange(20, len(damaged) + 1)]), "logo")
        except DataError:
            continue


def test_pictures_are_stored_under_their_names(tmp_path: Path) -> None:
    made = take_picture(saved(halves()), "photo")

    store_pictures(tmp_path / "pictures", made)

    stored = {path.name: path.read_bytes() for path in (tmp_path / "pictures").iterdir()}
    assert stored == made


def test_storing_again_leaves_files_alone(tmp_path: Path) -> None:
    made = take_picture(saved(halves()), "photo")
    store_pictures(tmp_path, made)
    before = {path.name: path.stat().st_ino for path in tmp_path.iterdir()}

    store_pictures(tmp_path, made)

    assert {path.name: path.stat().st_ino for path in tmp_path.iterdir()} == before


def test_torn_file_is_mended(tmp_path: Path) -> None:
    made = take_picture(saved(halves()), "photo")
    name = next(iter(made))
    (tmp_path / name).write_bytes(b"torn")

    store_pictures(tmp_path, made)

    assert (tmp_path / name).read_bytes() == made[name]


@pytest.mark.parametrize("name", ["../a.webp", "a/b.webp", "a.svg", "", f"{'g' * 32}-224.webp"])
def test_other_names_are_not_stored(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError):
        store_pictures(tmp_path / "pictures", {name: b"x"})

    assert not (tmp_path / "pictures").exists()


def red_and_blue_swapped() -> bytes:
    """A colour profile whose red is our blue. Source: ICC.1:2022, 9.2.44 (matrix columns)."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return srgb.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")


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


def png_head(size: tuple[int, int]) -> bytes:
    """A PNG that claims a size and holds nothing."""
    head = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big") + bytes((8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    )
