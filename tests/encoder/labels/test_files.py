"""A label stands under its name only when it says what the chip says."""

from pathlib import Path

import pytest

from encoder.errors import EncoderError, QrMismatchError
from encoder.labels.files import label_paths, proved_pictures, write_label
from encoder.qr.code import QrCode, draw
from encoder.qr.readback import read_png, read_svg

SITE = "https://card.example"
TOKEN = "7H3K9QX2MZ4DG"
OTHER = "0000000000012"
CHIP_URL = f"{SITE}/c/{TOKEN}"


def test_label_is_a_png_and_an_svg_named_by_token(tmp_path: Path) -> None:
    write_label(tmp_path / "labels", site=SITE, token=TOKEN, chip_url=CHIP_URL)

    png, svg = tmp_path / "labels" / f"{TOKEN}.png", tmp_path / "labels" / f"{TOKEN}.svg"
    assert read_png(png.read_bytes()) == read_svg(svg.read_bytes())
    assert sorted((tmp_path / "labels").iterdir()) == [png, svg]


def test_label_is_drawn_anew_in_place(tmp_path: Path) -> None:
    write_label(tmp_path, site=SITE, token=TOKEN, chip_url=CHIP_URL)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    write_label(tmp_path, site=SITE, token=TOKEN, chip_url=CHIP_URL)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


@pytest.mark.parametrize(
    "chip_url",
    [f"{SITE}/c/{OTHER}", f"https://evil.example/c/{TOKEN}", "https://card.example/", ""],
)
def test_mismatch_leaves_no_file_under_the_labels_names(tmp_path: Path, chip_url: str) -> None:
    write_label(tmp_path, site=SITE, token=TOKEN, chip_url=CHIP_URL)

    with pytest.raises(QrMismatchError):
        write_label(tmp_path, site=SITE, token=TOKEN, chip_url=chip_url)

    assert list(tmp_path.iterdir()) == []


def test_a_code_drawn_wrong_is_caught_before_it_is_written() -> None:
    drawn = draw(SITE, TOKEN)
    spoilt = QrCode(text=drawn.text, rows=draw(SITE, OTHER).rows)

    with pytest.raises(QrMismatchError, match=OTHER):
        proved_pictures(spoilt, CHIP_URL)


@pytest.mark.parametrize("token", ["../7H3K9QX2MZ4DG", "", "7H3K9QX2MZ4DH", "/etc/passwd"])
def test_what_is_no_token_names_no_file(tmp_path: Path, token: str) -> None:
    with pytest.raises(QrMismatchError):
        label_paths(tmp_path, token)


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "labels"
    blocked.write_text("a file, not a folder")

    with pytest.raises(EncoderError, match="labels") as caught:
        write_label(blocked, site=SITE, token=TOKEN, chip_url=CHIP_URL)

    assert "folder" in caught.value.hint


def test_spoilt_label_that_cannot_be_removed_is_named(tmp_path: Path) -> None:
    (tmp_path / f"{TOKEN}.png" / "inside").mkdir(parents=True)

    with pytest.raises(EncoderError, match="must not be printed"):
        write_label(tmp_path, site=SITE, token=TOKEN, chip_url=f"{SITE}/c/{OTHER}")
