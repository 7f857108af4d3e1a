"""``readers`` lists what can be opened, and tells what is wrong with the rest and mends it."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from encoder.errors import ReaderError
from encoder.readers.cures import (
    KERNEL_CURE,
    LIBCCID_CURE,
    OTHER_PROGRAM_CURE,
    PCSCD_HOLDS_CURE,
    UDEV_CURE,
)
from encoder.readers.listing import SeenReader, UsbSearch, seen_readers
from encoder.readers.pcsc import PcscReaders

ACR122U = (0x072F, 0x2200, 1, 7)
ACR1252U = (0x072F, 0x223B, 1, 9)
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


def no_pcsc_readers() -> list[str]:
    """PC/SC works, and has no reader."""
    return []


def two_pcsc_readers() -> list[str]:
    """A contactless slot and one for contact cards."""
    return ["ACS ACR1252 PICC 00 00", "ACS ACR1252 SAM 01 00"]


def no_pcscd() -> list[str]:
    """The service does not run."""
    raise ReaderError("the PC/SC service cannot be reached", hint="start pcscd")


def plug(
    root: Path, place: tuple[int, int, int, int], name: str, *, driver: str = "", ccid: bool = False
) -> None:
    """Show a device in /sys as Linux does; ``driver`` holds its interface."""
    vendor, product, bus, address = place
    device = root / "sys/bus/usb/devices" / f"{bus}-{address}"
    interface = device / f"{device.name}:1.0"
    interface.mkdir(parents=True)
    told = {
        "idVendor": f"{vendor:04x}",
        "idProduct": f"{product:04x}",
        "busnum": str(bus),
        "devnum": str(address),
        "product": name,
    }
    for file, text in told.items():
        (device / file).write_text(text + "\n")
    (interface / "bInterfaceClass").write_text("0b\n" if ccid else "ff\n")
    if driver:
        (interface / "driver").symlink_to(f"../../../../bus/usb/drivers/{driver}")
    (interface.parent.parent / interface.name).symlink_to(interface)


def run(root: Path, program: str) -> None:
    """Show a program in /proc."""
    (root / "proc" / "4711").mkdir(parents=True)
    (root / "proc" / "4711" / "comm").write_text(program + "\n")


def listed(
    search: UsbSearch, root: Path, ask_pcsc: PcscReaders = no_pcsc_readers
) -> list[SeenReader]:
    """What there is besides the simulated reader."""
    *seen, simulated = seen_readers(search, root, ask_pcsc)
    assert simulated == SIMULATED
    return seen


def test_reader_that_nfcpy_drives_is_listed_and_a_mouse_is_not(tmp_path: Path) -> None:
    assert listed(two_devices, tmp_path) == [SeenReader(path="usb:072f:2200", name="acr122")]


def test_reader_that_nobody_holds_is_fine(tmp_path: Path) -> None:
    plug(tmp_path, ACR122U, "ACR122U", ccid=True)
    run(tmp_path, "pcscd")

    assert listed(two_devices, tmp_path) == [SeenReader(path="usb:072f:2200", name="acr122")]


@pytest.mark.parametrize(
    ("driver", "program", "problem", "cure"),
    [
        ("pn533_usb", "pcscd", "the kernel's own driver pn533_usb holds the reader", KERNEL_CURE),
        ("port100", "bash", "the kernel's own driver port100 holds the reader", KERNEL_CURE),
        ("usbfs", "pcscd", "pcscd holds the reader", PCSCD_HOLDS_CURE),
        ("usbfs", "bash", "another program holds the reader", OTHER_PROGRAM_CURE),
    ],
)
def test_holder_of_a_reader_is_named_with_its_cure(
    driver: str, program: str, problem: str, cure: str, tmp_path: Path
) -> None:
    plug(tmp_path, ACR122U, "ACR122U", driver=driver)
    plug(tmp_path, A_MOUSE, "Mouse", driver="usbhid")
    run(tmp_path, program)

    (reader,) = listed(two_devices, tmp_path)

    assert (reader.path, reader.problem, reader.cure) == ("usb:072f:2200", problem, cure)


def test_missing_libusb_comes_with_its_cure(tmp_path: Path) -> None:
    (gap,) = listed(no_libusb, tmp_path)

    assert (gap.problem, gap.cure) == ("libusb-1.0 is missing", "apt install libusb-1.0-0")


def test_bus_that_cannot_be_searched_is_said(tmp_path: Path) -> None:
    (gap,) = listed(broken_bus, tmp_path)

    assert "Input/output error" in (gap.problem or "")


def test_serial_ports_are_listed_as_nfcpy_spells_them(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    for name in ("ttyUSB1", "ttyACM0", "ttyUSB0", "ttyS0"):
        (tmp_path / "dev" / name).write_bytes(b"")

    seen = listed(nothing_plugged_in, tmp_path)

    assert [reader.path for reader in seen] == [
        "tty:USB0:pn532",
        "tty:USB1:pn532",
        "tty:ACM0:pn532",
    ]


def test_readers_of_pcsc_are_listed_by_their_path(tmp_path: Path) -> None:
    plug(tmp_path, ACR1252U, "ACR1252 Dual Reader", driver="usbfs", ccid=True)

    seen = listed(nothing_plugged_in, tmp_path, two_pcsc_readers)

    assert [(reader.path, reader.problem) for reader in seen] == [
        ("pcsc:ACS ACR1252 PICC 00 00", None),
        ("pcsc:ACS ACR1252 SAM 01 00", None),
    ]


def test_what_pcsc_lacks_is_said_once(tmp_path: Path) -> None:
    (gap,) = listed(nothing_plugged_in, tmp_path, no_pcscd)

    assert gap == SeenReader(
        path="pcsc",
        name="PC/SC readers",
        problem="the PC/SC service cannot be reached",
        cure="start pcscd",
    )


@pytest.mark.parametrize(
    ("ask", "words", "cure"),
    [(no_pcscd, "cannot be reached", "start pcscd"), (no_pcsc_readers, "see it", LIBCCID_CURE)],
)
def test_reader_for_pcsc_only_is_named_with_what_it_lacks(
    ask: PcscReaders, words: str, cure: str, tmp_path: Path
) -> None:
    plug(tmp_path, ACR1252U, "ACR1252 Dual Reader", ccid=True)

    (reader,) = listed(nothing_plugged_in, tmp_path, ask)

    assert (reader.path, reader.name) == ("pcsc", "ACR1252 Dual Reader (072f:223b)")
    assert words in (reader.problem or "")
    assert "nfcpy cannot drive it" in (reader.problem or "")
    assert reader.cure == cure


def test_device_that_is_just_pulled_out_is_passed_over(tmp_path: Path) -> None:
    plug(tmp_path, ACR1252U, "ACR1252 Dual Reader", ccid=True)
    (tmp_path / "sys/bus/usb/devices/1-9/devnum").unlink()

    assert listed(nothing_plugged_in, tmp_path) == []


MAY_NOT = """
import os, sys
from pathlib import Path
from encoder.readers.listing import seen_readers
root = Path(sys.argv[1])
os.setuid(65534)
seen = seen_readers(lambda _: [(0x072F, 0x2200, 1, 7)], root, list)
print([(reader.problem, reader.cure) for reader in seen])
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become someone else")
def test_node_that_may_not_be_opened_comes_with_its_cure(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = tmp_path_factory.mktemp("root")
    for folder in (root, *list(root.parents)[:2]):
        folder.chmod(0o755)
    usb, port = root / "dev/bus/usb/001/007", root / "dev/ttyUSB0"
    usb.parent.mkdir(parents=True)
    for node in (usb, port):
        node.write_bytes(b"")
        node.chmod(0)

    told = subprocess.run(
        [sys.executable, "-c", MAY_NOT, str(root)], capture_output=True, text=True, check=True
    ).stdout

    assert f"{usb} may not be opened" in told
    assert f"{port} may not be opened" in told
    assert UDEV_CURE in told
    assert "dialout" in told
