"""Activation codes: what is kept of one says nothing of another card's."""

from landing.contract.token import mint_token
from landing.jobs.activation import activation_code, hash_activation

SECRET = "k" * 32


def test_hash_of_a_code_is_bound_to_its_card() -> None:
    one, other = mint_token(), mint_token()
    code = activation_code(SECRET, one)

    assert hash_activation(one, code) != hash_activation(other, code)


def test_code_follows_from_the_card_and_the_secret_key() -> None:
    one, other = mint_token(), mint_token()

    codes = {activation_code(key, token) for key in (SECRET, "x" * 32) for token in (one, other)}

    assert len(codes) == 4
    assert activation_code(SECRET, one) == activation_code(SECRET, one)
