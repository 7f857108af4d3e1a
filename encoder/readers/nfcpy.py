"""Readers that nfcpy drives, by ``sense`` and ``exchange`` alone.

nfcpy's own tag classes are not used: they write the TLV's length page twice, never read a lock
back, and cannot go on with a torn card.
"""

import errno
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nfc
import nfc.clf

from encoder.chips.commands import named
from encoder.errors import CollisionError, ReaderError, SilenceError
from encoder.readers.cures import KERNEL_CURE, LIBUSB_CURE, PORT_CURE, UDEV_CURE
from encoder.readers.pn53x import with_short_way
from encoder.readers.serial_speed import restore_speed

_ANSWER_SECONDS = 0.1  # ten times a WRITE's time-out (NTAG213/215/216 data sheet, 10.4)
_UDP_ANSWER_SECONDS = 2.0  # a process may have to wait for its turn, a chip never does
_GARBLED_LOOKS = 2
_LOOK_SECONDS = 0.002  # a look takes some 8 ms by itself, 5 of them until chips are powered up
_REMOVAL_SECONDS = 0.05  # nobody waits for the reader while a card is being taken away
_LAST_PORT = 0xFFFF
_DEVICES = Path("/dev")
_PATH = re.compile(
    r"usb(:[0-9a-fA-F]{3,4}){0,2}|tty:[A-Za-z0-9._-]+:(pn532|arygon)|udp:[^:\s]+:\d{1,5}"
)


class NfcpyField:
    """A reader opened by nfcpy."""

    exhausted = False
    storage_only = False

    def __init__(self, frontend: Any, *, answer_seconds: float = _ANSWER_SECONDS) -> None:
        self._frontend = frontend
        self._answer_seconds = answer_seconds
        self._garbled = 0
        self._is_occupied = False

    @property
    def poll_seconds(self) -> float:
        """How long to wait between two looks: less while a card is waited for."""
        return _REMOVAL_SECONDS if self._is_occupied else _LOOK_SECONDS

    def sense(self) -> bytes | None:
        """Select the card in the field, looking once, for type A only."""
        with _reader_errors():
            target = self._frontend.sense(nfc.clf.RemoteTarget("106A"), iterations=1)
        self._is_occupied = target is not None and target.sdd_res is not None
        if not self._is_occupied:
            self._raise_collision()
            return None
        self._garbled = 0
        return bytes(target.sdd_res)

    def exchange(self, frame: bytes) -> bytes:
        """Send one frame to the selected card."""
        with _reader_errors():
            try:
                answer = self._frontend.exchange(frame, self._answer_seconds)
            except nfc.clf.CommunicationError as error:
                told = f"the chip did not answer the frame {named(frame)}"
                raise SilenceError(told) from error
        if not answer:
            raise SilenceError(f"no card was selected for the frame {named(frame)}")
        return bytes(answer)

    def _raise_collision(self) -> None:
        """Tell two cards from an empty place: something answered, and none could be selected.

        Only the udp driver counts the bytes it received; other readers' firmware picks one of
        the cards by itself. A card just torn away looks alike, but once only.
        """
        self._garbled = self._garbled + 1 if getattr(self._frontend.device, "rcvd_data", 0) else 0
        if self._garbled >= _GARBLED_LOOKS:
            raise CollisionError("more than one card answers at once; none was selected")


@contextmanager
def open_nfcpy(
    path: str, connect: Callable[[str], Any] = nfc.ContactlessFrontend
) -> Iterator[NfcpyField]:
    """Open a reader by its nfcpy path; it is closed when the block ends.

    ``connect`` makes nfcpy's frontend of the path.

    Raises:
        ReaderError: there is no such reader, or it cannot be opened; the hint says what to do.
    """
    logging.getLogger("nfc").addHandler(logging.NullHandler())
    frontend = _open(path, connect)
    seconds = _UDP_ANSWER_SECONDS if path.startswith("udp") else _ANSWER_SECONDS
    try:
        yield NfcpyField(with_short_way(frontend), answer_seconds=seconds)
    finally:
        _close(frontend)


def usable_path(path: str) -> bool:
    """Whether nfcpy understands this path as one reader or a search for one."""
    if _PATH.fullmatch(path) is None:
        return False
    return not path.startswith("udp:") or 0 < int(path.rpartition(":")[2]) <= _LAST_PORT


def opening_error(path: str, error: Exception) -> ReaderError:
    """Say what is wrong with a reader that cannot be opened, and what mends it."""
    number = getattr(error, "errno", None)
    if isinstance(error, FileNotFoundError) and "libusb" in str(error):
        return ReaderError(
            "the library libusb-1.0 is missing; no USB reader can be opened",
            hint=f"install it: {LIBUSB_CURE}",
        )
    if number == errno.EACCES:
        return ReaderError(
            f"the reader {path} is there, but may not be opened",
            hint=UDEV_CURE,
        )
    if number == errno.EBUSY:
        return ReaderError(
            f"the reader {path} is in use by another program or by the kernel's own driver",
            hint=KERNEL_CURE,
        )
    if isinstance(error, ValueError):
        return ReaderError(
            f"nfcpy cannot open {path}: {error}",
            hint=PORT_CURE,
        )
    return ReaderError(f"no reader was found at {path}: {error}")


def _open(path: str, connect: Callable[[str], Any]) -> Any:
    try:
        return _connect(path, connect)
    except Exception as error:
        raise opening_error(path, error) from error


def _connect(path: str, connect: Callable[[str], Any]) -> Any:
    try:
        return connect(path)
    except OSError:
        if not _bring_back(path):
            raise
        return connect(path)


def _bring_back(path: str) -> bool:
    """Whether a PN532 was found at a serial speed that the driver does not try."""
    kind, _, rest = path.partition(":")
    name, _, driver = rest.partition(":")
    if (kind, driver) != ("tty", "pn532"):
        return False
    ports = [_DEVICES / f"tty{name}", _DEVICES / name]  # nfcpy takes both for one path
    return any(restore_speed(str(port)) for port in ports if port.exists())


def _close(frontend: Any) -> None:
    """Close a reader; its port is let go even when the reader does not take part any more."""
    transport = getattr(getattr(frontend.device, "chipset", None), "transport", None)
    _try_to_close(frontend)
    if transport is not None and not _try_to_close(transport):
        _try_to_close(getattr(transport, "tty", None))


def _try_to_close(part: Any) -> bool:
    try:
        part.close()
    except Exception as error:  # noqa: BLE001 - a reader that is gone cannot be closed
        logging.getLogger(__name__).debug("the reader was not closed: %s", error)
        return False
    return True


@contextmanager
def _reader_errors() -> Iterator[None]:
    """Whatever else the reader raises means that it is lost: OSError, termios.error and worse."""
    try:
        yield
    except SilenceError:
        raise
    except Exception as error:
        raise ReaderError(f"the reader was lost: {error or type(error).__name__}") from error
