"""Passwords: RFC 5869 as others compute it, one for each card, and never shown."""

import hmac
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.chips.password import FACTORY_CREDENTIALS, KEY_LENGTH, Credentials, StationKey
from tests.encoder.kit import KEY, UID, VECTORS

# RFC 5869, A.1 to A.3: key material, salt, info, what comes out.
RFC_5869 = [
    (
        "0b" * 22,
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    (
        bytes(range(0x50)).hex(),
        bytes(range(0x60, 0xB0)).hex(),
        bytes(range(0xB0, 0x100)).hex(),
        (
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb"
            "41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
        ),
    ),
    (
        "0b" * 22,
        "",
        "",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ),
]


def by_hmac(secret: bytes, info: bytes, length: int, salt: bytes = b"") -> bytes:
    """HKDF-SHA256 by the steps of RFC 5869, 2.2 and 2.3, with HMAC alone."""
    pseudo_random_key = hmac.digest(salt or bytes(32), secret, "sha256")
    made, block = b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.digest(pseudo_random_key, block + info + bytes([counter]), "sha256")
        made += block
    return made[:length]


@pytest.mark.parametrize(("secret", "salt", "info", "made"), RFC_5869)
def test_our_own_steps_give_the_vectors_of_the_rfc(
    secret: str, salt: str, info: str, made: str
) -> None:
    expected = bytes.fromhex(made)

    found = by_hmac(bytes.fromhex(secret), bytes.fromhex(info), len(expected), bytes.fromhex(salt))

    assert found == expected


def test_the_library_as_we_call_it_gives_the_vector_of_the_rfc() -> None:
    secret, _, info, made = RFC_5869[2]

    found = StationKey(bytes.fromhex(secret))._derive(bytes.fromhex(info), len(made) // 2)

    assert found.hex() == made


@given(
    secret=st.binary(min_size=KEY_LENGTH, max_size=KEY_LENGTH),
    uid=st.binary(min_size=7, max_size=7),
)
def test_passwords_are_those_that_hmac_alone_gives(secret: bytes, uid: bytes) -> None:
    credentials = StationKey(secret).credentials(uid)

    assert credentials.pwd + credentials.pack == by_hmac(
        secret, b"wecard/card-password/1/" + uid, 6
    )


def test_password_and_key_id_are_those_of_the_vectors() -> None:
    credentials = KEY.credentials(UID)

    told = (KEY.key_id, credentials.pwd.hex().upper(), credentials.pack.hex().upper())

    assert told == tuple(VECTORS["key"][name] for name in ("key_id", "pwd", "pack"))


def test_every_card_and_every_key_has_a_password_of_its_own() -> None:
    keys = [StationKey(sha256(bytes([number])).digest()) for number in range(50)]
    uids = [b"\x04" + number.to_bytes(6, "big") for number in range(50)]

    made = {(each.pwd, each.pack) for key in keys for each in map(key.credentials, uids)}

    assert len(made) == len(keys) * len(uids)


def test_key_id_gives_no_part_of_a_password_away() -> None:
    assert by_hmac(KEY.secret, b"wecard/station-key-id/1", 4).hex().upper() == KEY.key_id
    assert KEY.credentials(UID).pwd.hex().upper() != KEY.key_id


@pytest.mark.parametrize("shown", [KEY, KEY.credentials(UID), FACTORY_CREDENTIALS])
def test_secret_does_not_show_when_it_is_printed(shown: StationKey | Credentials) -> None:
    for words in (repr(shown), str(shown), f"{shown}"):
        assert words in ("StationKey()", "Credentials()")
