"""The stylesheets, as they stand in pages, and the hashes that let browsers take them."""

import base64
import hashlib
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from markupsafe import Markup

from landing.profile.colour import Palette, dark_palette, is_colour, light_palette


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """``text`` goes between ``<style>`` and ``</style>``, nothing added."""

    text: Markup

    @property
    def source(self) -> str:
        """The style-src expression of the Content-Security-Policy. Source: CSP Level 3, 2.3.1."""
        digest = hashlib.sha256(self.text.encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"


def read_stylesheet(*paths: Path) -> Stylesheet:
    """Read stylesheets of ours as one, and leave out comments and indentation."""
    text = "".join(path.read_text("utf-8") for path in paths)
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s*([{}:;,>])\s*", r"\1", re.sub(r"\s+", " ", text)).replace(";}", "}")
    return Stylesheet(Markup(text.strip()))  # noqa: S704  # our own file, not a visitor's text


def colour_stylesheet(colour: str) -> Stylesheet | None:
    """Write what a company's colour changes, by day and at night; None where it is none."""
    if not is_colour(colour):
        return None
    day, night = _variables(light_palette(colour)), _variables(dark_palette(colour))
    text = f":root{{{day}}}@media screen and (prefers-color-scheme:dark){{:root{{{night}}}}}"
    return Stylesheet(Markup(text))  # noqa: S704  # six hex digits each, computed


def _variables(palette: Palette) -> str:
    colours = asdict(palette).items()
    return ";".join(f"--{name.replace('_', '-')}:{colour}" for name, colour in colours)
