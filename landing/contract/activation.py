"""The activation code of a card that has no person yet: who has the parcel may claim the card.

12 characters of Crockford's base32, 60 bits. Printed as ``7H3K9Q-X2MZ4D``: two groups of six, so
that nobody takes it for a card's token.
"""

from landing.contract.errors import ActivationError
from landing.contract.token import ALPHABET

ACTIVATION_LENGTH = 12
_GROUP_LENGTH = 6
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def parse_activation(text: str) -> str:
    """Read a code as people type it: any case, O for 0, I and L for 1, hyphens and spaces.

    Raises:
        ActivationError: the text is not a code.
    """
    code = text.upper().translate(_READ_AS) if text.isascii() else ""
    if len(code) != ACTIVATION_LENGTH or not set(code) <= set(ALPHABET):
        raise ActivationError(f"an activation code has {ACTIVATION_LENGTH} letters and digits")
    return code


def format_activation(code: str) -> str:
    """Group a code for print."""
    return f"{code[:_GROUP_LENGTH]}-{code[_GROUP_LENGTH:]}"
