"""Drawn pictures, and files made of them."""

import random
import zlib
from io import BytesIO

from PIL import Image, ImageCms, ImageDraw, ImageFilter

from landing.profile.pictures import Kind, picture_hash, rendition_name, take_picture

FACE_WIDTH = 200
# Middle and half the axes, from the middle of the face, and the shade: hair, face, forehead, then
# on both sides brow, socket, white, pupil and cheek, then nose, mouth and chin.
_FACE = (
    (0, -30, 125, 165, 45),
    (0, 0, FACE_WIDTH // 2, 135, 200),
    (0, -75, 85, 55, 215),
    *(
        part
        for side in (-1, 1)
        for part in (
            (side * 42, -42, 30, 8, 70),
            (side * 42, -20, 32, 17, 120),
            (side * 42, -18, 20, 9, 235),
            (side * 42, -18, 9, 9, 30),
            (side * 55, 30, 26, 22, 222),
        )
    ),
    (0, 15, 10, 45, 228),
    (0, 50, 22, 10, 150),
    (0, 85, 38, 12, 90),
    (0, 120, 30, 14, 210),
)
TOP_LEFT, RED, BLUE = (5, 5), (220, 30, 30), (30, 30, 220)


def portrait(size: tuple[int, int] = (900, 1200), mode: str = "RGB") -> Image.Image:
    """A drawn face on a shaded ground."""
    ground = Image.radial_gradient("L").resize(size).convert("RGB")
    brush = ImageDraw.Draw(ground)
    width, height = size
    brush.ellipse((width * 0.3, height * 0.2, width * 0.7, height * 0.7), fill=(230, 190, 160))
    return ground.convert(mode)


def shaded_face(size: tuple[int, int], middle: tuple[int, int]) -> Image.Image:
    """A head of soft grey ellipses, nobody's, that a finder of faces takes for one."""
    picture = Image.new("L", size, 120)
    brush = ImageDraw.Draw(picture)
    left, top = middle
    brush.rectangle((left - 45, top + 120, left + 45, top + 200), fill=170)  # neck
    for across, down, width, height, shade in _FACE:
        x, y = left + across, top + down
        brush.ellipse((x - width, y - height, x + width, y + height), fill=shade)
    return picture.filter(ImageFilter.GaussianBlur(6)).convert("RGB")


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


def red_and_blue_swapped() -> bytes:
    """A colour profile whose red is our blue. Source: ICC.1:2022, 9.2.44 (matrix columns)."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return srgb.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")


def png_head(size: tuple[int, int]) -> bytes:
    """A PNG that claims a size and holds nothing."""
    head = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big") + bytes((8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    )
