"""Which readers can be opened here, and what is missing where none can."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nfc.clf.device
import nfc.clf.transport

from encoder.readers.cures import DIALOUT_CURE, LIBUSB_CURE, UDEV_CURE

_DEVICES = Path("/dev")
_SERIAL_NAMES = ("ttyUSB*", "ttyACM*", "ttyAMA*")

UsbSearch = Callable[[str], Iterable[tuple[int, int, int, int]] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenReader:
    """A reader or a gap: ``path`` is what --reader takes, ``cure`` what mends a problem."""

    path: str
    name: str
    problem: str | None = None
    cure: str | None = None


def seen_readers(
    search: UsbSearch = nfc.clf.transport.USB.find, devices: Path = _DEVICES
) -> list[SeenReader]:
    """List USB and serial readers that nfcpy can drive, then the simulated one.

    ``search`` gives vendor, product, bus and address of what is plugged in; ``devices`` is where
    the system keeps its device nodes.
    """
    return [
        *_usb_readers(search, devices),
        *_serial_readers(devices),
        SeenReader(path="sim", name="virtual cards"),
    ]


def _usb_readers(search: UsbSearch, devices: Path) -> Iterator[SeenReader]:
    try:
        found = search("usb") or []
    except Exception as error:  # noqa: BLE001 - libusb fails in many ways, each of them a gap
        missing = isinstance(error, FileNotFoundError)
        yield SeenReader(
            path="usb",
            name="USB readers",
            problem="libusb-1.0 is missing" if missing else f"USB cannot be searched: {error}",
            cure=LIBUSB_CURE if missing else None,
        )
        return
    for vendor, product, bus, address in found:
        driver = nfc.clf.device.usb_device_map.get((vendor, product))
        if driver is not None:
            node = devices / "bus" / "usb" / f"{bus:03d}" / f"{address:03d}"
            yield _at_node(f"usb:{vendor:04x}:{product:04x}", driver, node, UDEV_CURE)


def _serial_readers(devices: Path) -> Iterator[SeenReader]:
    for pattern in _SERIAL_NAMES:
        for node in sorted(devices.glob(pattern)):
            path = f"tty:{node.name.removeprefix('tty')}:pn532"
            yield _at_node(path, "serial port, perhaps with a PN532", node, DIALOUT_CURE)


def _at_node(path: str, name: str, node: Path, cure: str) -> SeenReader:
    if not node.exists() or os.access(node, os.R_OK | os.W_OK):
        return SeenReader(path=path, name=name)
    return SeenReader(path=path, name=name, problem=f"{node} may not be opened", cure=cure)
