"""Names for records and receipts: 128 random bits in 26 characters, and their hashes."""

import hashlib
import hmac
import re

from landing.contract.token import ALPHABET

IDENTIFIER_LENGTH = 26
_IDENTIFIER = re.compile(f"[{ALPHABET}]{{{IDENTIFIER_LENGTH}}}", re.ASCII)


def identifier(random: bytes) -> str:
    """Write 16 random bytes as 26 characters of Crockford's base32.

    Not a UUID, which would hold fewer random bits. Source: OWASP ASVS 5.0, 11.5.1.
    """
    value = int.from_bytes(random[:16], "big")
    places = range(5 * (IDENTIFIER_LENGTH - 1), -1, -5)
    return "".join(ALPHABET[value >> place & 31] for place in places)


def receipt_for(nonce: str, secret_key: str) -> str:
    """The receipt of one sending: the same for a form sent twice, unguessable without our key.

    The nonce is 128 random bits, so the receipt is worth as many; nobody who reads the database
    can make it.
    """
    digest = hmac.digest(secret_key.encode(), b"weconnect-receipt/1\0" + nonce.encode(), "sha256")
    return identifier(digest)


def parse_receipt(text: str) -> str | None:
    """Read a receipt's name from an address, in any case; None when it is not one."""
    name = text.upper()
    return name if _IDENTIFIER.fullmatch(name) else None


def receipt_sha256(receipt: str) -> str:
    """What is stored of a receipt's name: enough to find it, not to open it."""
    return hashlib.sha256(receipt.encode()).hexdigest()
