"""The look-up of a tap: may this card be opened, and is what we kept of its page still true.

It runs at every tap, on the driver's own connections: SQLAlchemy Core would cost several times
what the look-up itself does.
"""

from types import TracebackType
from typing import NamedTuple, Self

from landing.storage.database import quick_query_at

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
    """Finds a card's state by its token; safe to share between threads, not over a fork."""

    def __init__(self, url: str) -> None:
        self._card = quick_query_at(url, _CARD)

    def find(self, token: str) -> TapState | None:
        """Look at a card as it stands at this moment.

        Raises:
            StorageError: the database could not be read.
        """
        row = self._card.one(token)
        return None if row is None else TapState._make(row)

    def close(self) -> None:
        """Give the connections back; a look-up after it opens a new one."""
        self._card.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
