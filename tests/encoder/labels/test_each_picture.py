"""PNG and SVG are read back each for itself: one that is drawn wrong keeps both away."""

from pathlib import Path

import pytest

from encoder.errors import QrMismatchError
from encoder.labels import files
from encoder.qr.code import draw

SITE = "https://card.example"
TOKEN, OTHER = "7H3K9QX2MZ4DG", "0000000000012"


@pytest.mark.parametrize("drawer", ["to_png", "to_svg"])
def test_one_picture_drawn_wrong_keeps_both_from_being_written(
    drawer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    right = getattr(files, drawer)
    monkeypatch.setattr(files, drawer, lambda _code: right(draw(SITE, OTHER)))

    with pytest.raises(QrMismatchError, match=OTHER):
        files.write_label(tmp_path, site=SITE, token=TOKEN, chip_url=f"{SITE}/c/{TOKEN}")

    assert list(tmp_path.iterdir()) == []
