"""The token: its vectors, and what its check character catches."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landing.contract.errors import ContractError, TokenError, TokenTypoError
from landing.contract.token import ALPHABET, format_token, mint_token, parse_token
from tests.contract.documents import ROOT, tokens

Check = Callable[[str], bool]
VECTORS: dict[str, Any] = json.loads((ROOT / "tests/vectors/token.json").read_text("utf-8"))
SAMPLES = [*VECTORS["valid"], *(mint_token(random.Random(seed).randrange) for seed in range(20))]


def single_errors(token: str) -> Iterator[str]:
    """The token with one character wrong, in every way."""
    for place, right in enumerate(token):
        for wrong in ALPHABET:
            if wrong != right:
                yield token[:place] + wrong + token[place + 1 :]


def swaps(token: str) -> Iterator[str]:
    """The token with two neighbours swapped, wherever that changes it."""
    for place in range(len(token) - 1):
        if token[place] != token[place + 1]:
            yield token[:place] + token[place + 1] + token[place] + token[place + 2 :]


def accepted(text: str) -> bool:
    """What the contract says."""
    try:
        parse_token(text)
    except TokenError:
        return False
    return True


def plain_sum_accepted(text: str) -> bool:
    """A check that misses swaps: the sum of all values modulo 32."""
    return sum(ALPHABET.index(symbol) for symbol in text) % 32 == 0


def even_weight_accepted(text: str) -> bool:
    """A check that misses single errors: weights with a common factor of the modulus."""
    return sum((2 * place + 2) * ALPHABET.index(s) for place, s in enumerate(text)) % 32 == 0


def misses_single_error(check: Check, samples: list[str]) -> bool:
    """Whether some single wrong character goes unnoticed."""
    return any(check(wrong) for token in samples for wrong in single_errors(token))


def misses_swap(check: Check, samples: list[str]) -> bool:
    """Whether some swap of neighbours goes unnoticed."""
    return any(check(wrong) for token in samples for wrong in swaps(token))


@pytest.mark.parametrize("token", VECTORS["valid"])
def test_valid_token_reads_as_itself(token: str) -> None:
    assert parse_token(token) == token


@pytest.mark.parametrize("reading", VECTORS["readings"])
def test_token_is_read_as_people_type_it(reading: dict[str, str]) -> None:
    assert parse_token(reading["written"]) == reading["token"]


@pytest.mark.parametrize("sample", VECTORS["printed"])
def test_token_is_printed_in_groups_of_four(sample: dict[str, str]) -> None:
    assert format_token(sample["token"]) == sample["printed"]
    assert parse_token(sample["printed"]) == sample["token"]


@pytest.mark.parametrize("typo", VECTORS["typos"])
def test_typo_is_told_from_what_is_no_token(typo: str) -> None:
    with pytest.raises(TokenTypoError):
        parse_token(typo)


@pytest.mark.parametrize("text", VECTORS["not_tokens"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(TokenError) as caught:
        parse_token(text)

    assert type(caught.value) is TokenError


def test_every_single_wrong_character_is_caught() -> None:
    assert not misses_single_error(accepted, SAMPLES)


def test_every_swap_of_neighbours_is_caught() -> None:
    assert not misses_swap(accepted, SAMPLES)


def test_a_faulty_check_would_be_noticed() -> None:
    plain = [token for token in _plain_sum_tokens() if plain_sum_accepted(token)]
    even = ["0000000000000"]

    assert misses_swap(plain_sum_accepted, plain)
    assert misses_single_error(even_weight_accepted, even)


def test_lookalike_letters_read_as_the_digits_they_stand_for() -> None:
    for token in VECTORS["valid"]:
        shown = token.replace("0", "O").replace("1", "L").lower()
        assert parse_token(shown) == token


@given(tokens())
def test_minted_token_is_valid_and_prints_back(token: str) -> None:
    assert parse_token(token) == token
    assert parse_token(format_token(token).lower()) == token


def test_minted_tokens_spend_60_bits() -> None:
    asked: list[int] = []

    def randbelow(bound: int) -> int:
        asked.append(bound)
        return 0

    mint_token(randbelow)

    assert asked == [32] * 12


def test_tokens_are_minted_from_the_systems_randomness() -> None:
    assert len({mint_token() for _ in range(1000)}) == 1000


@given(st.text(max_size=20) | st.text(ALPHABET + "-oil ", max_size=20))
def test_garbage_raises_contract_errors_only(text: str) -> None:
    try:
        token = parse_token(text)
    except ContractError:
        return
    assert parse_token(token) == token


def _plain_sum_tokens() -> Iterator[str]:
    for seed in range(5):
        values = [random.Random(seed).randrange(32) for _ in range(12)]
        yield "".join(ALPHABET[value] for value in [*values, -sum(values) % 32])
