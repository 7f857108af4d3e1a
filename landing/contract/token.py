"""The card token: 60 random bits and a check character, in Crockford's base32.

The check character is a Horner sum over GF(2^5) with multiplier alpha and polynomial
x^5 + x^2 + 1: with s = alpha * s XOR v over all 13 symbols, s ends at 0. Alpha has order 31,
so every single wrong character and every swap of two neighbours leaves s different from 0.
"""

import secrets
from collections.abc import Callable

from landing.contract.errors import TokenError, TokenTypoError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BODY_LENGTH = 12
TOKEN_LENGTH = BODY_LENGTH + 1
GROUP_LENGTH = 4

_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_FIELD_POLYNOMIAL = 0b100101


def mint_token(randbelow: Callable[[int], int] = secrets.randbelow) -> str:
    """Make a new token of 60 random bits; ``randbelow(n)`` answers an integer in [0, n)."""
    body = [randbelow(len(ALPHABET)) for _ in range(BODY_LENGTH)]
    return "".join(ALPHABET[value] for value in [*body, _times_alpha(_horner(body))])


def parse_token(text: str) -> str:
    """Read a token as people type it: any case, O for 0, I and L for 1, hyphens and spaces.

    Raises:
        TokenTypoError: the shape is a token's, the check character does not match.
        TokenError: the text is not a token at all.
    """
    if not text.isascii():
        raise TokenError("the token has a character that no token has")
    token = text.upper().translate(_READ_AS)
    if len(token) != TOKEN_LENGTH:
        raise TokenError(f"a token has {TOKEN_LENGTH} characters, this text has {len(token)}")
    if not all(symbol in _VALUES for symbol in token):
        raise TokenError("the token has a character that no token has")
    if _horner([_VALUES[symbol] for symbol in token]) != 0:
        raise TokenTypoError("the token's check character does not match")
    return token


def format_token(token: str) -> str:
    """Group a token for print: ``7H3K-9QX2-MZ4D-G``."""
    return "-".join(
        token[start : start + GROUP_LENGTH] for start in range(0, len(token), GROUP_LENGTH)
    )


def _horner(values: list[int]) -> int:
    total = 0
    for value in values:
        total = _times_alpha(total) ^ value
    return total


def _times_alpha(value: int) -> int:
    value <<= 1
    return value ^ _FIELD_POLYNOMIAL if value & 0b100000 else value
