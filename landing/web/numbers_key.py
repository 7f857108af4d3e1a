"""The private address where an owner reads their numbers: shown once, kept as a hash.

Whoever has the address sees the numbers: it is as good as a password, and 192 bits long. A plain
SHA-256 is enough for it, as nobody tries out that many.
Source: NIST SP 800-63B, 5.1.2.2 (look-up secrets of 112 bits or more).
"""

import hashlib
from collections.abc import Callable

from landing.storage.connection import Connection
from landing.storage.numbers_links import profile_of_numbers_link, set_numbers_link

KEY_BYTES = 24
PATH = "/account/numbers/"


def new_numbers_path(db: Connection, profile_uid: str, *, random: Callable[[int], str]) -> str:
    """Give a profile a new address, and its path; the one before opens nothing any more.

    ``random(n)`` answers n random bytes as text for an address.
    """
    key = random(KEY_BYTES)
    set_numbers_link(db, profile_uid, _hash(key))
    return PATH + key


def profile_of_key(db: Connection, key: str) -> str | None:
    """Tell whose numbers a key opens: the profile's UUID, or None."""
    return profile_of_numbers_link(db, _hash(key))


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
