"""A label for a Zebra printer, in ZPL II: one picture, dot for dot what was proved.

No text of ours is set by the printer: its fonts lack letters, and a picture has nothing to escape.
Source: Zebra ZPL II Programming Guide, ^GF, ^PW, ^LL, "Alternative Data Compression Scheme".
"""

from itertools import groupby

from PIL import Image

ZPL_RESOLUTIONS = (203, 300, 600)
_TWENTIES = "ghijklmnopqrstuvwxyz"  # 20, 40, … 400 alike
_ONES = "GHIJKLMNOPQRSTUVWXY"  # 1 to 19 alike
_MOST_TWENTIES = 20 * len(_TWENTIES)
_REST_IS_WHITE, _REST_IS_BLACK, _AS_ABOVE = ",", "!", ":"


def to_zpl(picture: Image.Image) -> bytes:
    """A picture of mode 1 as one label of its size, printed once."""
    width_bytes = (picture.width + 7) // 8
    total = width_bytes * picture.height
    return (
        "^XA"  # start of the label
        f"^PW{picture.width}^LL{picture.height}^LH0,0^LS0^LT0^PON^PMN"
        f"^FO0,0^GFA,{total},{total},{width_bytes},{_compressed(picture, width_bytes)}^FS"
        "^PQ1,0,1,Y^XZ\n"
    ).encode("ascii")


def _compressed(picture: Image.Image, width_bytes: int) -> str:
    """The picture's rows in hex, a dark dot a 1, with what is alike told once."""
    inverted = picture.convert("L").point(lambda shade: 0 if shade else 255, mode="1").tobytes()
    rows = [inverted[start : start + width_bytes] for start in range(0, len(inverted), width_bytes)]
    return "".join(
        _AS_ABOVE if index and row == rows[index - 1] else _compressed_row(row.hex().upper())
        for index, row in enumerate(rows)
    )


def _compressed_row(digits: str) -> str:
    for rest, sign in (("0", _REST_IS_WHITE), ("F", _REST_IS_BLACK)):
        kept = digits.rstrip(rest)
        if len(digits) - len(kept) > 1:
            return _runs(kept) + sign
    return _runs(digits)


def _runs(digits: str) -> str:
    return "".join(_run(digit, len(list(alike))) for digit, alike in groupby(digits))


def _run(digit: str, count: int) -> str:
    written = ""
    while count > _MOST_TWENTIES + len(_ONES):
        written += _TWENTIES[-1] + digit
        count -= _MOST_TWENTIES
    if count == 1:
        return written + digit
    twenties, ones = divmod(count, 20)
    return (
        written
        + (_TWENTIES[twenties - 1] if twenties else "")
        + (_ONES[ones - 1] if ones else "")
        + digit
    )
