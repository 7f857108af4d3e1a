"""Names of records and receipts."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landing.consent.identifiers import (
    IDENTIFIER_LENGTH,
    identifier,
    parse_receipt,
    receipt_for,
    receipt_sha256,
)
from landing.contract.token import ALPHABET


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_all_128_bits_count(one: bytes, other: bytes) -> None:
    names = identifier(one), identifier(other)

    assert {len(name) for name in names} == {IDENTIFIER_LENGTH}
    assert set("".join(names)) <= set(ALPHABET)
    assert (names[0] == names[1]) == (one == other)


@pytest.mark.parametrize(
    ("octets", "name"),
    [(bytes(16), "0" * 26), (b"\xff" * 16, "7" + "Z" * 25), (bytes(15) + b"\x20", "0" * 24 + "10")],
)
def test_identifier_is_the_number_in_base_32(octets: bytes, name: str) -> None:
    assert identifier(octets) == name


def test_receipt_depends_on_nonce_and_key_and_on_nothing_else() -> None:
    receipts = [receipt_for(nonce, key) for nonce in "ab" for key in "xy"]

    assert len(set(receipts)) == 4
    assert receipt_for("a", "x") == receipts[0]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("0" * 26, "0" * 26),
        ("z" * 26, "Z" * 26),
        ("0" * 25, None),
        ("0" * 27, None),
        ("U" * 26, None),
        ("0" * 26 + "\n", None),
        ("ı" * 26, None),
        ("٠" * 26, None),
        ("", None),
    ],
)
def test_receipt_is_read_in_any_case_and_nothing_else_is(text: str, name: str | None) -> None:
    assert parse_receipt(text) == name


def test_receipt_is_stored_as_its_hash() -> None:
    digest = receipt_sha256("0" * 26)

    assert digest == hashlib.sha256(b"0" * 26).hexdigest()
