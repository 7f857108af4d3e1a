"""The originality signature: the published ones hold, and nothing else does."""

from collections.abc import Callable

import pytest
from ecdsa import SECP128r1
from hypothesis import given, settings
from hypothesis import strategies as st

from encoder.chips.models import MODELS, UID_LENGTH
from encoder.chips.originality import is_genuine
from tests.encoder.chips.published import ORIGINALITY, PAIRS, Pair, published

Check = Callable[[bytes, bytes, bytes], object]

ORDER = int(SECP128r1.order)
LENGTH = 16  # of r, and of s
EVERY_PAIR = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.uid.hex().upper())


def number(value: int) -> bytes:
    """One half of a signature."""
    return (value % (1 << 8 * LENGTH)).to_bytes(LENGTH, "big")


@pytest.mark.parametrize("name", MODELS)
def test_each_chip_has_its_published_key(name: str) -> None:
    family = ORIGINALITY["chips"][name]

    assert MODELS[name].originality_key.hex().upper() == ORIGINALITY["keys"][family]


@EVERY_PAIR
def test_published_signature_holds(pair: Pair) -> None:
    assert is_genuine(pair.key, pair.uid, pair.signature)


def wrongly_taken(check: Check, pair: Pair) -> list[str]:
    """The forgeries of a published pair that a check takes for genuine."""
    other_uid = (int.from_bytes(pair.uid, "big") + 1).to_bytes(UID_LENGTH, "big")
    other_family = "Ultralight EV1" if pair.family == "NTAG21x" else "NTAG21x"
    r, s = pair.signature[:LENGTH], pair.signature[LENGTH:]
    forgeries = {
        "another UID": (pair.key, other_uid, pair.signature),
        "a shorter UID": (pair.key, pair.uid[:-1], pair.signature),
        "another key": (published(other_family).key, pair.uid, pair.signature),
        "another chip's signature": (pair.key, pair.uid, another(pair).signature),
        "swapped halves": (pair.key, pair.uid, s + r),
        "a short signature": (pair.key, pair.uid, pair.signature[:-1]),
        "a long signature": (pair.key, pair.uid, pair.signature + b"\x00"),
        "no signature": (pair.key, pair.uid, b""),
        "zeros": (pair.key, pair.uid, bytes(2 * LENGTH)),
        "ones": (pair.key, pair.uid, b"\xff" * 2 * LENGTH),
    }
    return [name for name, forged in forgeries.items() if check(*forged)]


def another(pair: Pair) -> Pair:
    """Another pair of the same family."""
    return next(each for each in PAIRS if each.family == pair.family and each != pair)


@EVERY_PAIR
def test_forgery_is_not_genuine(pair: Pair) -> None:
    assert wrongly_taken(is_genuine, pair) == []


def by_length(_key: bytes, _uid: bytes, signature: bytes) -> bool:
    """A broken check: any signature will do."""
    return len(signature) == 2 * LENGTH


def by_any_key(_key: bytes, uid: bytes, signature: bytes) -> bool:
    """A broken check: the signature of whichever product."""
    keys = [bytes.fromhex(key) for key in ORIGINALITY["keys"].values()]
    return any(is_genuine(key, uid, signature) for key in keys)


@pytest.mark.parametrize("broken", [by_length, by_any_key])
def test_broken_check_is_caught(broken: Check) -> None:
    assert wrongly_taken(broken, PAIRS[0]) != []


@pytest.mark.parametrize("bit", range(0, 16 * LENGTH, 5))
def test_signature_with_a_changed_bit_is_not_genuine(bit: int) -> None:
    pair = PAIRS[bit % len(PAIRS)]
    changed = int.from_bytes(pair.signature, "big") ^ 1 << bit

    assert not is_genuine(pair.key, pair.uid, changed.to_bytes(2 * LENGTH, "big"))


@pytest.mark.parametrize("s", [0, 1, ORDER - 1, ORDER, ORDER + 1, 2**128 - 1])
@pytest.mark.parametrize("r", [0, 1, ORDER - 1, ORDER, ORDER + 1, 2**128 - 1])
def test_degenerate_numbers_are_not_genuine(r: int, s: int) -> None:
    pair = PAIRS[0]

    assert is_genuine(pair.key, pair.uid, number(r) + number(s)) is False


def test_sum_at_infinity_is_not_genuine() -> None:
    base = SECP128r1.generator
    key = b"\x04" + number(int(base.x())) + number(int(base.y()))
    uid = PAIRS[0].uid
    r = ORDER - int.from_bytes(uid, "big")

    assert is_genuine(key, uid, number(r) + number(1)) is False


@settings(max_examples=300, deadline=None)
@given(
    pair=st.sampled_from(PAIRS),
    uid=st.binary(max_size=10),
    signature=st.one_of(st.binary(max_size=70), st.binary(min_size=32, max_size=32)),
)
def test_any_bytes_get_a_plain_answer(pair: Pair, uid: bytes, signature: bytes) -> None:
    answers = (
        is_genuine(pair.key, uid, signature),
        is_genuine(pair.key, pair.uid, signature),
        is_genuine(pair.key, uid, pair.signature),
    )

    assert answers == (False, False, False)
