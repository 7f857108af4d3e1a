"""The page's words: one TOML file a language, the same entries in each."""

import tomllib
from importlib.resources import files
from typing import Any

LANGUAGES = ("fr", "en")
DEFAULT_LANGUAGE = "fr"


def words_in(language: str) -> dict[str, Any]:
    """All words of a language, in tables."""
    text = files("encoder.web").joinpath("words", f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
