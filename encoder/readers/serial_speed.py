"""A PN532 that was left at a high serial speed, brought back to the one that drivers begin with.

nfcpy raises the speed when it opens the reader and lowers it when it closes it. A reader that hung,
or whose program was killed, stays where it was and answers no driver until it is unplugged.

Source: PN532 user manual, 6.2.1 (frames), 7.2.8 (SetSerialBaudRate).
"""

import time
from contextlib import closing, suppress

from nfc.clf.transport import TTY

_RAISED = (921600, 460800, 230400)
_ACK = bytes.fromhex("0000FF00FF00")
_PREAMBLE = bytes(10)
_SET_115200 = bytes.fromhex("0000FF03FDD410041800")
_IS_SET = bytes.fromhex("0000FF02FED5111A00")
_ANSWER_SECONDS = 0.1
_SETTLE_SECONDS = 0.01


def restore_speed(port: str) -> bool:
    """Whether a PN532 at this port was found at a raised speed, and answers at 115200 baud now."""
    with suppress(OSError):
        return any(_restore_from(speed, port) for speed in _RAISED)
    return False


def _restore_from(speed: int, port: str) -> bool:
    with closing(TTY(port)) as transport:
        transport.open(port, speed)
        line = transport.tty
        line.timeout = _ANSWER_SECONDS
        line.write(_ACK + _PREAMBLE + _SET_115200)
        if line.read(len(_ACK + _IS_SET)) != _ACK + _IS_SET:
            return False
        line.write(_ACK)  # the speed changes at this ACK
        time.sleep(_SETTLE_SECONDS)  # closing would drop what has not been sent
        return True
