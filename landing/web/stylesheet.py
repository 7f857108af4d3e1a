"""The one stylesheet, as it stands in every page, and the hash that lets browsers take it."""

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Stylesheet:
    """``text`` goes between ``<style>`` and ``</style>``, nothing added."""

    text: Markup

    @property
    def source(self) -> str:
        """The style-src expression of the Content-Security-Policy. Source: CSP Level 3, 2.3.1."""
        digest = hashlib.sha256(self.text.encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"


def read_stylesheet(path: Path) -> Stylesheet:
    """Read a stylesheet of ours and leave out comments and indentation."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    text = re.sub(r"\s*([{}:;,>])\s*", r"\1", re.sub(r"\s+", " ", text)).replace(";}", "}")
    return Stylesheet(Markup(text.strip()))  # noqa: S704  # our own file, not a visitor's text
