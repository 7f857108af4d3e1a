"""An ACR122U for nfcpy's unmodified acr122 driver: a PN532 behind CCID escape commands.

USB cannot be emulated without the kernel, so it stands in the place of nfcpy's USB transport.

Source: ACR122U application programming interface, 4 (direct transmit, LED and buzzer, firmware
version); CCID specification 1.1, 6.1 and 6.2 (message headers).
"""

import struct
from collections import deque
from typing import Any

import nfc
import nfc.clf.acr122

from encoder.simulator.card_box import CardBox
from encoder.simulator.field import VirtualField
from tests.emulated.antenna import Antenna
from tests.emulated.frames import ERROR
from tests.emulated.pn532 import Pn532

_POWER_ON, _XFR_BLOCK, _DATA_BLOCK = 0x62, 0x6F, 0x80
_HEADER = 10
_VERSION, _DIRECT_TRANSMIT = bytes.fromhex("FF00480000"), bytes.fromhex("FF000000")
_SAM_CONFIGURATION = bytes.fromhex("D414010000")
_DONE, _FAILED = b"\x90\x00", b"\x63\x00"


class Acr122Transport:
    """What the driver takes for USB; ``commands`` counts the PN532's host commands."""

    TYPE = "USB"
    manufacturer_name = "ACS"
    product_name = "ACR122U PICC Interface"

    def __init__(self, place: VirtualField | CardBox) -> None:
        field = place.field if isinstance(place, CardBox) else place
        self._chip = Pn532(Antenna(place, lambda: field.chips))
        self._chip.answer(_SAM_CONFIGURATION)  # the reader's own firmware does it
        self._answers: deque[bytes] = deque()
        self.commands = 0

    def write(self, message: bytes) -> None:
        """Take one CCID message."""
        kind, length = struct.unpack("<BI", message[:5])
        if len(message) != _HEADER + length:
            raise AssertionError(f"a CCID message of a wrong length: {message.hex()}")
        answer = self._apdu(bytes(message[_HEADER:])) if kind == _XFR_BLOCK else b""
        self._answers.append(struct.pack("<BI5x", _DATA_BLOCK, len(answer)) + answer)

    def read(self, _timeout: int) -> bytearray:
        """Give the answer to the last message."""
        return bytearray(self._answers.popleft())

    def close(self) -> None:
        """Let the reader go."""

    def _apdu(self, apdu: bytes) -> bytes:
        if apdu == _VERSION:
            return b"ACR122U214"
        if not apdu.startswith(_DIRECT_TRANSMIT):
            return _DONE  # LED, buzzer, polling: nothing that a card would notice
        self.commands += 1
        answer = self._chip.answer(apdu[5:])
        return _FAILED if answer in (None, ERROR) else (answer or b"") + _DONE


def acr122_frontend(transport: Acr122Transport) -> Any:
    """nfcpy's frontend, with its acr122 driver at this transport."""
    frontend = nfc.ContactlessFrontend()
    frontend.device = nfc.clf.acr122.init(transport)
    return frontend
