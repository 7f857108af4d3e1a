"""One reader of PC/SC: is a card there, connect to it, send APDUs, power it up anew."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from encoder.errors import ReaderError, SilenceError
from encoder.readers.cures import PCSCD_CURE, PYSCARD_CURE
from encoder.readers.pcsc.status import SUCCESS, Status, failure

PcscReaders = Callable[[], list[str]]
_STATUS_WORD = 2


def load_scard() -> ModuleType:
    """PC/SC's calls, as pyscard gives them.

    Raises:
        ReaderError: pyscard, or the library that it loads, is not installed.
    """
    try:
        import smartcard.scard as scard
    except ImportError as error:
        raise ReaderError(
            "PC/SC readers need pyscard, which is not installed", hint=PYSCARD_CURE
        ) from error
    return scard  # type: ignore[no-any-return]


def pcsc_readers() -> list[str]:
    """The names of the readers that PC/SC has.

    Raises:
        ReaderError: pyscard is not installed, or pcscd does not run.
    """
    scard = load_scard()
    with open_context(scard) as context:
        return list_readers(scard, context)


@contextmanager
def open_context(scard: Any) -> Iterator[Any]:
    """A connection to pcscd, until the block ends.

    Raises:
        ReaderError: pcscd does not run.
    """
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    if code != SUCCESS:
        raise ReaderError(
            f"the PC/SC service cannot be reached: {scard.SCardGetErrorMessage(code)}",
            hint=PCSCD_CURE,
        )
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


def list_readers(scard: Any, context: Any) -> list[str]:
    """The readers' names, in PC/SC's order."""
    code, names = scard.SCardListReaders(context, [])
    if code == Status.NO_READERS_AVAILABLE:
        return []
    if code != SUCCESS:
        raise failure(code, "PC/SC", scard.SCardGetErrorMessage(code))
    return list(names)


class PcscLink:
    """A reader and, while connected, its card, which no other program can then reach.

    Every method raises ReaderError when the reader is lost, and SilenceError when the card is.
    """

    def __init__(self, scard: Any, context: Any, reader: str) -> None:
        self._scard = scard
        self._context = context
        self._reader = reader
        self._card: Any = None
        self._protocol = 0

    @property
    def reader(self) -> str:
        """The reader's whole name."""
        return self._reader

    @property
    def is_connected(self) -> bool:
        """Whether there was a card to connect to, and it was not let go."""
        return self._card is not None

    def sees_card(self) -> bool:
        """Whether a card lies there, as far as pcscd knows; it looks by itself."""
        scard = self._scard
        code, states = scard.SCardGetStatusChange(
            self._context, 0, [(self._reader, scard.SCARD_STATE_UNAWARE)]
        )
        self._check(code)
        flags = states[0][1]
        if flags & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
            self._check(Status.READER_UNAVAILABLE)
        return bool(flags & scard.SCARD_STATE_PRESENT)

    def connect(self) -> None:
        """Connect to the card.

        Raises:
            ReaderBusyError: another program is connected to it.
        """
        scard = self._scard
        code, card, protocol = scard.SCardConnect(
            self._context, self._reader, scard.SCARD_SHARE_EXCLUSIVE, self._protocols
        )
        self._check(code)
        self._card, self._protocol = card, protocol

    def repower(self) -> None:
        """Take the card's power away and give it back."""
        scard = self._scard
        code, protocol = scard.SCardReconnect(
            self._card, scard.SCARD_SHARE_EXCLUSIVE, self._protocols, scard.SCARD_UNPOWER_CARD
        )
        self._check(code)
        self._protocol = protocol

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """Send an APDU: the answer's data and its status word."""
        scard = self._scard
        t1 = self._protocol == scard.SCARD_PROTOCOL_T1
        header = scard.SCARD_PCI_T1 if t1 else scard.SCARD_PCI_T0
        code, answer = scard.SCardTransmit(self._card, header, list(apdu))
        self._check(code)
        if len(answer) < _STATUS_WORD:
            raise SilenceError(f"the card on {self._reader} was taken away")
        return bytes(answer[:-_STATUS_WORD]), int.from_bytes(answer[-_STATUS_WORD:], "big")

    def disconnect(self) -> None:
        """Let the card go; what is gone already is no fault.

        Its power is left alone: a card that proves gone at this moment would have pcscd 1.9 take
        the place for empty until a card that was laid there meanwhile is lifted too.
        """
        if self._card is not None:
            self._scard.SCardDisconnect(self._card, self._scard.SCARD_LEAVE_CARD)
            self._card = None

    @property
    def _protocols(self) -> int:
        return int(self._scard.SCARD_PROTOCOL_T0 | self._scard.SCARD_PROTOCOL_T1)

    def _check(self, code: int) -> None:
        if code != SUCCESS:
            raise failure(code, self._reader, self._scard.SCardGetErrorMessage(code))
