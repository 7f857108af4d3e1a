"""Limit how often a network may ask for cards that are not to be had; hits are never limited.

A fair stands behind one address, so a card that can be opened is opened, however many are. Who
tries out codes is told to wait, in one and the same way for cards that are unknown, suspended or
retired. Counts stand in the database: every process knows them. Of a network, 24 bits of IPv4 or
48 of IPv6 are kept as a hash under a key of the day, for two windows at most.
"""

import hmac
import ipaddress
from contextlib import suppress
from datetime import datetime

from werkzeug.exceptions import TooManyRequests

from landing.errors import StorageError
from landing.storage.database import Database
from landing.storage.misses import add_miss, misses_in

WINDOW_SECONDS = 600
_NETWORK_BITS = {4: 24, 6: 48}
_HASH_LENGTH = 32


def count_miss_or_429(
    database: Database, *, address: str, now: datetime, limit: int, secret_key: str
) -> None:
    """Count a miss of the network that ``address`` is in; ``limit`` 0 counts nothing.

    Raises:
        TooManyRequests: the network has had its misses of this window.
    """
    if limit == 0:
        return
    window = int(now.timestamp()) // WINDOW_SECONDS
    who = network_hash(address, now, secret_key)
    with database.reading() as db:
        known = misses_in(db, who, window)
    if known >= limit:  # nothing is written any more: whoever hammers costs no disk
        raise TooManyRequests(retry_after=_seconds_left(now))
    with suppress(StorageError), database.writing(at_once=True) as db:
        add_miss(db, who, window)  # or not: nobody waits for a long import, to be told of nothing


def network_hash(address: str, now: datetime, secret_key: str) -> str:
    """Name a network so that tomorrow nobody can tell that it is the same one."""
    key = hmac.digest(secret_key.encode(), f"wecard misses {now:%Y-%m-%d}".encode(), "sha256")
    return hmac.digest(key, _network(address).encode(), "sha256").hex()[:_HASH_LENGTH]


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ipaddress.ip_network((mapped, _NETWORK_BITS[mapped.version]), strict=False))


def _seconds_left(now: datetime) -> int:
    return WINDOW_SECONDS - int(now.timestamp()) % WINDOW_SECONDS
