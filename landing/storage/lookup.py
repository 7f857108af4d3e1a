"""The look-up of a tap: may this card be opened, and is what we kept of its page still true.

It runs at every tap, on the driver's own connection, one a thread: SQLAlchemy Core would cost
several times what the look-up itself does.
"""

import sqlite3
from pathlib import Path
from threading import local
from typing import NamedTuple

import sqlalchemy as sa

from landing.errors import StorageError
from landing.storage.database import BUSY_SECONDS

_CARD = (
    "SELECT c.state, c.profile_uid, p.version, c.redirect_url"
    " FROM cards c LEFT JOIN profiles p ON p.uid = c.profile_uid WHERE c.token = ?"
)


class TapState(NamedTuple):
    """How a card stands: ``version`` goes up with each change of its profile."""

    state: str
    profile_uid: str | None
    version: int | None
    redirect_url: str | None


class TapLookup:
    """Finds a card's state by its token; safe to share between threads."""

    def __init__(self, url: str) -> None:
        self._path = Path(sa.make_url(url).database or "")
        self._thread = local()

    def find(self, token: str) -> TapState | None:
        """Look at a card as it stands at this moment.

        Raises:
            StorageError: the database could not be read.
        """
        try:
            row = self._cursor().execute(_CARD, (token,)).fetchone()
        except sqlite3.Error as error:
            raise StorageError(f"the database failed: {error}; nothing was written") from error
        return None if row is None else TapState._make(row)

    def _cursor(self) -> sqlite3.Cursor:
        cursor: sqlite3.Cursor | None = getattr(self._thread, "cursor", None)
        if cursor is None:
            connection = sqlite3.connect(
                f"{self._path.as_uri()}?mode=ro",
                uri=True,
                isolation_level=None,
                timeout=BUSY_SECONDS,
            )
            cursor = self._thread.cursor = connection.cursor()
        return cursor
