"""Which readers can be opened here, and what is missing where none can."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nfc.clf.device
import nfc.clf.transport

LIBUSB_CURE = "apt install libusb-1.0-0"
_UDEV_CURE = "give your user access with a udev rule, then plug the reader in again"
_USB_NODES = Path("/dev/bus/usb")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenReader:
    """A reader or a gap: ``path`` is what --reader takes, ``cure`` what mends a problem."""

    path: str
    name: str
    problem: str | None = None
    cure: str | None = None


def seen_readers() -> list[SeenReader]:
    """List USB and serial readers that nfcpy can drive, then the simulated one."""
    return [*_usb_readers(), *_serial_readers(), SeenReader(path="sim", name="virtual cards")]


def _usb_readers() -> Iterator[SeenReader]:
    try:
        found = nfc.clf.transport.USB.find("usb") or []
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
        if driver is None:
            continue
        node = _USB_NODES / f"{bus:03d}" / f"{address:03d}"
        usable = not node.exists() or os.access(node, os.R_OK | os.W_OK)
        yield SeenReader(
            path=f"usb:{vendor:04x}:{product:04x}",
            name=driver,
            problem=None if usable else f"{node} may not be opened",
            cure=None if usable else _UDEV_CURE,
        )


def _serial_readers() -> Iterator[SeenReader]:
    for pattern in ("ttyUSB*", "ttyACM*", "ttyAMA*"):
        for node in sorted(Path("/dev").glob(pattern)):
            usable = os.access(node, os.R_OK | os.W_OK)
            yield SeenReader(
                path=f"tty:{node.name.removeprefix('tty')}:pn532",
                name="serial port, perhaps with a PN532",
                problem=None if usable else f"{node} may not be opened",
                cure=None if usable else "add your user to the group dialout, then log in again",
            )
