"""Find the face in a portrait, where OpenCV 4 is installed (the extra ``faces``).

Runs in the worker only. Without OpenCV, or with one that has no cascades any more (5.0), no face
is found, and the portrait is cut where faces use to be.
"""

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from PIL import Image, ImageOps

from landing.profile.pictures.crop import Face

FaceFinder = Callable[[Image.Image], Face | None]

_CASCADE = "haarcascade_frontalface_alt2.xml"
_LONGER_SIDE = 480  # of the grey copy that is looked at
_SMALLEST_SHARE = 1 / 10  # of the copy's shorter side
_STEP, _NEIGHBOURS = 1.1, 5


def face_finder() -> FaceFinder:
    """Load what finds faces, or what finds none."""
    os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")
    try:
        cv2, numpy = import_module("cv2"), import_module("numpy")
        cv2.setNumThreads(1)
        cascade = cv2.CascadeClassifier(str(Path(cv2.data.haarcascades) / _CASCADE))
    except Exception:  # noqa: BLE001  (whatever an installation of others may raise: no faces)
        return _no_face
    if cascade.empty():
        return _no_face

    def find(picture: Image.Image) -> Face | None:
        grey, scale = _looked_at(picture)
        pixels = numpy.frombuffer(grey.tobytes(), numpy.uint8).reshape(grey.height, grey.width)
        least = int(min(grey.size) * _SMALLEST_SHARE)
        found = cascade.detectMultiScale(pixels, _STEP, _NEIGHBOURS, minSize=(least, least))
        return largest_face([tuple(map(int, box)) for box in found], scale)

    return find


def largest_face(boxes: Sequence[tuple[int, ...]], scale: float) -> Face | None:
    """The largest of these boxes (left, top, width, height), in pixels of the picture itself."""
    if not boxes:
        return None
    left, top, width, _ = max(boxes, key=lambda box: (box[2], box))
    return Face(left=left * scale, top=top * scale, side=width * scale)


def _looked_at(picture: Image.Image) -> tuple[Image.Image, float]:
    """A small grey copy with even contrast, and how many pixels one of its pixels stands for."""
    scale = max(1.0, max(picture.size) / _LONGER_SIDE)
    width, height = (max(1, round(side / scale)) for side in picture.size)
    grey = picture.convert("L").resize((width, height), Image.Resampling.BOX)
    return ImageOps.equalize(grey), scale


def _no_face(_: Image.Image) -> Face | None:
    return None
