"""Activation codes of cards without a person: derived, so that they are readable nowhere.

A code follows from the card's token and the site's secret key. So the job's document can be
written again, while the database keeps a keyed hash alone. A plain hash of 60 bits could be
tried out, and would say a code to a thief of the database; a keyed one says nothing without the
key. The price: a new key makes every code that is out wrong.
"""

import hmac

from landing.contract.activation import ACTIVATION_LENGTH
from landing.contract.token import ALPHABET

_BITS_PER_SYMBOL = 5


def activation_code(secret_key: str, token: str) -> str:
    """The code of the card with this token."""
    number = int.from_bytes(_keyed(secret_key, f"wecard activation code {token}"))
    return "".join(
        ALPHABET[number >> place * _BITS_PER_SYMBOL & len(ALPHABET) - 1]
        for place in range(ACTIVATION_LENGTH)
    )


def hash_activation(secret_key: str, token: str, code: str) -> str:
    """What is kept of a code: bound to its card, and of no use to who lacks the key."""
    return _keyed(secret_key, f"wecard activation hash {token} {code}").hex()


def _keyed(secret_key: str, text: str) -> bytes:
    """HMAC-SHA-256; the words ahead of the token keep the two uses apart.

    Source: RFC 2104.
    """
    return hmac.digest(secret_key.encode(), text.encode(), "sha256")
