"""Find QR codes with the zbar library: an eye of another make than zxing-cpp.

Through ctypes, as of its whole interface a dozen calls are needed. Source: zbar.h of zbar 0.23.
"""

import ctypes
import ctypes.util
import logging
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from PIL import Image

CURE = "install Debian's libzbar0, or the zbar library of your system"
_log = logging.getLogger(__name__)

_QRCODE = 64  # zbar_symbol_type_t
_ALL_TYPES = 0
_CFG_ENABLE = 0  # zbar_config_t
_GREY_8_BITS = int.from_bytes(b"Y800", "little")
_NEVER_FREED_BY_ZBAR = None

_POINTER = ctypes.c_void_p
_INT, _UINT, _ULONG = ctypes.c_int, ctypes.c_uint, ctypes.c_ulong
_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "zbar_image_scanner_create": (_POINTER, ()),
    "zbar_image_scanner_destroy": (None, (_POINTER,)),
    "zbar_image_scanner_set_config": (_INT, (_POINTER, _INT, _INT, _INT)),
    "zbar_scan_image": (_INT, (_POINTER, _POINTER)),
    "zbar_image_create": (_POINTER, ()),
    "zbar_image_destroy": (None, (_POINTER,)),
    "zbar_image_set_format": (None, (_POINTER, _ULONG)),
    "zbar_image_set_size": (None, (_POINTER, _UINT, _UINT)),
    "zbar_image_set_data": (None, (_POINTER, ctypes.c_char_p, _ULONG, _POINTER)),
    "zbar_image_first_symbol": (_POINTER, (_POINTER,)),
    "zbar_symbol_next": (_POINTER, (_POINTER,)),
    "zbar_symbol_get_data": (_POINTER, (_POINTER,)),
    "zbar_symbol_get_data_length": (_UINT, (_POINTER,)),
}


def find_codes(picture: Image.Image) -> list[str] | None:
    """The texts of the QR codes in a picture of mode L; None where there is no zbar here."""
    library = _library()
    if library is None:
        return None
    scanner, image = library.zbar_image_scanner_create(), library.zbar_image_create()
    shades = picture.tobytes()  # zbar points into it until its image is destroyed
    try:
        library.zbar_image_scanner_set_config(scanner, _ALL_TYPES, _CFG_ENABLE, 0)
        library.zbar_image_scanner_set_config(scanner, _QRCODE, _CFG_ENABLE, 1)
        library.zbar_image_set_format(image, _GREY_8_BITS)
        library.zbar_image_set_size(image, picture.width, picture.height)
        library.zbar_image_set_data(image, shades, len(shades), _NEVER_FREED_BY_ZBAR)
        library.zbar_scan_image(scanner, image)
        return list(_texts(library, image))
    finally:
        library.zbar_image_destroy(image)
        library.zbar_image_scanner_destroy(scanner)


def is_here() -> bool:
    """Whether codes are read by zbar, too."""
    return _library() is not None


def _texts(library: ctypes.CDLL, image: int) -> Iterator[str]:
    symbol = library.zbar_image_first_symbol(image)
    while symbol:
        length = library.zbar_symbol_get_data_length(symbol)
        content = ctypes.string_at(library.zbar_symbol_get_data(symbol), length)
        yield content.decode("utf-8", errors="replace")
        symbol = library.zbar_symbol_next(symbol)


@lru_cache(maxsize=1)
def _library() -> ctypes.CDLL | None:
    """The library; where it is absent, that is said once and codes are read by zxing-cpp alone."""
    name = ctypes.util.find_library("zbar")
    try:
        library = ctypes.CDLL(name) if name else None
    except OSError:
        library = None
    if library is None:
        _log.warning(
            "warning: QR codes are read back by zxing-cpp alone, not by zbar too; %s", CURE
        )
        return None
    for call, (answer, words) in _SIGNATURES.items():
        function = getattr(library, call)
        function.restype, function.argtypes = answer, words
    return library
