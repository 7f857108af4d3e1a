"""A PC/SC reader's field: choose the reader, find out how frames pass, select, exchange."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from encoder.chips import commands
from encoder.errors import ReaderError, SilenceError
from encoder.readers.cures import PLUG_IN_CURE
from encoder.readers.pcsc.direct import DirectWay
from encoder.readers.pcsc.link import PcscLink, list_readers, load_scard, open_context
from encoder.readers.pcsc.status import ReaderBusyError
from encoder.readers.pcsc.storage import StorageWay
from encoder.readers.pcsc.transparent import TransparentWay
from encoder.readers.pcsc.ways import Way, silence

WAYS: Sequence[Callable[[], Way]] = (DirectWay, TransparentWay, StorageWay)
_BUSY_LOOKS = 50  # a second: desktops look at a new card, then let it go
_NOT_FOR_CARDS = re.compile(r"\b(SAM|ICC)\b")  # the other slots of a reader that has several


class PcscField:
    """A reader behind PC/SC; how frames pass is known once the first card lies there."""

    exhausted = False
    poll_seconds = 0.02  # pcscd looks at the reader; this only asks what it saw

    def __init__(self, link: PcscLink, ways: Sequence[Callable[[], Way]] = WAYS) -> None:
        self._link = link
        self._ways = ways
        self._way: Way | None = None
        self._is_selected = False
        self._busy_looks = 0

    @property
    def storage_only(self) -> bool:
        """Whether the reader passes READ, FAST_READ and WRITE only."""
        return self._way is not None and self._way.storage_only

    def sense(self) -> bytes | None:
        """Select the card in the field, looking once."""
        self._is_selected = False
        try:
            uid = self._select()
        except SilenceError:
            uid = None
        except ReaderBusyError:
            self._busy_looks += 1
            if self._busy_looks >= _BUSY_LOOKS:
                raise
            return None
        self._busy_looks = 0
        if uid is None:
            self._link.disconnect()
        self._is_selected = uid is not None
        return uid

    def exchange(self, frame: bytes) -> bytes:
        """Send one frame to the selected card."""
        if self._way is None or not self._is_selected:
            raise silence(frame, "no card was selected")
        try:
            answer = self._way.exchange(self._link, frame)
        except SilenceError:
            self._is_selected = False
            raise
        if len(answer) == 1 and answer != commands.ACK:
            self._is_selected = False  # a NAK: the chip fell back to IDLE
        return answer

    def _select(self) -> bytes | None:
        if not self._link.is_connected:
            if not self._link.sees_card():
                return None
            self._link.connect()
            if self._way is None or not self._way.begin(self._link):
                self._way = self._choose()
        return self._way.select(self._link) if self._way is not None else None

    def _choose(self) -> Way:
        ways = (make() for make in self._ways)
        return next(way for way in ways if way.begin(self._link))


@contextmanager
def open_pcsc(name: str) -> Iterator[PcscField]:
    """Open the PC/SC reader whose name holds ``name``, or the first one; until the block ends.

    Raises:
        ReaderError: there is none, or several have such a name; pyscard is not installed; pcscd
            does not run.
    """
    scard = load_scard()
    with open_context(scard) as context:
        link = PcscLink(scard, context, chosen(name, list_readers(scard, context)))
        try:
            yield PcscField(link)
        finally:
            link.disconnect()


def chosen(name: str, names: Sequence[str]) -> str:
    """The one reader that is meant; without a name, the first that is for contactless cards.

    Raises:
        ReaderError: there is none, or there are several.
    """
    if not names:
        raise ReaderError("PC/SC has no reader", hint=PLUG_IN_CURE)
    if not name:
        return next((one for one in names if not _NOT_FOR_CARDS.search(one)), names[0])
    meant = [one for one in names if name.casefold() in one.casefold()]
    if name in meant:
        return name
    if len(meant) == 1:
        return meant[0]
    listed = ", ".join(f"{one!r}" for one in meant or names)
    if meant:
        raise ReaderError(
            f"{len(meant)} PC/SC readers have {name!r} in their name: {listed}",
            hint="give more of the name: pcsc:NAME",
        )
    raise ReaderError(
        f"no PC/SC reader has {name!r} in its name; there is: {listed}",
        hint="give a part of one of these names: pcsc:NAME",
    )
