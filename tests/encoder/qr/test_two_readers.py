"""A code is proved by two readers of different makes; without the second one, that is said."""

import logging
from collections.abc import Iterator

import pytest
from PIL import Image

from encoder.errors import QrMismatchError
from encoder.qr import zbar
from encoder.qr.code import QrCode, draw
from encoder.qr.pictures import to_picture
from encoder.qr.readback import read_codes, read_picture

SITE, TOKEN, OTHER = "https://card.example", "7H3K9QX2MZ4DG", "0000000000012"


def picture_of(code: QrCode, dots: int = 5) -> Image.Image:
    """A code as it is printed."""
    return to_picture(code, dots).convert("L")


@pytest.fixture
def without_zbar(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that has no zbar."""
    monkeypatch.setattr("ctypes.util.find_library", lambda _name: None)
    zbar._library.cache_clear()
    yield
    zbar._library.cache_clear()


def test_zbar_is_here_and_reads_what_zxing_reads() -> None:
    picture = picture_of(draw(SITE, TOKEN))

    assert zbar.find_codes(picture) == [read_picture(picture)]


def test_both_read_every_code_of_several() -> None:
    codes = [picture_of(draw(SITE, token)) for token in (TOKEN, OTHER)]
    both = Image.new("L", (codes[0].width * 2, codes[0].height), 255)
    for place, code in enumerate(codes):
        both.paste(code, (place * code.width, 0))

    texts = read_codes(both, 2)

    assert sorted(text[-13:] for text in texts) == sorted([TOKEN, OTHER])


@pytest.mark.parametrize("blind", ["zxing-cpp", "zbar"])
def test_code_that_one_of_them_cannot_read_is_refused(
    monkeypatch: pytest.MonkeyPatch, blind: str
) -> None:
    place = {
        "zxing-cpp": "encoder.qr.readback._read_by_zxing",
        "zbar": "encoder.qr.zbar.find_codes",
    }
    monkeypatch.setattr(place[blind], lambda _picture: [])

    with pytest.raises(QrMismatchError, match=f"0 QR codes readable by {blind}"):
        read_picture(picture_of(draw(SITE, TOKEN)))


def test_readers_that_differ_are_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encoder.qr.zbar.find_codes", lambda _picture: [draw(SITE, OTHER).text])

    with pytest.raises(QrMismatchError, match="different texts"):
        read_picture(picture_of(draw(SITE, TOKEN)))


@pytest.mark.usefixtures("without_zbar")
def test_without_zbar_one_reader_reads_and_that_is_said_once_with_the_cure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    picture = picture_of(draw(SITE, TOKEN))

    with caplog.at_level(logging.WARNING):
        texts = {read_picture(picture) for _ in range(3)}

    assert texts == {draw(SITE, TOKEN).text}
    assert not zbar.is_here()
    assert len(caplog.records) == 1
    assert "libzbar0" in caplog.text


def test_logo_in_the_middle_leaves_the_code_readable_to_both() -> None:
    code = draw(SITE, TOKEN, logo_inside=True)
    picture = picture_of(code)
    side = (code.hole - 1) * 5
    corner = (picture.width - side) // 2

    for shade in (0, 90, 200):
        picture.paste(shade, (corner, corner, corner + side, corner + side))
        assert read_picture(picture) == code.text


@pytest.mark.parametrize("host", ["a.example", "card.example", "a-much-longer-name.card.example"])
def test_hole_is_small_beside_what_level_q_mends(host: str) -> None:
    code = draw(f"https://{host}", TOKEN, logo_inside=True)

    assert code.hole % 2 == 1
    assert (code.hole / len(code.rows)) ** 2 < 0.07


def test_hole_that_is_too_large_is_caught_by_reading_back() -> None:
    code = draw(SITE, TOKEN, logo_inside=True)
    picture = picture_of(code)
    quarter = picture.width // 4

    picture.paste(255, (quarter, quarter, 3 * quarter, 3 * quarter))

    with pytest.raises(QrMismatchError):
        read_picture(picture)
