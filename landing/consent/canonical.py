"""One form of bytes for one JSON value, and hashes that cannot be taken for one another.

Source: RFC 8785 (JSON Canonicalization Scheme).
"""

import hashlib
from typing import Any

import rfc8785

EVENT_PREFIX = b"\x01"
COMMITMENT_PREFIX = b"\x02"


def canonical(value: Any) -> bytes:
    """Write a JSON value in its one canonical form."""
    return bytes(rfc8785.dumps(value))


def event_hash(previous: bytes, event: dict[str, Any]) -> bytes:
    """Bind an event to all before it: SHA-256(01h, hash before, canonical event)."""
    return hashlib.sha256(EVENT_PREFIX + previous + canonical(event)).digest()


def commitment(salt: bytes, identity: dict[str, str]) -> str:
    """Bind a record to a person's details without holding them, in hex.

    Without the salt, which goes with the details, the hash says nothing of anyone.
    """
    return hashlib.sha256(COMMITMENT_PREFIX + salt + canonical(identity)).hexdigest()


def document_sha256(text: str) -> str:
    """The hash, in hex, of a record's text as stored."""
    return hashlib.sha256(text.encode()).hexdigest()
