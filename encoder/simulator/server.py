"""Serves a field to nfcpy's own ``udp`` driver, which needs no change.

A datagram is ``106A`` and the frame in hex, no CRC; the answer likewise. What the driver hears:

- an empty place, at REQA: ``RFOFF``, so that it looks again at once (silence costs a second);
- an empty place, in the middle of an exchange, or two chips at once: ``106A`` without data,
  which the driver raises as a TransmissionError;
- a chip that keeps silent: nothing, as on the air, until the driver's own time runs out;
- any other bit rate: ``RFOFF``, nobody there.

``RFOFF`` from the driver switches the field off. The reader is whoever sent the last REQA; only
its frames reach the chips, and a new reader finds the field freshly switched on.
"""

import socket
from threading import Thread
from types import TracebackType
from typing import Protocol, Self

from encoder.simulator.timing import REQA, WUPA

HOST = "127.0.0.1"
_RFOFF = b"RFOFF"
_RATE = b"106A"
_OTHER_RATES = (b"212A", b"424A", b"106B", b"212B", b"424B", b"212F", b"424F")
_MAX_DATAGRAM = 2048
_MAX_FRAME = 290  # what nfcpy's driver says it can send
_PORT_TRIES = 100


class Place(Protocol):
    """What is served: a field, or a field with an operator."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies there."""

    def power_off(self) -> None:
        """Switch the field off."""

    def transceive(self, frame: bytes) -> bytes | None:
        """Send one frame: the answer, None for silence, empty for a garbled one."""


class FieldServer:
    """A UDP server on loopback, running in a thread while its context is open.

    ``port`` 0 takes a free one. nfcpy turns a port that has a service name into that name and
    then fails; such a port is refused.

    Raises:
        OSError: the port is in use, or may not be opened.
        ValueError: the port has a service name.
    """

    def __init__(self, place: Place, port: int = 0) -> None:
        self._place = place
        self._socket = _open_socket(port)
        self.port: int = self._socket.getsockname()[1]
        self._reader: tuple[str, int] | None = None
        self._stopping = False
        self._error: BaseException | None = None
        self._thread = Thread(target=self._serve, name=f"field-{self.port}", daemon=True)

    @property
    def path(self) -> str:
        """The reader path, as nfcpy spells it."""
        return f"udp:{HOST}:{self.port}"

    @property
    def is_alive(self) -> bool:
        """Whether datagrams are answered; a fault in the place ends it, and the context raises."""
        return self._thread.is_alive()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping = True
        self._socket.sendto(b"", (HOST, self.port))
        self._thread.join()
        self._socket.close()
        if self._error is not None and error is None:
            raise self._error

    def _serve(self) -> None:
        try:
            self._answer_all()
        except BaseException as error:  # noqa: BLE001 - raised again where the context ends
            self._error = error

    def _answer_all(self) -> None:
        while not self._stopping:
            datagram, sender = self._socket.recvfrom(_MAX_DATAGRAM)
            answer = self._answer(datagram, sender)
            if answer is not None:
                self._socket.sendto(answer, sender)

    def _answer(self, datagram: bytes, sender: tuple[str, int]) -> bytes | None:
        if datagram.startswith(_RFOFF):
            if sender == self._reader:
                self._place.power_off()
            return None
        rate, _, text = datagram.partition(b" ")
        if rate in _OTHER_RATES:
            return _RFOFF
        frame = _frame(text) if rate == _RATE else None
        if frame is None:
            return None
        if frame in (REQA, WUPA) and sender != self._reader:
            self._place.power_off()
            self._reader = sender
        return self._exchange(frame) if sender == self._reader else None

    def _exchange(self, frame: bytes) -> bytes | None:
        reply = self._place.transceive(frame)
        if reply:
            return _RATE + b" " + reply.hex().encode()
        if reply is None and not self._place.is_empty:
            return None
        return _RFOFF if frame in (REQA, WUPA) else _RATE


def _frame(text: bytes) -> bytes | None:
    """The frame in a datagram, or None where there is none."""
    try:
        frame = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        return None
    return frame if 0 < len(frame) <= _MAX_FRAME else None


def _open_socket(port: int) -> socket.socket:
    for _ in range(_PORT_TRIES):
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            opened.bind((HOST, port))
            name = _service_name(opened.getsockname()[1])
        except OSError:
            opened.close()
            raise
        if name is None:
            return opened
        opened.close()
        if port:
            raise ValueError(f"port {port} has the service name {name}, which nfcpy cannot open")
    raise OSError("no free port without a service name was found")


def _service_name(port: int) -> str | None:
    try:
        return socket.getservbyport(port)
    except OSError:
        return None
