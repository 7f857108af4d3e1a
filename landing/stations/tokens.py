"""Station tokens: shown once, kept as a hash, revocable at once.

A plain SHA-256 is enough, and a slow hash would add nothing: a slow hash makes up for a secret
that a person chose. A token is 256 bits from the system's random source; nobody tries them out,
however fast the hash is. It is looked up by its hash, so comparing takes no time that would tell
a part of it. Source: NIST SP 800-63B, 5.1.2.2 (look-up secrets of 112 bits or more).
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime

from landing.errors import DataError
from landing.storage.connection import Connection
from landing.storage.stations import (
    Station,
    find_station,
    find_station_by_name,
    insert_station,
    revoke_station,
)

TOKEN_BYTES = 32
_PREFIX = "wcs_"  # so that a token in the wrong place is recognised by those who scan for secrets
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


def new_station(db: Connection, name: str, *, now: datetime, random: Callable[[int], str]) -> str:
    """Keep a new station; answer its token, which nobody can read again.

    ``random(n)`` answers n random bytes as text for an address.

    Raises:
        DataError: the name is taken, or is none.
    """
    if not _NAME.fullmatch(name):
        raise DataError(
            f"{name[:80]!r} is no name for a station; nothing was made",
            hint="take letters, digits, dots, hyphens and underscores, 64 at most",
        )
    if find_station_by_name(db, name):
        raise DataError(
            f"there is a station {name} already; nothing was made",
            hint=f"name another, or first: wecard-landing station revoke {name}",
        )
    token = _PREFIX + random(TOKEN_BYTES)
    insert_station(db, Station(token_sha256=hash_token(token), name=name, created_at=now))
    return token


def withdraw_token(db: Connection, name: str, *, now: datetime) -> Station:
    """Revoke the token of the station with this name; the next request with it is refused.

    Raises:
        DataError: no station in use has the name.
    """
    station = find_station_by_name(db, name)
    if station is None:
        raise DataError(
            f"no station in use is called {name[:80]}; nothing was changed",
            hint="list the stations with: wecard-landing station list",
        )
    revoke_station(db, station.token_sha256, now)
    return station


def station_with_token(db: Connection, token: str) -> Station | None:
    """The station that this is the token of, be it revoked."""
    return find_station(db, hash_token(token))


def hash_token(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
