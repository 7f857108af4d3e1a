"""The languages that the site speaks: English, which its code is written in, and every catalogue.

To add one, add ``landing/translations/xx/LC_MESSAGES/messages.po`` and run
``python -m landing.web.catalogues xx``; nothing else names the languages.
"""

from functools import cache
from pathlib import Path

from babel import Locale

DEFAULT_LANGUAGE = "fr"
SOURCE_LANGUAGE = "en"
TRANSLATIONS = Path(__file__).parent / "translations"


@cache
def languages() -> tuple[str, ...]:
    """List the languages that have a catalogue, the default one first, and the source's."""
    catalogues = {path.parts[-3] for path in TRANSLATIONS.glob("*/LC_MESSAGES/messages.mo")}
    others = sorted({SOURCE_LANGUAGE, *catalogues} - {DEFAULT_LANGUAGE})
    return (DEFAULT_LANGUAGE, *others)


@cache
def own_name(language: str) -> str:
    """A language's name as its own readers write it, such as Français."""
    name = Locale.parse(language).get_display_name(language) or language
    return name[:1].upper() + name[1:]
