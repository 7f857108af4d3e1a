"""A PN532's firmware: a host command in, a response out.

It knows what nfcpy's driver uses and what our readers rest upon: CRCs come and go by the CIU's
registers, an ACK's four bits fail the CRC check, an answer later than the set time is lost.

Source: PN532 user manual, 7.1 (errors), 7.2 (miscellaneous commands), 7.3 (commands of an
initiator); PN532 data sheet, 8.6.23 (CIU registers).
"""

from collections.abc import Callable

from nfc.clf.device import Device

from encoder.simulator.field import GARBLED
from tests.emulated.antenna import Antenna, Target, answer_delay_us
from tests.emulated.frames import ERROR

TX_MODE, RX_MODE, TX_CONTROL, TX_AUTO, FIFO_DATA = 0x6302, 0x6303, 0x6304, 0x6305, 0x6339
SPEEDS = (9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600, 1288000)
FIRST_SPEED = 115200
LONGEST_RF_DATA = 262
OK, TIMEOUT, CRC_ERROR, RF_OVERFLOW = 0x00, 0x01, 0x02, 0x09
_FIRMWARE = bytes.fromhex("32010607")  # PN532, version 1.6, all protocols
_CRC_ON, _FORCE_100_ASK, _RF_ON = 0x80, 0x40, 0x03
_REQA_IN_FIFO = 0x26
_TYPE_A, _KNOWN_TYPES = 0x00, range(5)
_FOR_EVER = 0xFF
_RF_ITEMS = {0x01: 1, 0x02: 3, 0x04: 1, 0x05: 3, 0x0A: 11, 0x0B: 8, 0x0C: 3, 0x0D: 9}
_FIELD, _TIMINGS, _RETRIES = 0x01, 0x02, 0x05
_SELECTS = (b"\x93\x70", b"\x95\x70")

_Handler = Callable[[bytes], bytes | None]


class CommandSyntaxError(Exception):
    """The command is not one, or not now: an error frame is the answer."""


