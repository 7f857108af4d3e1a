"""Read a page as a browser does: what it loads, runs and styles."""

import base64
import hashlib
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

_LOADS = {
    ("img", "src"),
    ("img", "srcset"),
    ("source", "srcset"),
    ("source", "src"),
    ("link", "href"),
    ("script", "src"),
    ("iframe", "src"),
    ("use", "href"),
    ("object", "data"),
    ("embed", "src"),
    ("video", "src"),
    ("video", "poster"),
    ("audio", "src"),
    ("form", "action"),
}


@dataclass
class Page:
    """What stands in a page, as far as the promises of visitor pages go."""

    language: str = ""
    loads: list[str] = field(default_factory=list)
    links: list[dict[str, str]] = field(default_factory=list)
    images: list[dict[str, str]] = field(default_factory=list)
    style_attributes: list[str] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)
    scripts: int = 0
    styles: list[str] = field(default_factory=list)
    words: str = ""

    @property
    def foreign_loads(self) -> list[str]:
        """What the page fetches, or sends to, from another host by itself."""
        return [url for url in self.loads if urlsplit(url).scheme or urlsplit(url).netloc]

    @property
    def style_hashes(self) -> list[str]:
        """The CSP sources of the page's own styles."""
        digests = [hashlib.sha256(style.encode()).digest() for style in self.styles]
        return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def read_page(html: str) -> Page:
    """Read a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self._inside = tag
        if tag == "html":
            self.page.language = attributes.get("lang", "")
        if tag == "a":
            self.page.links.append(attributes)
        if tag == "img":
            self.page.images.append(attributes)
        self.page.scripts += tag == "script"
        self.page.style_attributes += [
            value for name, value in attributes.items() if name == "style"
        ]
        self.page.handlers += [name for name in attributes if name.startswith("on")]
        self.page.loads += [value for name, value in attributes.items() if (tag, name) in _LOADS]

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self.page.styles.append(data)
        elif self._inside != "script":
            self.page.words += data
