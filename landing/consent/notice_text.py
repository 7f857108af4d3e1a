"""From a notice's plain text to a page that needs nothing beside it."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

_NO_BREAK = re.compile(r" (?=[:;?!»])|(?<=«) ")  # French signs stay with their word
NOTICE_STYLE = (
    ":root{color-scheme:light dark;--paper:#f3f1ec;--sheet:#fff;--ink:#1a2024;--soft:#59636b;"
    "--line:#e3dfd6;--accent:#17505f}"
    "@media(prefers-color-scheme:dark){:root{--paper:#0e1214;--sheet:#171c1f;--ink:#eef1f2;"
    "--soft:#a6b0b6;--line:#2a3236;--accent:#93cbd8}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--paper);color:var(--ink);"
    "font:1.0625rem/1.6 system-ui,sans-serif;overflow-wrap:break-word}"
    "main{max-width:44rem;margin:0 auto;padding:2rem 1.25rem 3rem;background:var(--sheet)}"
    "h1{font-size:1.75rem;line-height:1.2;letter-spacing:-.015em;margin:0;text-wrap:balance}"
    "h1+p{color:var(--soft);font-size:.9375rem}h1+p+p{font-size:1.1875rem;line-height:1.5}"
    "h2{font-size:1.1875rem;line-height:1.35;margin:2rem 0 .5rem;padding-top:1.5rem;"
    "border-top:1px solid var(--line)}"
    "p{margin:.625rem 0;text-wrap:pretty}ul{margin:.625rem 0;padding-left:1.25rem}"
    "li{margin:.375rem 0}li::marker{color:var(--accent)}"
    "a{display:inline-block;padding:.75rem 0;color:var(--accent);text-underline-offset:.2em}"
    ":focus-visible{outline:3px solid var(--accent);outline-offset:3px}"
    "@media(min-width:46rem){body{padding:3rem 1rem}main{padding:3rem;border-radius:24px}}"
    "@media print{body,main{background:#fff;color:#000;font-size:11pt;padding:0}a{display:none}}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One piece of a notice: its HTML element and its words."""

    element: str
    words: str


def read_blocks(text: str) -> list[Block]:
    """Read a notice: ``#`` title, ``##`` heading, ``-`` item, anything else a paragraph."""
    blocks = []
    for piece in text.replace("\n- ", "\n\n- ").split("\n\n"):
        words = _NO_BREAK.sub("\u00a0", " ".join(piece.split()))
        mark, _, rest = words.partition(" ")
        element = {"#": "h1", "##": "h2", "-": "li"}.get(mark)
        if words:
            blocks.append(Block(element=element or "p", words=rest if element else words))
    return blocks


def blocks_html(blocks: list[Block]) -> str:
    """Write the blocks as HTML, one a line, items in a list."""
    return "\n".join(_lines(blocks)) + "\n"


def notice_page(text: str, *, language: str, other: tuple[str, str]) -> bytes:
    """Write a notice as a page of its own, in UTF-8.

    ``other`` is the other language and its name in itself.
    """
    blocks = read_blocks(text)
    code, name = other
    link = f'<p><a href="/privacy?lang={code}" lang="{code}" hreflang="{code}">{name}</a></p>'
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{html.escape(blocks[0].words)}</title>
<style>{NOTICE_STYLE}</style>
</head>
<body>
<main>
{blocks_html(blocks)}{link}
</main>
</body>
</html>
""".encode()


def _lines(blocks: list[Block]) -> Iterator[str]:
    for is_list, group in groupby(blocks, key=lambda block: block.element == "li"):
        elements = [f"<{b.element}>{html.escape(b.words)}</{b.element}>" for b in group]
        yield from ["<ul>", *elements, "</ul>"] if is_list else elements
