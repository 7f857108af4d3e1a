"""What the system tells of its USB devices and programs, read from /sys and /proc."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_CCID = "0b"  # the USB class of smart card readers, contactless ones included
_USBFS = "usbfs"  # what stands for any program in the place of a kernel driver


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbDevice:
    """A device that is plugged in; ``drivers`` are those that hold an interface of it."""

    vendor: int
    product: int
    bus: int
    address: int
    name: str
    is_ccid: bool
    drivers: frozenset[str]

    @property
    def kernel_driver(self) -> str | None:
        """The kernel's driver that holds it, if one does."""
        return min(self.drivers - {_USBFS}, default=None)

    @property
    def is_held_by_program(self) -> bool:
        """Whether some program has claimed it."""
        return _USBFS in self.drivers


def usb_devices(root: Path) -> list[UsbDevice]:
    """All USB devices below ``root``/sys; none where the system has no such folder."""
    folders = sorted((root / "sys/bus/usb/devices").glob("*"))
    return [device for folder in folders if (device := _device(folder)) is not None]


def is_running(root: Path, program: str) -> bool:
    """Whether a program of this name runs."""
    return program in _programs(root)


def _device(folder: Path) -> UsbDevice | None:
    interfaces = list(folder.glob(f"{folder.name}:*"))
    try:
        return UsbDevice(
            vendor=int(_told(folder / "idVendor"), 16),
            product=int(_told(folder / "idProduct"), 16),
            bus=int(_told(folder / "busnum")),
            address=int(_told(folder / "devnum")),
            name=_told(folder / "product"),
            is_ccid=any(_told(one / "bInterfaceClass") == _CCID for one in interfaces),
            drivers=frozenset(_drivers(interfaces)),
        )
    except ValueError:  # an interface's own folder, or a device that was just pulled out
        return None


def _drivers(interfaces: list[Path]) -> Iterator[str]:
    for interface in interfaces:
        with suppress(OSError):
            yield (interface / "driver").readlink().name


def _told(file: Path) -> str:
    """What a file of the kernel's says; nothing where it is not there any more."""
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return ""


def _programs(root: Path) -> set[str]:
    return {_told(comm) for comm in (root / "proc").glob("[0-9]*/comm")}
