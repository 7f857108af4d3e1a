"""Contactless PC/SC readers with virtual chips, at the slots of vpcd.

A reader looks for a card by itself and tells vpcd when one lies there; then it answers pcscd's
power and APDU messages as the firmware of one of three kinds of reader does.

Source: vsmartcard, vpcd's messages (two bytes of length; 00h off, 01h on, 02h reset, 04h ATR);
PC/SC part 3, 3.1.3.2.3.1 (ATR of storage cards).
"""

import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from encoder.simulator.card_box import CardBox
from encoder.simulator.field import GARBLED, VirtualField
from tests.emulated.antenna import Antenna, Target
from tests.emulated.pcscd import Pcscd
from tests.emulated.pn532 import Pn532

_OFF, _ON, _RESET, _ATR = 0x00, 0x01, 0x02, 0x04
_ATR_OF_ULTRALIGHT = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")
_OK, _FAILED = bytes.fromhex("9000"), bytes.fromhex("6300")
_NOT_SUPPORTED, _NOT_NOW = bytes.fromhex("6A81"), bytes.fromhex("6985")
_ACK = b"\x0a"
_LOOK_SECONDS = 0.005
_NOTICE_SECONDS = 0.5  # pcscd looks every 0.4 s; a card that follows sooner, it may never see
_PAGE = 4


class Firmware:
    """What every contactless reader does: select, tell the UID, read and write pages.

    ``apdus`` keeps what it was asked.
    """

    def __init__(self, place: VirtualField | CardBox) -> None:
        field = place.field if isinstance(place, CardBox) else place
        self.place = place
        self.antenna = Antenna(place, lambda: field.chips)
        self.target: Target | None = None
        self.apdus: list[bytes] = []

    def detects(self) -> bool:
        """Whether something answers; looked for with the field switched on anew."""
        self.antenna.switch(on=False)
        return self.antenna.request() is not None

    def has_card(self) -> bool:
        """Whether the card is still there, asked without a word to it."""
        return not self.place.is_empty

    def power(self, *, on: bool) -> None:
        """Power the card off, or anew, and select it."""
        self.antenna.switch(on=False)
        self.target = self.activate() if on else None

    def activate(self) -> Target | None:
        """Select whatever answers first."""
        atqa = self.antenna.request()
        return self.antenna.select(atqa) if atqa else None

    def answer(self, apdu: bytes) -> bytes:
        """Data and status word."""
        self.apdus.append(apdu)
        return self.special(apdu) or self._common(apdu)

    def special(self, apdu: bytes) -> bytes | None:
        """What only this kind of reader knows; None for the rest."""
        return None

    def _common(self, apdu: bytes) -> bytes:
        if apdu[:2] == b"\xff\xca":
            return self.target.uid + _OK if self.target else _FAILED
        if apdu[:3] == b"\xff\xb0\x00" and len(apdu) == 5:
            pages = self.antenna.exchange(bytes([0x30, apdu[3]])) or b""
            return pages[: apdu[4]] + _OK if len(pages) == 4 * _PAGE else _FAILED
        if apdu[:3] == b"\xff\xd6\x00" and apdu[4:5] == bytes([_PAGE]):
            stored = self.antenna.exchange(bytes([0xA2, apdu[3]]) + apdu[5:9])
            return _OK if stored == _ACK else _FAILED
        return _NOT_SUPPORTED


class StorageFirmware(Firmware):
    """Nothing but pages."""


class DirectFirmware(Firmware):
    """A PN532 inside, which Direct Transmit reaches. Source: ACR122U API, 6.1."""

    def __init__(self, place: VirtualField | CardBox) -> None:
        super().__init__(place)
        self._chip = Pn532(self.antenna)
        self._chip.answer(bytes.fromhex("D41401"))  # the reader's own controller wakes it

    def special(self, apdu: bytes) -> bytes | None:
        """FF 00 00 00 Lc and a host command."""
        if apdu[:4] != bytes.fromhex("FF000000") or apdu[4] != len(apdu) - 5:
            return None
        answer = self._chip.answer(apdu[5:])
        return answer + _OK if answer and answer[0] == 0xD5 else _FAILED


