"""What a visitor may agree to: each purpose its own box, its own words, its own version.

Source: GDPR Art. 6(1)(a), 7(2) and recital 43 (a consent for each purpose).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from landing.languages import SOURCE_LANGUAGE

SHARE_WITH_OWNER = "share_with_owner"
RETENTION_MONTHS = 24
RETENTION_RULE = "R3"  # counted from the visitor's last act, no archive


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """One thing that a visitor can agree to.

    ``texts`` is the sentence beside the box, by language; ``{recipient}`` stands for the names
    of owner and organisation. ``necessary``: without it there is nothing to send.
    """

    id: str
    version: int
    legal_basis: str
    necessary: bool
    texts: Mapping[str, str]

    def text(self, language: str) -> str:
        """The sentence beside the box; in English where a language has none of its own."""
        return self.texts.get(language) or self.texts[SOURCE_LANGUAGE]

    def text_sha256(self, language: str) -> str:
        """The hash, in hex, of the sentence in one language, as it stands here."""
        return hashlib.sha256(self.text(language).encode()).hexdigest()


PURPOSES = (
    Purpose(
        id=SHARE_WITH_OWNER,
        version=1,
        legal_basis="6-1-a",
        necessary=True,
        texts={
            "fr": "J’accepte que WEMET transmette les coordonnées ci-dessus à {recipient},"
            " pour que l’on me recontacte à propos de notre échange.",
            "en": "I agree that WEMET passes the details above to {recipient},"
            " so that I can be contacted about our exchange.",
        },
    ),
)
PURPOSE_IDS = tuple(purpose.id for purpose in PURPOSES)
