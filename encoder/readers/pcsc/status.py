"""What PC/SC's return codes mean for us: the card is gone, or the reader is, and what mends it.

Source: pcsclite.h of pcsc-lite 1.9.9; they are Windows' codes too.
"""

from enum import IntEnum

from encoder.errors import ReaderError, SilenceError
from encoder.readers.cures import PCSC_IN_USE_CURE, PCSC_RIGHTS_CURE, PCSCD_CURE, PLUG_IN_CURE

SUCCESS = 0
_32_BITS = 0xFFFFFFFF  # where a long is that wide, the codes come as negative numbers


class Status(IntEnum):
    """The codes that are told apart."""

    INVALID_HANDLE = 0x80100003
    UNKNOWN_READER = 0x80100009
    TIMEOUT = 0x8010000A
    SHARING_VIOLATION = 0x8010000B
    NO_SMARTCARD = 0x8010000C
    PROTO_MISMATCH = 0x8010000F
    COMM_ERROR = 0x80100013
    NOT_TRANSACTED = 0x80100016
    READER_UNAVAILABLE = 0x80100017
    NO_SERVICE = 0x8010001D
    SERVICE_STOPPED = 0x8010001E
    NO_READERS_AVAILABLE = 0x8010002E
    COMM_DATA_LOST = 0x8010002F
    UNSUPPORTED_CARD = 0x80100065
    UNRESPONSIVE_CARD = 0x80100066
    UNPOWERED_CARD = 0x80100067
    RESET_CARD = 0x80100068
    REMOVED_CARD = 0x80100069
    SECURITY_VIOLATION = 0x8010006A


_CARD_GONE = frozenset(
    {
        Status.NO_SMARTCARD,
        Status.PROTO_MISMATCH,
        Status.NOT_TRANSACTED,
        Status.COMM_DATA_LOST,
        Status.UNSUPPORTED_CARD,
        Status.UNRESPONSIVE_CARD,
        Status.UNPOWERED_CARD,
        Status.RESET_CARD,
        Status.REMOVED_CARD,
    }
)
_READER_GONE = frozenset(
    {Status.UNKNOWN_READER, Status.READER_UNAVAILABLE, Status.NO_READERS_AVAILABLE}
)
_PCSCD_GONE = frozenset(
    {Status.INVALID_HANDLE, Status.COMM_ERROR, Status.NO_SERVICE, Status.SERVICE_STOPPED}
)


class ReaderBusyError(ReaderError):
    """Another program holds the card at this moment."""


def failure(code: int, reader: str, words: str) -> ReaderError | SilenceError:
    """The error to raise for a return code; ``words`` is what PC/SC itself calls it."""
    code &= _32_BITS
    if code in _CARD_GONE:
        return SilenceError(f"the card on {reader} does not answer: {words}")
    if code in _READER_GONE:
        return ReaderError(f"the reader {reader} is not there any more", hint=PLUG_IN_CURE)
    if code in _PCSCD_GONE:
        return ReaderError("the PC/SC service does not run, or has ended", hint=PCSCD_CURE)
    if code == Status.SHARING_VIOLATION:
        message = f"another program holds the card on {reader}"
        return ReaderBusyError(message, hint=PCSC_IN_USE_CURE)
    if code == Status.SECURITY_VIOLATION:
        return ReaderError(f"the reader {reader} may not be used", hint=PCSC_RIGHTS_CURE)
    return ReaderError(f"the reader {reader} failed: {words}", hint=PLUG_IN_CURE)