class TransparentFirmware(Firmware):
    """Sessions in which frames pass. Source: PC/SC part 3, supplemental document, 3."""

    _session = False

    def power(self, *, on: bool) -> None:
        """A session ends with the card's power."""
        self._session = False
        super().power(on=on)

    def special(self, apdu: bytes) -> bytes | None:
        """FF C2: 00 manage the session, 01 exchange, 02 switch; nothing else in a session."""
        if apdu[:3] != bytes.fromhex("FFC200"):
            return _NOT_NOW if self._session else None
        objects = apdu[5 : 5 + apdu[4]]
        functions = {0x00: self._manage, 0x01: self._pass, 0x02: self._switch}
        return functions[apdu[3]](objects) + _OK

    def _manage(self, objects: bytes) -> bytes:
        self._session = objects == bytes.fromhex("8100")
        return _told()

    def _switch(self, objects: bytes) -> bytes:
        if not self._session or objects != bytes.fromhex("8F020003"):
            return _told("016986")
        self.antenna.switch(on=False)
        self.target = self.activate()
        return _told() if self.target else _told("016401")

    def _pass(self, objects: bytes) -> bytes:
        if not self._session or objects[:2] != bytes.fromhex("9002") or objects[4] != 0x95:
            return _told("016986")
        answer = self.antenna.exchange(objects[6 : 6 + objects[5]])
        keeps_crc = bool(objects[2] & 0x02)
        if not answer or answer == GARBLED or (len(answer) == 1 and not keeps_crc):
            return _told("016401")  # an ACK fails the CRC check
        bits = bytes([0x92, 0x01, 0x04 if len(answer) == 1 else 0x00])
        size = bytes([len(answer)]) if len(answer) < 0x80 else bytes([0x81, len(answer)])
        return _told() + bits + bytes.fromhex("96020000") + b"\x97" + size + answer


def _told(error: str = "009000") -> bytes:
    """The error object, which every answer has."""
    return bytes.fromhex("C003" + error)


class VirtualReader:
    """A reader at a slot of vpcd; runs in a thread of its own while the context is open."""

    def __init__(self, pcscd: Pcscd, slot: int, firmware: Firmware) -> None:
        self._pcscd = pcscd
        self._slot = slot
        self._firmware = firmware
        self._stopping = False
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, name=f"vpcd-{slot}", daemon=True)

    def start(self) -> None:
        """Begin to look for cards."""
        self._thread.start()

    def stop(self) -> None:
        """End, and tell what went wrong."""
        self._stopping = True
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._pcscd.enter_network()
            while not self._stopping:
                if self._firmware.detects():
                    self._serve_card()
                time.sleep(_LOOK_SECONDS)
        except BaseException as error:  # noqa: BLE001 - raised again where it is stopped
            self._error = error

    def _serve_card(self) -> None:
        try:
            with self._pcscd.plug(self._slot) as line:
                while not self._stopping and self._serve_message(line):
                    pass
        except ConnectionError:
            pass  # pcscd has ended
        time.sleep(_NOTICE_SECONDS)

    def _serve_message(self, line: socket.socket) -> bool:
        """Answer one message; False when the card is gone, or pcscd let it go."""
        if not select.select([line], [], [], _LOOK_SECONDS)[0]:
            return True
        message = _received(line)
        if message is None:
            return False
        if len(message) > 1:
            _send(line, self._firmware.answer(message))
        elif message[0] == _ATR:
            if not self._firmware.has_card():
                return False
            _send(line, _ATR_OF_ULTRALIGHT)
        else:
            self._firmware.power(on=message[0] in (_ON, _RESET))
        return True


def _received(line: socket.socket) -> bytes | None:
    length = line.recv(2, socket.MSG_WAITALL)
    if len(length) < 2:
        return None
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)  # vpcd sends the rest after an ACK
    return line.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL)


def _send(line: socket.socket, message: bytes) -> None:
    line.sendall(len(message).to_bytes(2, "big") + message)


@contextmanager
def at_slot(pcscd: Pcscd, slot: int, firmware: Firmware) -> Iterator[VirtualReader]:
    """A reader at a slot of this pcscd, until the block ends."""
    reader = VirtualReader(pcscd, slot, firmware)
    reader.start()
    try:
        yield reader
    finally:
        reader.stop()
