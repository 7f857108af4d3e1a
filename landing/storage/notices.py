"""The texts that visitors were shown, kept by their hash for as long as the site stands.

Source: ISO/IEC 29184:2020, 5.2.8 (keep the version of the notice presented); EDPB Guidelines
05/2020, 108 (a copy of the information presented).
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from landing.storage.metadata import METADATA, UtcTime

NOTICES = sa.Table(
    "notices",
    METADATA,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("first_used_at", UtcTime, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedText:
    """A notice, or the bundle of texts that a form was drawn from; ``sha256`` is of ``content``."""

    sha256: str
    kind: Literal["notice", "form"]
    content: bytes
    first_used_at: datetime


def archive_text(db: sa.Connection, text: ArchivedText) -> None:
    """Keep a text at its first use; the same text again changes nothing."""
    known = db.execute(sa.select(NOTICES.c.sha256).where(NOTICES.c.sha256 == text.sha256))
    if known.one_or_none() is None:
        db.execute(NOTICES.insert().values(asdict(text)))


def find_notice(db: sa.Connection, sha256: str) -> bytes | None:
    """The bytes of a notice that was shown at some time."""
    return db.execute(
        sa.select(NOTICES.c.content).where(NOTICES.c.sha256 == sha256, NOTICES.c.kind == "notice")
    ).scalar_one_or_none()
