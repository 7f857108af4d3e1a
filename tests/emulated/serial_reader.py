"""A PN532 board on a pseudo terminal, for nfcpy's unmodified ``tty:NAME:pn532`` driver.

It can be pulled out and plugged in again, hang, answer late and let the line be noisy; and it
counts what passes. A speed that is not the chip's turns every byte into noise, as on a real line.
"""

import os
import select
import termios
import time
import tty
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import nfc
import nfc.clf.pn532
import nfc.clf.transport

from encoder.simulator.card_box import CardBox
from encoder.simulator.field import VirtualField
from tests.emulated.antenna import Antenna
from tests.emulated.frames import ACK, FrameReader, framed
from tests.emulated.pn532 import Pn532

_DEVICES = Path("/dev")
_NUMBERS = count()
_BITS_PER_BYTE = 10  # start, eight, stop
_BYTES_TO_WAKE = 5
_TICK_SECONDS = 0.005
_NOISE = bytes.fromhex("5500AA00FF07")


@dataclass(slots=True)
class Counts:
    """What passed over the line: host commands, and bytes both ways."""

    commands: int = 0
    received: int = 0
    sent: int = 0

    @property
    def serial_bytes(self) -> int:
        """Both directions."""
        return self.received + self.sent


@dataclass(slots=True)
class Faults:
    """What goes wrong, by the number of the host command, counted from plugging in."""

    hang_at: int | None = None
    hang_frames: int | None = None  # how many frames it stays deaf for; None: for ever
    garble_at: int | None = None
    unplug_at: int | None = None
    late_seconds: float = 0.0  # how late each answer comes


class SerialPn532:
    """The board; ``path`` is for nfcpy, where a name in /dev may be made.

    ``pace``, when given, is called with the seconds that line and air would take for a command.
    """

    def __init__(
        self, place: VirtualField | CardBox, *, pace: Callable[[float], None] | None = None
    ) -> None:
        field = place.field if isinstance(place, CardBox) else place
        self._antenna = Antenna(place, lambda: field.chips)
        self._chip = Pn532(self._antenna)
        self._pace = pace
        self._name = f"wecard-pn532-{os.getpid()}-{next(_NUMBERS)}"
        self._link = _DEVICES / self._name
        self.has_name = os.access(_DEVICES, os.W_OK)
        self.counts = Counts()
        self.faults = Faults()
        self._unplugging = False
        self._error: BaseException | None = None

    @property
    def path(self) -> str:
        """What --reader takes."""
        return f"tty:{self._name}:pn532"

    def connect(self, path: str) -> Any:
        """nfcpy's frontend of this board, with or without a name in /dev."""
        if self.has_name:
            with warnings.catch_warnings():  # nfcpy looks at the port, and leaves the file open
                warnings.simplefilter("ignore", ResourceWarning)
                return nfc.ContactlessFrontend(path)
        frontend = nfc.ContactlessFrontend()
        frontend.device = nfc.clf.pn532.init(nfc.clf.transport.TTY(self._port))
        return frontend

    def plug_in(self) -> None:
        """Power the board; it begins anew."""
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self._port = os.ttyname(self._slave)
        self._chip.reset()
        self.counts = Counts()
        self._deaf_frames = 0
        self._unplugging = False
        if self.has_name:
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(self._port)
        self._thread = Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Pull the board out, whatever it does."""
        self._unplugging = True
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._serve()
        except BaseException as error:  # noqa: BLE001 - raised again where it is unplugged
            self._error = error
        finally:
            self._link.unlink(missing_ok=True)
            os.close(self._master)
            os.close(self._slave)

    def _serve(self) -> None:
        reader, waiting = FrameReader(), b""
        while not self._unplugging:
            heard = self._listen()
            if heard:
                waiting = b""  # any byte from the host ends a command that goes on
            elif waiting:
                waiting = self._respond(waiting)
            for frame in reader.feed(heard):
                waiting = self._take(frame)

    def _listen(self) -> bytes:
        ready, _, _ = select.select([self._master], [], [], _TICK_SECONDS)
        if not ready:
            return b""
        heard = os.read(self._master, 4096)
        self.counts.received += len(heard)
        if not self._hears_speed():
            return b""
        if self._chip.is_asleep:
            self._chip.is_asleep = False
            return heard[_BYTES_TO_WAKE:]
        return heard

    def _hears_speed(self) -> bool:
        """Whether the host sends at the chip's speed.

        The host changes its own speed right after the ACK that changes the chip's, and a pseudo
        terminal then drops an ACK that a real line would have sent before.
        """
        coming = getattr(termios, f"B{self._chip.next_speed}", None)
        host: int = termios.tcgetattr(self._slave)[5]
        if host == coming:
            self._chip.acknowledged()
        return bool(host == getattr(termios, f"B{self._chip.speed}", None))

    def _take(self, frame: bytes) -> bytes:
        """Act on one frame; what is given back goes on until the next byte."""
        if frame == ACK:
            self._chip.acknowledged()
            return b""
        self.counts.commands += 1
        if self._is_deaf():
            return b""
        if self.counts.commands == self.faults.unplug_at:
            self._unplugging = True
            return b""
        self._send(ACK)
        return self._respond(frame)

    def _is_deaf(self) -> bool:
        if self.counts.commands == self.faults.hang_at:
            self._deaf_frames = self.faults.hang_frames or -1
        if not self._deaf_frames:
            return False
        self._deaf_frames -= 1
        return True

    def _respond(self, command: bytes) -> bytes:
        """Send the response; the command itself while there is none yet."""
        begun_us = self._antenna.elapsed_us
        answer = self._chip.answer(command)
        if answer is None:
            return command
        response = framed(answer)
        if self._pace:
            serial = len(framed(command) + ACK + response) * _BITS_PER_BYTE / self._chip.speed
            self._pace(serial + (self._antenna.elapsed_us - begun_us) / 1e6)
        if self.faults.late_seconds:
            time.sleep(self.faults.late_seconds)
        if self.counts.commands == self.faults.garble_at:
            response = _NOISE + response[:-3]
        self._send(response)
        return b""

    def _send(self, data: bytes) -> None:
        self.counts.sent += len(data)
        with suppress(OSError):
            os.write(self._master, data)


@contextmanager
def plugged_in(
    place: VirtualField | CardBox, *, pace: Callable[[float], None] | None = None
) -> Iterator[SerialPn532]:
    """A board that is plugged in until the block ends."""
    board = SerialPn532(place, pace=pace)
    board.plug_in()
    try:
        yield board
    finally:
        board.unplug()
