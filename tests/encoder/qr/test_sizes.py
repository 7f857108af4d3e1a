"""A code whose modules would be too small in print is refused with all the numbers."""

import pytest

from encoder.errors import QrSizeError
from encoder.qr.code import draw
from encoder.qr.dots import MIN_MODULE_MM, fitting_dots, module_mm

CODE = draw("https://card.example", "7H3K9QX2MZ4DG")


@pytest.mark.parametrize(("dpi", "dots"), [(203, 7), (300, 10), (600, 21), (1200, 42)])
def test_modules_are_the_most_whole_dots_that_fit(dpi: int, dots: int) -> None:
    fitting = fitting_dots(CODE, 30, dpi)

    assert fitting == dots
    assert CODE.side * module_mm(fitting, dpi) <= 30 < CODE.side * module_mm(fitting + 1, dpi)


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_needed_side_is_just_enough(dpi: int) -> None:
    with pytest.raises(QrSizeError) as caught:
        fitting_dots(CODE, 10, dpi)

    dots = fitting_dots(CODE, caught.value.needed_mm, dpi)
    assert module_mm(dots, dpi) >= MIN_MODULE_MM
    with pytest.raises(QrSizeError):
        fitting_dots(CODE, caught.value.needed_mm - 0.01, dpi)


def test_refusal_names_dpi_dots_and_the_side_that_is_needed() -> None:
    with pytest.raises(QrSizeError) as caught:
        fitting_dots(CODE, 12, 300)

    assert str(caught.value) == (
        "the QR code of 33 modules, quiet zones included, has 12 mm on the label: 4 dots a module"
        " at 300 dpi, and 5 are needed to make 0.4 mm; nothing was drawn"
    )
    assert "give the code 13.97 mm or more" in caught.value.hint
