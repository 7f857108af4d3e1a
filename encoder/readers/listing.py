"""Which readers can be opened here, and what is missing where one cannot."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import nfc.clf.device
import nfc.clf.transport

from encoder.errors import ReaderError
from encoder.readers.cures import (
    DIALOUT_CURE,
    KERNEL_CURE,
    LIBCCID_CURE,
    LIBUSB_CURE,
    OTHER_PROGRAM_CURE,
    PCSCD_HOLDS_CURE,
    UDEV_CURE,
)
from encoder.readers.machine import UsbDevice, is_running, usb_devices
from encoder.readers.pcsc import PcscReaders, pcsc_readers

_ROOT = Path("/")
_SERIAL_NAMES = ("ttyUSB*", "ttyACM*", "ttyAMA*")
_PCSCD = "pcscd"

UsbSearch = Callable[[str], Iterable[tuple[int, int, int, int]] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenReader:
    """A reader or a gap: ``path`` is what --reader takes, ``cure`` what mends a problem."""

    path: str
    name: str
    problem: str | None = None
    cure: str | None = None


def seen_readers(
    search: UsbSearch = nfc.clf.transport.USB.find,
    root: Path = _ROOT,
    ask_pcsc: PcscReaders = pcsc_readers,
) -> list[SeenReader]:
    """List USB and serial readers that nfcpy can drive, those of PC/SC, then the simulated one.

    ``search`` gives vendor, product, bus and address of what is plugged in; ``root`` is the
    system's folder with dev, sys and proc; ``ask_pcsc`` gives PC/SC's names.
    """
    devices = usb_devices(root)
    return [
        *_usb_readers(search, root, devices),
        *_serial_readers(root),
        *_pcsc_readers(ask_pcsc, devices),
        SeenReader(path="sim", name="virtual cards"),
    ]


def _usb_readers(
    search: UsbSearch, root: Path, devices: Iterable[UsbDevice]
) -> Iterator[SeenReader]:
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
    by_place = {(device.bus, device.address): device for device in devices}
    for vendor, product, bus, address in found:
        driver = nfc.clf.device.usb_device_map.get((vendor, product))
        if driver is not None:
            node = root / "dev" / "bus" / "usb" / f"{bus:03d}" / f"{address:03d}"
            reader = SeenReader(path=f"usb:{vendor:04x}:{product:04x}", name=driver)
            device = by_place.get((bus, address))
            held = _held(reader, device, root) if device is not None else None
            yield held or _at_node(reader, node, UDEV_CURE)


def _held(reader: SeenReader, device: UsbDevice, root: Path) -> SeenReader | None:
    """The reader with who holds it; None where nobody does."""
    if device.kernel_driver is not None:
        problem = f"the kernel's own driver {device.kernel_driver} holds the reader"
        return replace(reader, problem=problem, cure=KERNEL_CURE)
    if not device.is_held_by_program:
        return None
    if is_running(root, _PCSCD):
        return replace(reader, problem="pcscd holds the reader", cure=PCSCD_HOLDS_CURE)
    problem = "another program holds the reader"
    return replace(reader, problem=problem, cure=OTHER_PROGRAM_CURE)


def _serial_readers(root: Path) -> Iterator[SeenReader]:
    for pattern in _SERIAL_NAMES:
        for node in sorted((root / "dev").glob(pattern)):
            path = f"tty:{node.name.removeprefix('tty')}:pn532"
            reader = SeenReader(path=path, name="serial port, perhaps with a PN532")
            yield _at_node(reader, node, DIALOUT_CURE)


def _at_node(reader: SeenReader, node: Path, cure: str) -> SeenReader:
    if not node.exists() or os.access(node, os.R_OK | os.W_OK):
        return reader
    return replace(reader, problem=f"{node} may not be opened", cure=cure)


def _pcsc_readers(ask: PcscReaders, devices: Iterable[UsbDevice]) -> Iterator[SeenReader]:
    """PC/SC's readers; where it has none, those that it would have, and what is missing."""
    plugged = [_plugged(device) for device in devices if _is_for_pcsc(device)]
    try:
        names = ask()
    except ReaderError as error:
        gap = SeenReader(path="pcsc", name="PC/SC readers", problem=str(error), cure=error.hint)
        problem = f"nfcpy cannot drive it, PC/SC can: {error}"
        yield from [replace(one, problem=problem, cure=error.hint) for one in plugged] or [gap]
        return
    if not names:
        problem = "nfcpy cannot drive it, PC/SC can: pcscd does not see it"
        yield from [replace(one, problem=problem, cure=LIBCCID_CURE) for one in plugged]
    yield from (SeenReader(path=f"pcsc:{name}", name="PC/SC reader") for name in names)


def _is_for_pcsc(device: UsbDevice) -> bool:
    known = (device.vendor, device.product) in nfc.clf.device.usb_device_map
    return device.is_ccid and not known


def _plugged(device: UsbDevice) -> SeenReader:
    ids = f"{device.vendor:04x}:{device.product:04x}"
    return SeenReader(path="pcsc", name=f"{device.name or 'smart card reader'} ({ids})")
