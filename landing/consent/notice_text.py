"""From a notice's plain text to a page that needs nothing beside it."""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

NOTICE_STYLE = (
    ":root{color-scheme:light dark;--ink:#1c1b19;--soft:#5c5952;--paper:#faf9f6;--line:#dedad1}"
    "@media(prefers-color-scheme:dark){:root{--ink:#f0eee9;--soft:#b3afa6;--paper:#171614;"
    "--line:#393631}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--paper);color:var(--ink);"
    "font:1.0625rem/1.6 system-ui,sans-serif;overflow-wrap:anywhere}"
    "main{max-width:40rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}"
    "h1{font-size:1.625rem;line-height:1.25;margin:0 0 .5rem;text-wrap:balance}"
    "h2{font-size:1.125rem;line-height:1.35;margin:2.25rem 0 .5rem;padding-top:1.5rem;"
    "border-top:1px solid var(--line)}"
    "h1+p{color:var(--soft);font-size:.9375rem}h1+p+p{font-size:1.125rem}"
    "p{margin:.5rem 0}ul{margin:.5rem 0;padding-left:1.25rem}li{margin:.375rem 0}"
    "@media print{body{background:#fff;color:#000;font-size:11pt}main{padding:0}}"
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
        words = " ".join(piece.split())
        mark, _, rest = words.partition(" ")
        element = {"#": "h1", "##": "h2", "-": "li"}.get(mark)
        if words:
            blocks.append(Block(element=element or "p", words=rest if element else words))
    return blocks


def blocks_html(blocks: list[Block]) -> str:
    """Write the blocks as HTML, one a line, items in a list."""
    return "\n".join(_lines(blocks)) + "\n"


def notice_page(text: str, *, language: str) -> bytes:
    """Write a notice as a page of its own, in UTF-8."""
    blocks = read_blocks(text)
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
{blocks_html(blocks)}</main>
</body>
</html>
""".encode()


def _lines(blocks: list[Block]) -> Iterator[str]:
    for is_list, group in groupby(blocks, key=lambda block: block.element == "li"):
        elements = [f"<{b.element}>{html.escape(b.words)}</{b.element}>" for b in group]
        yield from ["<ul>", *elements, "</ul>"] if is_list else elements
