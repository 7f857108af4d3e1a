"""Small pictures of every kind, drawn by a worker ahead of its limits.

What Pillow loads only when it meets it (the reader of EXIF, palettes, colour profiles) could not
be loaded later: the worker opens no file any more.
"""

from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageCms

_ORIENTATION, _UPSIDE_DOWN = 0x0112, 3


def rehearsal() -> Iterator[bytes]:
    """Pictures that go every way through decoding and drawing."""
    picture = Image.radial_gradient("L").resize((80, 80)).convert("RGB")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[_ORIENTATION] = _UPSIDE_DOWN
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = _saved(picture, kind, icc_profile=profile, exif=exif)
        yield whole
        yield whole[: len(whole) // 2]
    yield _saved(picture.convert("CMYK"), "JPEG", icc_profile=profile)
    yield _saved(picture, "JPEG", progressive=True, comment=b"comment")
    for mode in ("1", "L", "LA", "P", "RGBA", "I;16"):
        yield _saved(picture.convert("L" if mode == "I;16" else mode).convert(mode), "PNG")
    yield _saved(picture.quantize(4), "PNG", transparency=0)
    for kind in ("MPO", "PNG", "WEBP"):
        yield _saved(picture, kind, save_all=True, append_images=[picture.rotate(90)])
    yield b"no picture"


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, format=kind, **options)
    return file.getvalue()
