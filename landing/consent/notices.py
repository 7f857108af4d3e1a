"""The notices: what a visitor is told before sending, in versions that never change again.

The bytes of the page are served for ever under their SHA-256. To change one word, raise VERSION
and PUBLISHED_ON; the version before stays in the archive of those to whom it was shown.
"""

import hashlib
from dataclasses import dataclass
from functools import cache

from landing.consent import notice_en, notice_fr
from landing.consent.notice_text import notice_page
from landing.languages import SOURCE_LANGUAGE

NOTICE_ID = "weconnect"
VERSION = 1
PUBLISHED_ON = {"fr": "22 novembre 2026", "en": "22 November 2026"}
TEXTS = {"fr": notice_fr.TEXT, "en": notice_en.TEXT}
_OTHERS = {"fr": ("en", "English"), "en": ("fr", "Français")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice in one language; ``content`` is the page, ``sha256`` its hash in hex."""

    version: int
    language: str
    content: bytes
    sha256: str


@cache
def current_notice(language: str) -> Notice:
    """The notice that a form in this language links to; the English one where there is none."""
    if language not in TEXTS:
        return current_notice(SOURCE_LANGUAGE)
    text = TEXTS[language].format(version=VERSION, day=PUBLISHED_ON[language])
    content = notice_page(text, language=language, other=_OTHERS[language])
    return Notice(
        version=VERSION,
        language=language,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def current_content(sha256: str) -> bytes | None:
    """The page of a current notice by its hash; older ones are in the archive."""
    notices = (current_notice(language) for language in TEXTS)
    return next((notice.content for notice in notices if notice.sha256 == sha256), None)
