"""Pictures: what one from a phone costs beside its limits, and what a people file of many takes."""

import random
import tempfile
import time
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from statistics import median

from PIL import Image

from landing.errors import DataError
from landing.people.pictures import PictureFolder
from landing.profile.pictures import PictureProcess
from landing.profile.pictures.rules import LIMITS
from tests.bench.figures import Figure, Suite
from tests.landing.profile.drawings import shaded_face
from tests.landing.profile.hostile import cases

PEOPLE = 100
IMPORT_SECONDS = 60.0
_PHONE = (4032, 3024)  # 12 megapixels
_ROUNDS = 5
_MB = 1_000_000
_METHOD = (
    "A drawn face of 12 megapixels with the noise of a sensor, as a JPEG of quality 90, taken as"
    f"\na portrait: the median of {_ROUNDS} by a worker that is up, and the peak of a worker that"
    " drew nothing else.\nThe hostile files are the tests' own; those that the kernel ended for"
    f" their time count with the limit.\nThe {PEOPLE} pictures are the first one, each with other"
    " bytes behind its end, taken and stored as an import\ndoes, the start of the worker included."
)


def measure() -> Suite:
    """Take one portrait, all the tests' files, and a hundred portraits."""
    source = random.Random(20261125)
    photo = phone_photo(source)
    seconds, peak = _one(photo)
    hostile_seconds, hostile_peak = _hostile()
    return Suite(
        title="Pictures",
        method=_METHOD,
        figures=(
            _limited("12-megapixel portrait, time", seconds, float(LIMITS.seconds), "s"),
            _limited("12-megapixel portrait, memory", peak, LIMITS.memory / _MB, "MB"),
            _limited("worst hostile file, processor", hostile_seconds, float(LIMITS.seconds), "s"),
            _limited("worst hostile file, memory", hostile_peak, LIMITS.memory / _MB, "MB"),
            _limited(f"import of {PEOPLE} portraits", _import(photo), IMPORT_SECONDS, "s"),
        ),
    )


def phone_photo(source: random.Random) -> bytes:
    """A face as a phone would keep it: large, noisy, with a note on how it was held."""
    face = shaded_face((1008, 756), (500, 340)).resize(_PHONE, Image.Resampling.BICUBIC)
    grain = Image.frombytes("L", (1024, 1024), source.randbytes(1024 * 1024)).resize(_PHONE)
    noisy = Image.blend(face, grain.convert("RGB"), 0.08)
    exif = Image.Exif()
    exif[0x0112] = 1
    file = BytesIO()
    noisy.save(file, "JPEG", quality=90, exif=exif)
    return file.getvalue()


def _one(photo: bytes) -> tuple[float, float]:
    with PictureProcess() as process:
        process.take(photo, "photo")
        peak = process.peak_bytes / _MB
        taken = []
        for _ in range(_ROUNDS):
            begun = time.perf_counter()
            process.take(photo, "photo")
            taken.append(time.perf_counter() - begun)
    return median(taken), peak


def _hostile() -> tuple[float, float]:
    with PictureProcess() as process:
        for case in cases():
            with suppress(DataError):
                process.take(case.content, "photo")
        return process.most_milliseconds / 1000, process.peak_bytes / _MB


def _import(photo: bytes) -> float:
    with tempfile.TemporaryDirectory() as folder:
        for number in range(PEOPLE):
            (Path(folder) / f"{number}.jpg").write_bytes(photo + number.to_bytes(2, "big"))
        begun = time.perf_counter()
        pictures = PictureFolder(Path(folder))
        for number in range(PEOPLE):
            pictures.take(f"{number}.jpg", "photo")
        pictures.store(Path(folder) / "pictures")
        return time.perf_counter() - begun


def _limited(what: str, ours: float, limit: float, unit: str) -> Figure:
    return Figure(what=what, ours=ours, against="limit", theirs=limit, unit=unit)
