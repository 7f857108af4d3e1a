"""``readers`` lists what can be opened, and what mends the rest."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from encoder.readers.listing import SeenReader, seen_readers

ACR122U = (0x072F, 0x2200, 1, 7)
A_MOUSE = (0x046D, 0xC077, 1, 8)
SIMULATED = SeenReader(path="sim", name="virtual cards")


def nothing_plugged_in(_path: str) -> None:
    """An empty bus, as nfcpy tells it."""


def two_devices(_path: str) -> Iterable[tuple[int, int, int, int]]:
    """A reader and a mouse."""
    return [A_MOUSE, ACR122U]


def no_libusb(_path: str) -> None:
    """A machine without the library."""
    raise FileNotFoundError(2, "cannot find a suitable libusb-1.0")


def broken_bus(_path: str) -> None:
    """A bus that libusb cannot search."""
    raise OSError(5, "Input/output error")


def test_reader_that_nfcpy_drives_is_listed_and_a_mouse_is_not(tmp_path: Path) -> None:
    seen = seen_readers(two_devices, tmp_path)

    assert seen == [SeenReader(path="usb:072f:2200", name="acr122"), SIMULATED]


def test_missing_libusb_comes_with_its_cure(tmp_path: Path) -> None:
    (gap, _) = seen_readers(no_libusb, tmp_path)

    assert (gap.problem, gap.cure) == ("libusb-1.0 is missing", "apt install libusb-1.0-0")


def test_bus_that_cannot_be_searched_is_said(tmp_path: Path) -> None:
    (gap, _) = seen_readers(broken_bus, tmp_path)

    assert "Input/output error" in (gap.problem or "")


def test_serial_ports_are_listed_as_nfcpy_spells_them(tmp_path: Path) -> None:
    for name in ("ttyUSB1", "ttyACM0", "ttyUSB0", "ttyS0"):
        (tmp_path / name).write_bytes(b"")

    seen = seen_readers(nothing_plugged_in, tmp_path)

    assert [reader.path for reader in seen] == [
        *("tty:USB0:pn532", "tty:USB1:pn532", "tty:ACM0:pn532", "sim")
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every node")
def test_port_that_may_not_be_opened_comes_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "ttyUSB0").write_bytes(b"")
    (tmp_path / "ttyUSB0").chmod(0)

    (port, _) = seen_readers(nothing_plugged_in, tmp_path)

    assert (port.problem, port.cure) == (
        f"{tmp_path / 'ttyUSB0'} may not be opened",
        "add your user to the group dialout, then log in again",
    )
