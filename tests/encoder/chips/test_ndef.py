"""NDEF messages, written and read with a phone's eye; ndeflib is the independent reader."""

import ndef as ndeflib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.chips import ndef

URL = "https://card.example/c/7H3K9QX2MZ4DG"
MESSAGE = "D1011D5504636172642E6578616D706C652F632F3748334B395158324D5A344447"


def test_address_is_one_short_record_with_its_prefix_in_one_byte() -> None:
    assert ndef.uri_message(URL).hex().upper() == MESSAGE


def test_plain_http_has_its_own_prefix() -> None:
    assert ndef.uri_message("http://127.0.0.1:8000/c/X")[:5] == bytes.fromhex("D101135503")


@pytest.mark.parametrize("url", [URL, "http://localhost/c/X", "tel:+33561000000", "urn:nfc:x", "x"])
def test_phone_reads_the_address_that_was_written(url: str) -> None:
    area = b"\x03" + bytes([len(ndef.uri_message(url))]) + ndef.uri_message(url) + b"\xfe"

    assert ndef.url_on(area) == url


@pytest.mark.parametrize(
    "message",
    [
        "",
        "D1",
        "D10105550461622E",  # the payload is shorter than its length
        "D10104550461622E00",  # a byte behind the message
        "51010455046162 2E",  # MB is missing
        "91010455046162 2E",  # ME is missing
        "F1010455046162 2E",  # a chunk
        "D7010455046162 2E",  # TNF 7 is reserved
        "D6010455046162 2E",  # TNF 6 without a chunk before it
        "D1000455046162 2E",  # well-known without a type
        "D00001 00",  # an empty record with a payload
        "C101FFFFFFFF55",
        "D90100",
    ],
)
def test_broken_message_is_none_to_a_phone(message: str) -> None:
    assert ndef.parse_message(bytes.fromhex(message)) is None


@pytest.mark.parametrize(
    ("message", "records"),
    [
        ("D00000", [(0, b"", b"")]),
        ("D1010255 0441", [(1, b"U", b"\x04A")]),
        ("D901020155 69 0441", [(1, b"U", b"\x04A")]),
        ("C101000000025504 41", [(1, b"U", b"\x04A")]),
        ("910102550441 5101025402FF", [(1, b"U", b"\x04A"), (1, b"T", b"\x02\xff")]),
    ],
)
def test_records_are_read(message: str, records: list[tuple[int, bytes, bytes]]) -> None:
    parsed = ndef.parse_message(bytes.fromhex(message))

    assert parsed is not None
    assert [(record.tnf, record.type, record.payload) for record in parsed] == records


@pytest.mark.parametrize(
    "area", ["0300FE00", "0103A00C340300FE", "00000000", "FE00", "0320D101", "0303FFFFFFFE"]
)
def test_blank_or_broken_area_opens_nothing(area: str) -> None:
    assert ndef.message_on(bytes.fromhex(area)) is None
    assert ndef.url_on(bytes.fromhex(area)) is None


@pytest.mark.parametrize("payload", ["", "FF41", "04FF"])
def test_uri_record_that_is_no_address_is_content_all_the_same(payload: str) -> None:
    body = bytes.fromhex(payload)
    message = bytes([0xD1, 1, len(body)]) + b"U" + body
    area = bytes([3, len(message)]) + message + b"\xfe"

    assert ndef.message_on(area) is not None
    assert ndef.url_on(area) is None


@given(st.binary(max_size=120))
def test_no_bytes_are_too_broken_to_read(area: bytes) -> None:
    ndef.url_on(area)
    ndef.url_on(b"\x03" + bytes([len(area)]) + area)


@given(
    st.lists(
        st.builds(
            lambda name, data: ndeflib.Record(f"urn:nfc:ext:{name}", data=data),
            st.from_regex(r"[a-z]{1,8}\.[a-z]{2}:[a-z]{1,4}", fullmatch=True),
            st.binary(max_size=300),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_ndeflib_writes_is_read_with_the_same_payloads(
    records: list[ndeflib.Record],
) -> None:
    message = b"".join(ndeflib.message_encoder(records))

    parsed = ndef.parse_message(message)

    assert parsed is not None
    assert [record.payload for record in parsed] == [bytes(record.data) for record in records]
