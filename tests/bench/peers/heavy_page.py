"""A link page of LinkStack's weight and parts, all of it made here.

What was measured of LinkStack (its own templates at commit 7bd6cea, a profile of eight links,
gzip at level 6): 238.6 kB of HTML, 69.6 kB compressed, in it a style sheet of icons (29.8 kB
compressed) and jQuery (30.4 kB); about 13 kB of other text; a font for text in three weights of
16.7 kB; fonts of icons of 158 kB and 119 kB; a photo. What was not measured is chosen in its
favour: its name shows in a font of the system until its own is there, and a third of the other text
does not hold it up.
"""

import gzip
import random
from collections.abc import Callable
from pathlib import Path

from tests.bench.peers.small_font import small_font
from tests.factories import Palette, draw_portrait

NAME = "Zoé Lefèvre"
GZIP_LEVEL = 6
LINKS = 8
_PAGE, _PAGE_PACKED = 238_600, 69_600
_ICONS, _ICONS_PACKED = 100_000, 29_800  # the compressed sizes are measured, 100 kB is ours
_SCRIPT, _SCRIPT_PACKED = 89_500, 30_400  # as jQuery 3
_FONTS = {"text-400": 16_700, "text-600": 16_700, "text-800": 16_700} | {
    "solid": 158_000,
    "brands": 119_000,
}
_SEED = 20261122
_PALETTE = Palette(wall="#2f5d62", light="#5e8b7e", skin="#f0c9a4", hair="#6b3e26", coat="#dfeeea")


def write_heavy_page(folder: Path) -> None:
    """Write ``index.html`` and all that it loads into ``folder``."""
    source = random.Random(_SEED)
    for name, size in _FONTS.items():
        (folder / f"{name}.ttf").write_bytes(small_font(size))
    for name in ("base", "theme"):
        css = _text(source, 20_000, 4_500, _rule, "")
        (folder / f"{name}.css").write_text(css, encoding="utf-8")
    (folder / "late.js").write_text(_text(source, 6_000, 2_000, _function, ""), encoding="utf-8")
    for number in range(LINKS):
        picture = _text(source, 700, 250, _shape, _SVG_HEAD) + "</svg>"
        (folder / f"{number}.svg").write_text(picture, encoding="utf-8")
    portrait = draw_portrait(_PALETTE, long_hair=True).resize((300, 300))
    portrait.save(folder / "photo.jpg", quality=85)
    (folder / "index.html").write_text(_page(source), encoding="utf-8")


def packed(text: str) -> int:
    """How long a text is when it was compressed as the server does."""
    return len(gzip.compress(text.encode(), GZIP_LEVEL, mtime=0))


def _page(source: random.Random) -> str:
    icons = _text(source, _ICONS, _ICONS_PACKED, _rule, _faces())
    script = _text(source, _SCRIPT, _SCRIPT_PACKED, _function, "'use strict';")
    head, foot = _HEAD % {"name": NAME, "icons": icons, "script": script}, "</div></body></html>"
    body = head + "".join(_LINK % {"n": number} for number in range(LINKS))
    raw = _PAGE - len(body.encode()) - len(foot)
    return body + _text(source, raw, _PAGE_PACKED - packed(body), _block, "") + foot


def _text(
    source: random.Random, raw: int, wanted: int, rich: Callable[[random.Random], str], head: str
) -> str:
    """A text of about these two sizes: rich parts until it packs so long, then one part for ever.

    Raises:
        AssertionError: it is off by more than a fiftieth.
    """
    parts = [head]
    plain = rich(random.Random(0))
    while packed("".join(parts)) < wanted - packed(plain) // 2:
        parts += [rich(source) for _ in range(max(1, (wanted - packed("".join(parts))) // 200))]
    length = sum(len(part.encode()) for part in parts)
    parts += [plain] * max(0, (raw - length) // len(plain.encode()))
    made = "".join(parts)
    for what, found, asked in (("raw", len(made.encode()), raw), ("packed", packed(made), wanted)):
        if abs(found - asked) > max(asked / 50, 300):
            raise AssertionError(f"{found} {what} bytes instead of {asked}")
    return made


def _word(source: random.Random, length: int = 8) -> str:
    return "".join(source.choices("abcdefghijklmnopqrstuvwxyz", k=length))


def _rule(source: random.Random) -> str:
    return f'.fa-{_word(source, 14)}:before{{content:"\\{source.randrange(0xF000, 0xF8FF):x}"}}'


def _function(source: random.Random) -> str:
    own, other, value = _word(source, 6), _word(source, 5), source.randrange(10_000)
    return f"function {own}({other}){{return {other}&&{other}.{_word(source)}||{value}}}\n"


def _block(source: random.Random) -> str:
    return f'<div class="block-{_word(source)}" data-id="{source.randrange(10_000)}"></div>\n'


def _shape(source: random.Random) -> str:
    numbers = " ".join(f"L{source.randrange(99)} {source.randrange(99)}" for _ in range(4))
    return f'<path d="M0 0 {numbers}z"/>'


def _faces() -> str:
    return "".join(
        f"@font-face{{font-family:{family};font-weight:{weight};font-display:swap;"
        f"src:url({file}.ttf) format('truetype')}}"
        for family, weight, file in (
            ("text", 400, "text-400"),
            ("text", 600, "text-600"),
            ("text", 800, "text-800"),
            ("solid", 900, "solid"),
            ("brands", 400, "brands"),
        )
    )


_SVG_HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 99 99">'
_HEAD = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>%(name)s</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>%(icons)s
body{font:400 1rem text,sans-serif;text-align:center}h1{font-weight:800}.link{font-weight:600}
.solid{font:900 1rem solid}.brands{font:400 1rem brands}</style>
<link rel="stylesheet" href="base.css"><link rel="stylesheet" href="theme.css">
<script>%(script)s</script>
</head><body><div>
<img src="photo.jpg" width="128" height="128" alt=""><h1>%(name)s</h1><p>Responsable commerciale</p>
<p><i class="solid">s</i> <i class="brands">b</i></p><script src="late.js" defer></script>
"""
_LINK = """<p class="link"><a href="https://link-%(n)s.example/"><img src="%(n)s.svg" alt=""
 width="24" height="24"> Link number %(n)s</a></p>
"""
