"""Fit a label's words into the room they have, with the letters that the font has."""

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.resources import files

from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import getFont, registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont

REGULAR = "Roboto-Regular"
BOLD = "Roboto-Bold"
ASCENT = 0.95  # height of Roboto's highest letters (Å), in font sizes
DESCENT = 0.26  # depth of its lowest (Ģ)
LEADING = 1.2  # from one baseline to the next, in font sizes
REPLACEMENT = "?"
_ELLIPSIS = "…"
_SIZE_STEP = 0.5  # points


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedText:
    """Lines of text that fit, and their size in points."""

    lines: tuple[str, ...]
    size: float

    @property
    def height(self) -> float:
        """From the highest letter of the first line to the lowest of the last, in points."""
        return ((len(self.lines) - 1) * LEADING + ASCENT + DESCENT) * self.size


@lru_cache(maxsize=1)
def register_fonts() -> None:
    """Make the two embedded faces (Roboto) known to reportlab."""
    for face in (REGULAR, BOLD):
        registerFont(TTFont(face, font_file(face)))


def font_file(face: str) -> str:
    """The TrueType file of a face."""
    return str(files("font_roboto") / "files" / f"{face}.ttf")


def printable(text: str, font: str) -> str:
    """The text in the letters the font has: else the bare letter (Ｗ: W), else a question mark."""
    has: Collection[int] = getFont(font).face.charToGlyph  # type: ignore[attr-defined]
    composed = unicodedata.normalize("NFC", text)
    kept = "".join(_drawable(character, lambda code: code in has) for character in composed)
    return " ".join(kept.split())


def fit(
    text: str, font: str, *, width: float, largest: float, smallest: float, max_lines: int
) -> FittedText:
    """Shrink the text to one line of ``width`` points, else wrap it, else cut it with ``…``."""
    clean = printable(text, font)
    size = largest
    while size > smallest and stringWidth(clean, font, size) > width:
        size = max(size - _SIZE_STEP, smallest)
    if stringWidth(clean, font, size) <= width:
        return FittedText(lines=(clean,) if clean else (), size=size)
    wrapped: list[str] = simpleSplit(clean, font, size, width)
    shown = wrapped[:max_lines]
    if len(wrapped) > max_lines:
        shown[-1] = " ".join(wrapped[max_lines - 1 :])
    return FittedText(lines=tuple(cut(line, font, size, width) for line in shown), size=size)


def cut(text: str, font: str, size: float, width: float) -> str:
    """The text, or as much of it as fits in ``width`` points with a ``…`` behind it."""
    if stringWidth(text, font, size) <= width:
        return text
    too_long = partial(_is_wider, text, font, size, width)
    kept = bisect_left(range(1, len(text)), x=True, key=too_long)
    return text[:kept].rstrip() + _ELLIPSIS


def _is_wider(text: str, font: str, size: float, width: float, length: int) -> bool:
    """Whether so much of the text is too wide with a ``…`` behind it."""
    return stringWidth(text[:length] + _ELLIPSIS, font, size) > width


def _drawable(character: str, has: Callable[[int], bool]) -> str:
    if unicodedata.category(character) == "Cf":  # it steers a line of text, and is no letter
        return ""
    if has(ord(character)) or character.isspace():
        return character
    if unicodedata.category(character) in ("Mn", "Me"):
        return ""
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part)
    )
    if bare and all(has(ord(part)) for part in bare):
        return bare
    return REPLACEMENT
