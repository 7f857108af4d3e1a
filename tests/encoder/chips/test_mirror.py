"""Where the mirrored text stands, and what it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encoder.chips import ndef
from encoder.chips.mirror import (
    MIRRORS,
    Mirror,
    MirrorPlace,
    has_counter,
    mirrored_text,
    mirrored_url,
    place_of,
)
from encoder.chips.models import NTAG213, NTAG215, NTAG216, ChipModel
from encoder.plan import card_content
from tests.encoder.kit import MIRROR_NAMES, UID, URL, VECTORS

REAL = [kind for kind in MIRRORS if kind != "none"]
DATA_START = 16  # page 04h, in bytes
TOKEN_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@pytest.mark.parametrize("kind", REAL)
@pytest.mark.parametrize("name", MIRROR_NAMES)
def test_place_is_that_of_the_vectors(name: str, kind: Mirror) -> None:
    model = {"NTAG213": NTAG213, "NTAG215": NTAG215, "NTAG216": NTAG216}[name]
    vector = VECTORS["chips"][name]["mirror"][kind]
    cfg0 = bytes.fromhex(vector["data"][f"{model.cfg0_page:02X}"])

    place = place_of(DATA_START, card_content(model, URL, kind), kind)

    assert place is not None
    assert place.start == vector["text_at"]
    assert (place.mirror_byte | 0x04, place.page) == (cfg0[0], cfg0[2])


@given(
    model=st.sampled_from([NTAG213, NTAG215, NTAG216]),
    host=st.text("a0", min_size=1, max_size=20),
    token=st.text(TOKEN_LETTERS, min_size=13, max_size=13),
    kind=st.sampled_from(REAL),
)
def test_text_stands_at_the_address_s_end_whatever_zeros_are_before_it(
    model: ChipModel, host: str, token: str, kind: Mirror
) -> None:
    url = f"https://{host}.example/c/{token}"
    content = card_content(model, url, kind)

    place = place_of(DATA_START, content, kind)

    assert place is not None
    start = place.start - DATA_START
    shown = content[:start] + b"T" * place.length + content[start + place.length :]
    assert ndef.url_on(shown) == f"{url}?m={'T' * place.length}"


@pytest.mark.parametrize("kind", REAL)
def test_text_is_as_long_as_the_room_for_it(kind: Mirror) -> None:
    place = place_of(0, mirrored_url(URL, kind).encode(), kind)

    assert place is not None
    for count in (0, 1, 0xFFFFFF):
        assert len(mirrored_text(kind, UID, count)) == place.length


def test_text_is_the_uid_and_the_count_in_hex() -> None:
    texts = {kind: mirrored_text(kind, UID, 0x00BEEF) for kind in MIRRORS}

    assert texts == {
        "none": b"",
        "uid": b"04A1B2C3D4E580",
        "counter": b"00BEEF",
        "both": b"04A1B2C3D4E580x00BEEF",
    }


def test_card_without_a_mirror_has_no_place_and_its_own_address() -> None:
    assert place_of(DATA_START, card_content(NTAG213, URL), "none") is None
    assert mirrored_url(URL, "none") == URL


@pytest.mark.parametrize(
    ("start", "mirror_byte", "page"),
    [(56, 0x40, 14), (57, 0x50, 14), (59, 0x70, 14), (60, 0x40, 15)],
)
def test_place_is_told_by_page_and_byte(start: int, mirror_byte: int, page: int) -> None:
    place = MirrorPlace(kind="uid", start=start, length=14)

    assert (place.mirror_byte, place.page) == (mirror_byte, page)


def test_counter_is_in_two_of_the_mirrors() -> None:
    assert [kind for kind in MIRRORS if has_counter(kind)] == ["counter", "both"]