class Pn532:
    """The chip behind a serial line; ``speed`` is what it sends and listens at."""

    def __init__(self, antenna: Antenna) -> None:
        self._antenna = antenna
        self._commands: dict[int, _Handler] = {
            0x00: self._diagnose,
            0x02: lambda _: _FIRMWARE,
            0x04: lambda _: bytes([OK, 0, 0, 0]),
            0x06: self._read_register,
            0x08: self._write_register,
            0x10: self._set_serial_baud_rate,
            0x12: lambda _: b"",
            0x14: self._sam_configuration,
            0x16: self._power_down,
            0x32: self._rf_configuration,
            0x40: self._in_data_exchange,
            0x42: self._in_communicate_thru,
            0x4A: self._in_list_passive_target,
            0x52: self._in_release,
        }
        self.reset()

    def reset(self) -> None:
        """Begin as after power-on: for the host's first command it is in the low battery mode."""
        self.speed = FIRST_SPEED
        self.next_speed: int | None = None
        self.is_asleep = False
        self._is_awake = False
        self._registers = {TX_MODE: 0, RX_MODE: 0, TX_AUTO: 0, FIFO_DATA: 0}
        self._answer_us = 100 << 9  # 51.2 ms
        self._retries = _FOR_EVER
        self._target: Target | None = None
        self._antenna.switch(on=False)

    def answer(self, command: bytes) -> bytes | None:
        """TFI and data of the response; None while the command goes on."""
        if len(command) < 2 or command[0] != 0xD4:
            return ERROR
        handler = self._commands.get(command[1])
        needs_rf = command[1] >= 0x30
        if handler is None or (needs_rf and not self._is_awake):
            return ERROR
        try:
            data = handler(command[2:])
        except CommandSyntaxError:
            return ERROR
        return None if data is None else bytes([0xD5, command[1] + 1]) + data

    def acknowledged(self) -> None:
        """The host sent an ACK: a new speed comes into effect."""
        if self.next_speed is not None:
            self.speed, self.next_speed = self.next_speed, None

    def _diagnose(self, data: bytes) -> bytes:
        """The line test sends back what came; ROM and RAM are in order."""
        return data if data[:1] == b"\x00" else bytes([OK])

    def _read_register(self, data: bytes) -> bytes:
        addresses = _pairs(data)
        values = self._registers | {TX_CONTROL: _RF_ON if self._antenna.is_on else 0}
        return bytes(values.get(address, 0) for address in addresses)

    def _write_register(self, data: bytes) -> bytes:
        if len(data) % 3:
            raise CommandSyntaxError
        for place in range(0, len(data), 3):
            self._registers[int.from_bytes(data[place : place + 2], "big")] = data[place + 2]
        return b""

    def _set_serial_baud_rate(self, data: bytes) -> bytes:
        if len(data) != 1 or data[0] >= len(SPEEDS):
            raise CommandSyntaxError
        self.next_speed = SPEEDS[data[0]]
        return b""

    def _sam_configuration(self, data: bytes) -> bytes:
        if data[:1] != b"\x01":
            raise CommandSyntaxError
        self._is_awake = True
        return b""

    def _power_down(self, _data: bytes) -> bytes:
        self.is_asleep = True
        self._antenna.switch(on=False)
        return bytes([OK])

    def _rf_configuration(self, data: bytes) -> bytes:
        item, values = data[0], data[1:]
        if _RF_ITEMS.get(item) != len(values):
            raise CommandSyntaxError
        if item == _FIELD:
            self._antenna.switch(on=bool(values[0] & 0x01))
        elif item == _TIMINGS:
            self._answer_us = 100 << values[2] - 1
        elif item == _RETRIES:
            self._retries = values[2]
        return b""

    def _in_list_passive_target(self, data: bytes) -> bytes | None:
        count, kind, wanted = data[0], data[1], data[2:]
        if count not in (1, 2) or kind not in _KNOWN_TYPES:
            raise CommandSyntaxError
        if kind != _TYPE_A:
            return bytes([0])
        self._registers |= {TX_MODE: _CRC_ON, RX_MODE: _CRC_ON, TX_AUTO: _FORCE_100_ASK}
        self._target = self._search(wanted)
        if self._target is not None:
            return bytes([1, 1]) + _described(self._target)
        return None if self._retries == _FOR_EVER else bytes([0])

    def _search(self, wanted: bytes) -> Target | None:
        tries = 1 if self._retries == _FOR_EVER else self._retries + 1
        for _ in range(tries):
            atqa = self._antenna.request()
            self._registers[FIFO_DATA] = _REQA_IN_FIFO if atqa is None else 0
            target = self._antenna.select(atqa, wanted) if atqa else None
            if target is not None:
                return target
        return None

    def _in_communicate_thru(self, data: bytes) -> bytes:
        if not self._registers[TX_MODE] & _CRC_ON:
            if len(data) <= 2 or not Device.check_crc_a(bytearray(data)):
                return bytes([TIMEOUT])  # a chip keeps silent at a wrong CRC
            data = data[:-2]
        return self._transceive(data, check=bool(self._registers[RX_MODE] & _CRC_ON))

    def _in_data_exchange(self, data: bytes) -> bytes:
        """With a Type 2 Tag the firmware does the CRCs itself, and takes an ACK for what it is."""
        if self._target is None or data[:1] != b"\x01" or len(data) < 2:
            raise CommandSyntaxError
        received = self._transceive(data[1:], check=False)
        if received[0] != OK or len(received) == 2:
            return bytes([OK if received == b"\x00\x0a" else received[0] or CRC_ERROR])
        return received[:-2]

    def _in_release(self, _data: bytes) -> bytes:
        self._target = None
        return bytes([OK])

    def _transceive(self, frame: bytes, *, check: bool) -> bytes:
        """Status and answer; ``check`` takes the CRC off, without it the host gets to see it."""
        answer = self._antenna.exchange(frame)
        if answer == GARBLED:
            return bytes([CRC_ERROR])
        if answer is None or answer_delay_us(frame, answer) > self._answer_us:
            self._antenna.elapsed_us += self._answer_us
            return bytes([TIMEOUT])
        has_crc = len(answer) > 1 or frame[:2] in _SELECTS
        if check:
            return bytes([OK]) + answer if has_crc else bytes([CRC_ERROR])
        if has_crc:
            answer = bytes(Device.add_crc_a(bytearray(answer)))
        if len(answer) > LONGEST_RF_DATA:
            return bytes([RF_OVERFLOW])
        return bytes([OK]) + answer


def _pairs(data: bytes) -> list[int]:
    return [int.from_bytes(data[place : place + 2], "big") for place in range(0, len(data), 2)]


def _described(target: Target) -> bytes:
    return target.atqa[::-1] + target.sak + bytes([len(target.uid)]) + target.uid
