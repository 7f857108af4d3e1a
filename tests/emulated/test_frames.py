"""Host frames: the user manual's own ones, both ways, and what a bad line makes of them."""

import pytest

from tests.emulated.frames import ACK, FrameReader, framed

# PN532 user manual: 6.2.1.1 (normal frame), 6.2.1.2 (extended), 6.2.1.5 (error frame), 7.2.2.
VECTORS = {
    "D402": "0000FF02FED4022A00",
    "D503": "0000FF02FED5032800",
    "7F": "0000FF01FF7F8100",
    "D4" + "00" * 254: "0000FF" + "FFFF" + "00FF01" + "D4" + "00" * 254 + "2C00",
}


def everything(data: bytes) -> list[bytes]:
    """What a reader makes of these bytes, fed one by one."""
    reader = FrameReader()
    return [frame for byte in data for frame in reader.feed(bytes([byte]))]


@pytest.mark.parametrize("data", VECTORS)
def test_frames_are_the_manuals_both_ways(data: str) -> None:
    frame = bytes.fromhex(VECTORS[data])

    assert framed(bytes.fromhex(data)) == frame
    assert everything(frame) == [bytes.fromhex(data)]


def test_preamble_of_any_length_and_noise_are_passed_over() -> None:
    noise = bytes.fromhex("5500AA") + bytes(10)

    assert everything(noise + framed(b"\xd4\x02") + ACK + noise + framed(b"\xd4\x14")) == [
        b"\xd4\x02",
        ACK,
        b"\xd4\x14",
    ]


@pytest.mark.parametrize("place", range(3, 9))
def test_frame_with_a_flipped_bit_is_passed_over(place: int) -> None:
    broken = bytearray(framed(b"\xd4\x06\x63\x02"))
    broken[place] ^= 0x10

    heard = everything(bytes(broken) + framed(b"\xd4\x02") * 20)

    assert b"\xd4\x06\x63\x02" not in heard
    assert heard[-1] == b"\xd4\x02"


def test_half_a_frame_waits_for_the_rest() -> None:
    reader, frame = FrameReader(), framed(b"\xd4\x02")

    assert list(reader.feed(frame[:6])) == []
    assert list(reader.feed(frame[6:])) == [b"\xd4\x02"]
