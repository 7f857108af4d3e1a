"""TLV blocks: what is found, what is laid out, and that no byte string is too broken to read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.chips import tlv


@pytest.mark.parametrize(
    ("area", "blocks"),
    [
        ("0300FE00", [(tlv.NDEF, 2, 0), (tlv.TERMINATOR, 3, 0)]),
        ("0103A00C340300FE", [(1, 2, 3), (tlv.NDEF, 7, 0), (tlv.TERMINATOR, 8, 0)]),
        ("0000030141FE", [(tlv.NDEF, 4, 1), (tlv.TERMINATOR, 6, 0)]),
        ("0203112233FD01AAFE", [(2, 2, 3), (0xFD, 7, 1), (tlv.TERMINATOR, 9, 0)]),
        ("03FF0100" + "41" * 256 + "FE", [(tlv.NDEF, 4, 256), (tlv.TERMINATOR, 261, 0)]),
        ("03", []),
        ("03FF01", []),
        ("0000000000000000", []),
        ("", []),
    ],
)
def test_blocks_are_found_as_the_standard_lays_them_out(
    area: str, blocks: list[tuple[int, int, int]]
) -> None:
    found = [(block.kind, block.value_start, block.length) for block in tlv.walk(_bytes(area))]

    assert found == blocks


def test_nothing_is_read_behind_the_terminator() -> None:
    assert tlv.ndef_tlv(_bytes("FE030141")) is None


@pytest.mark.parametrize(
    ("area", "needed"),
    [
        ("0300FE0000000000", 2),
        ("032CD10128550463", 46),
        ("0103A00C340300FE", 7),
        ("0000000000000000", 144),
        ("FE00000000000000", 8),
        ("0340FFFFFFFFFFFF", 66),
        ("03FF02000000000000", 144),
    ],
)
def test_no_more_is_asked_for_than_it_takes_to_decide(area: str, needed: int) -> None:
    assert tlv.bytes_to_decide(_bytes(area), 144) == needed


@pytest.mark.parametrize(
    ("message", "size", "area"),
    [
        (b"A", 16, "030141FE"),
        (b"A" * 254, 400, "03FE" + "41" * 254 + "FE"),
        (b"A" * 255, 400, "03FF00FF" + "41" * 255 + "FE"),
        (b"AB", 4, "03024142"),
    ],
)
def test_lengths_take_one_byte_or_three(message: bytes, size: int, area: str) -> None:
    assert tlv.build_area(b"", message, size) == _bytes(area)


@given(prefix=st.sampled_from([b"", bytes.fromhex("0103A00C34")]), message=st.binary(max_size=400))
def test_what_is_laid_out_is_found_again(prefix: bytes, message: bytes) -> None:
    area = tlv.build_area(prefix, message, 1000)

    block = tlv.ndef_tlv(area)

    assert block is not None
    assert area[block.value_start : block.end] == message


@given(area=st.binary(max_size=200), size=st.integers(0, 300))
def test_no_content_is_too_broken_to_walk(area: bytes, size: int) -> None:
    blocks = list(tlv.walk(area))

    assert all(block.value_start <= len(area) for block in blocks)
    assert tlv.bytes_to_decide(area, max(size, len(area))) <= max(size, len(area))


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text)
