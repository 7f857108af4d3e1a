"""Activation codes: what is kept of one says nothing to who lacks the secret key."""

import hashlib
from collections.abc import Callable

import pytest

from landing.cards.activation_code import activation_code, hash_activation
from landing.contract.token import mint_token

SECRET = "k" * 32


def test_hash_of_a_code_is_bound_to_its_card() -> None:
    one, other = mint_token(), mint_token()
    code = activation_code(SECRET, one)

    assert hash_activation(SECRET, one, code) != hash_activation(SECRET, other, code)


def test_code_follows_from_the_card_and_the_secret_key() -> None:
    one, other = mint_token(), mint_token()

    codes = {activation_code(key, token) for key in (SECRET, "x" * 32) for token in (one, other)}

    assert len(codes) == 4
    assert activation_code(SECRET, one) == activation_code(SECRET, one)


def _plain(_secret_key: str, token: str, code: str) -> str:
    """The seeded fault: a hash that anyone can try codes on."""
    return hashlib.sha256(f"wecard activation hash {token} {code}".encode()).hexdigest()


@pytest.mark.parametrize(("kept", "is_safe"), [(hash_activation, True), (_plain, False)])
def test_thief_with_the_code_but_not_the_key_cannot_tell_that_it_is_right(
    kept: Callable[[str, str, str], str], is_safe: bool
) -> None:
    token = mint_token()
    code = activation_code(SECRET, token)

    tried = kept("", token, code)

    assert (tried != kept(SECRET, token, code)) == is_safe
