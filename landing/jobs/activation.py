"""Activation codes of cards without a person: derived, so that they are readable nowhere.

A code follows from the card's token and the site's secret key. So the job's document can be
written again, while the database keeps a hash alone: it says nothing to a thief who lacks the
key, and a code on a parcel stays right when the key is changed.
"""

import hashlib
import hmac

from landing.contract.activation import ACTIVATION_LENGTH
from landing.contract.token import ALPHABET

_BITS_PER_SYMBOL = 5


def activation_code(secret_key: str, token: str) -> str:
    """The code of the card with this token."""
    digest = hmac.digest(secret_key.encode(), f"wecard activation code {token}".encode(), "sha256")
    number = int.from_bytes(digest)
    return "".join(
        ALPHABET[number >> place * _BITS_PER_SYMBOL & len(ALPHABET) - 1]
        for place in range(ACTIVATION_LENGTH)
    )


def hash_activation(token: str, code: str) -> str:
    """What is kept of a code: bound to its card, so that no table serves for two."""
    return hashlib.sha256(f"wecard activation hash {token} {code}".encode()).hexdigest()
