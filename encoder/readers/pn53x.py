"""PN53x readers at full speed: a command to a Type 2 Tag is one host command instead of four.

nfcpy sets the chip's registers and its response time anew for each exchange. Once is enough:
InListPassiveTarget leaves the chip sending and receiving at 106 kbit/s type A, and with it nfcpy
switches the check of received CRCs off, as ACK and NAK have none.

Source: PN532 user manual, 7.3.1 (RFConfiguration), 7.3.5 (InListPassiveTarget), 7.3.9
(InCommunicateThru), 7.1 (errors).
"""

from typing import Any

import nfc.clf
import nfc.clf.pn53x

_VARIOUS_TIMINGS, _MAX_RETRIES = 0x02, 0x05
_ATR_RES_102_MS = 0x0B  # the chip's own default
# T = 100 us * 2^(n - 1): 12.8 ms, the shortest above the 10 ms that a WRITE may take
_ANSWER_12_8_MS = 0x08
# One try more than the first, which a chip may miss while it powers up; by default for ever.
_RETRIES = bytes([0x01, 0x00, 0x01])
_HOST_SECONDS = 0.5  # the reader answers within 13 ms, whether the chip does or not
_SILENT_CHIP = 0x01
_BROKEN_READER = (0x7F, 0xFF)  # it did not understand us, or gave no status
_NOT_TYPE_2 = 0x60  # SAK: ISO/IEC 14443-4 or NFC-DEP
_CRC_LENGTH = 2


class Pn53xFrontend:
    """A frontend of nfcpy's whose exchanges take the short way where it serves."""

    def __init__(self, frontend: Any) -> None:
        self._frontend = frontend
        self._chipset = frontend.device.chipset
        self._is_set_up = False

    @property
    def device(self) -> Any:
        """nfcpy's driver."""
        return self._frontend.device

    def sense(self, *targets: Any, **options: Any) -> Any:
        """Look for a card as nfcpy does."""
        self._set_up()
        return self._frontend.sense(*targets, **options)

    def exchange(self, frame: bytes, seconds: float) -> bytes | None:
        """Exchange as nfcpy does: the same answers, the same errors.

        Raises:
            nfc.clf.CommunicationError: the chip did not answer, or not so that it can be read.
        """
        if not _is_type_2(self._frontend.target):
            self._is_set_up = False  # nfcpy sets times of its own
            answer: bytes | None = self._frontend.exchange(frame, seconds)
            return answer
        try:
            received = self._chipset.in_communicate_thru(bytearray(frame), _HOST_SECONDS)
        except nfc.clf.pn53x.Chipset.Error as error:
            if error.errno in _BROKEN_READER:
                raise
            if error.errno == _SILENT_CHIP:
                raise nfc.clf.TimeoutError(str(error)) from error
            raise nfc.clf.TransmissionError(str(error)) from error
        return self._without_crc(received)

    def _set_up(self) -> None:
        if not self._is_set_up:
            times = bytes([0x00, _ATR_RES_102_MS, _ANSWER_12_8_MS])
            self._chipset.rf_configuration(_VARIOUS_TIMINGS, times)
            self._chipset.rf_configuration(_MAX_RETRIES, _RETRIES)
            self._is_set_up = True

    def _without_crc(self, received: bytearray) -> bytes:
        """ACK and NAK are four bits and have no CRC; all else must have a right one."""
        if len(received) == 1:
            return bytes(received)
        if len(received) <= _CRC_LENGTH or not self.device.check_crc_a(received):
            raise nfc.clf.TransmissionError("crc_a check error")
        return bytes(received[:-_CRC_LENGTH])


def with_short_way(frontend: Any) -> Any:
    """The frontend, with the short way when its driver speaks to a PN53x."""
    if isinstance(frontend.device, nfc.clf.pn53x.Device):
        return Pn53xFrontend(frontend)
    return frontend


def _is_type_2(target: Any) -> bool:
    return bool(target and target.sel_res and not target.sel_res[0] & _NOT_TYPE_2)
