"""How frames pass through a PC/SC reader, and which way this reader has.

PC/SC was made for cards with a file system; what a chip's own frames can pass through differs
from maker to maker, so the reader is asked.
"""

from typing import Protocol

from encoder.chips.commands import named
from encoder.errors import ReaderError, SilenceError
from encoder.readers.cures import NOT_CONTACTLESS_CURE

OK = 0x9000
_GET_UID = bytes.fromhex("FFCA000000")
_UID_LENGTHS = (4, 7, 10)  # ISO/IEC 14443-3, 6.5.4
_NOT_SUPPORTED = (0x6A81, 0x6D00, 0x6E00)  # ISO/IEC 7816-4, 5.6


class Line(Protocol):
    """A card that a PC/SC reader is connected to."""

    @property
    def reader(self) -> str:
        """The reader's name."""

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """Send an APDU: data and status word."""

    def repower(self) -> None:
        """Take the card's power away and give it back."""


class Way(Protocol):
    """One way to pass frames; SilenceError where the chip gives no answer, or is gone."""

    storage_only: bool

    def begin(self, line: Line) -> bool:
        """Make the reader ready at a new connection; False where it has not got this way."""

    def select(self, line: Line) -> bytes | None:
        """Power the field up anew and select the card that lies there."""

    def exchange(self, line: Line, frame: bytes) -> bytes:
        """Send a frame to the selected card; neither it nor the answer has a CRC."""


def select_by_power(line: Line) -> bytes | None:
    """Select as the reader itself does when its card is powered up.

    Raises:
        ReaderError: the reader knows no UID, as one for contact cards.

    Source: PC/SC part 3, 3.2.2.1.3 (Get Data).
    """
    line.repower()
    uid, status = line.transmit(_GET_UID)
    if status in _NOT_SUPPORTED:
        raise ReaderError(
            f"the reader {line.reader} tells no UID of its card; it is not for such cards",
            hint=NOT_CONTACTLESS_CURE,
        )
    return uid if status == OK and len(uid) in _UID_LENGTHS else None


def silence(frame: bytes, why: str) -> SilenceError:
    """The error of a frame that got no answer."""
    return SilenceError(f"no answer to the frame {named(frame)}: {why}")
