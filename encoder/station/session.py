"""One card on the reader: frames with their recovery, counted.

After a NAK the chip falls back to IDLE, and a lost answer says nothing about what happened. Both
are met alike: select again, which the same UID must answer, and decide by reading.
"""

from encoder.chips import commands
from encoder.chips.models import PAGE_SIZE
from encoder.chips.password import Credentials
from encoder.chips.steps import PageWrite, PasswordProof, Step
from encoder.errors import (
    CardFailedError,
    CardLostError,
    CardRefusedError,
    CollisionError,
    NakError,
    SilenceError,
)
from encoder.readers.field import Field

_TRIES = 3
_SELECT_LOOKS = 2  # a card at the edge of the field may miss one look
_CASCADE_LEVELS = {4: 1, 7: 2, 10: 3}  # by UID length; ISO/IEC 14443-3, 6.5.4


class Session:
    """An activated card; ``exchanges`` counts every frame, those of its activation included."""

    def __init__(self, field: Field, uid: bytes) -> None:
        self._field = field
        self.uid = uid
        self.exchanges = _activation_frames(uid)
        self.writes = 0
        self._proved: Credentials | None = None

    @property
    def storage_only(self) -> bool:
        """Whether the reader passes READ, FAST_READ and WRITE only."""
        return self._field.storage_only

    def ask(self, frame: bytes, length: int, *, tries: int = _TRIES) -> bytes:
        """Send a frame whose answer has ``length`` bytes.

        Raises:
            NakError: the card is there and does not give that answer.
            CardLostError: the card is gone.
        """
        for _ in range(tries):
            answer = self._exchange(frame)
            if answer is not None and len(answer) == length:
                return answer
            self._select_again()
        raise NakError(f"the chip refuses the frame {commands.named(frame)}")

    def read(self, page: int) -> dict[int, bytes]:
        """READ four pages, none of them behind the chip's last one."""
        content = self.ask(commands.read(page), commands.READ_LENGTH)
        return commands.pages(page, content)

    def read_all(self, first: int, last: int) -> dict[int, bytes]:
        """FAST_READ the pages from ``first`` to ``last``, both included."""
        image: dict[int, bytes] = {}
        for start in range(first, last + 1, commands.FAST_READ_PAGES):
            end = min(start + commands.FAST_READ_PAGES - 1, last)
            content = self.ask(commands.fast_read(start, end), (end - start + 1) * PAGE_SIZE)
            image.update(commands.pages(start, content))
        return image

    def read_counter(self, *, tries: int = _TRIES) -> int:
        """READ_CNT: the taps that the chip has counted; errors as in ``ask``."""
        counted = self.ask(commands.READ_CNT, commands.COUNTER_LENGTH, tries=tries)
        return int.from_bytes(counted, "little")

    def take(self, step: Step) -> None:
        """Do one step of a plan; errors as in ``write`` and ``prove_password``."""
        if isinstance(step, PasswordProof):
            self.prove_password(step.credentials)
        else:
            self.write(step)

    def prove_password(self, credentials: Credentials) -> None:
        """Send PWD_AUTH; from now on the password is proved again after each new selection.

        Raises:
            CardFailedError: ``write-failed``, the card has another password or another PACK.
            CardLostError: the card is gone.
        """
        try:
            pack = self.ask(commands.pwd_auth(credentials.pwd), commands.PACK_LENGTH)
        except NakError as error:
            raise CardFailedError(
                "write-failed", "the card refuses the password of this station's key"
            ) from error
        if pack != credentials.pack:
            raise CardFailedError("write-failed", "the card answers the password with another PACK")
        self._proved = credentials

    def forget_password(self) -> None:
        """Prove no password after a new selection: the one that was proved is being replaced."""
        self._proved = None

    def select_anew(self) -> None:
        """Power the card down and up, so that its configuration takes effect."""
        self._select_again()

    def write(self, step: PageWrite) -> None:
        """WRITE one page; where the ACK is missing, what the page reads as decides.

        Raises:
            CardFailedError: ``write-failed``, the page cannot be made to hold the data.
            CardLostError: the card is gone.
        """
        for _ in range(_TRIES):
            self.writes += 1
            if self._exchange(commands.write(step.page, step.data)) == commands.ACK:
                return
            self._select_again()
            if self._stands(step):
                return
        raise CardFailedError("write-failed", f"the chip does not take page {step.page:02X}h")

    def _stands(self, step: PageWrite) -> bool:
        try:
            return step.stands_in(self.read(step.page)[step.page])
        except NakError:
            return False

    def _exchange(self, frame: bytes) -> bytes | None:
        self.exchanges += 1
        try:
            return self._field.exchange(frame)
        except SilenceError:
            return None

    def _select_again(self) -> None:
        try:
            found = self._look()
        except CollisionError as error:
            if not self.writes:
                raise CardRefusedError("two-cards", str(error)) from error
            raise CardLostError("another card was laid over the one at hand") from error
        if found is None:
            raise CardLostError("the card was taken away before it was done")
        if found != self.uid:
            message = f"another card answers in the place of {self.uid.hex().upper()}"
            if not self.writes:
                raise CardRefusedError("two-cards", message)
            raise CardLostError(message, other=found)
        if self._proved is not None:
            self._exchange(commands.pwd_auth(self._proved.pwd))

    def _look(self) -> bytes | None:
        for _ in range(_SELECT_LOOKS):
            found = self._field.sense()
            self.exchanges += 1 if found is None else _activation_frames(found)
            if found is not None:
                return found
        return None


def _activation_frames(uid: bytes) -> int:
    """REQA, then ANTICOLLISION and SELECT for each cascade level."""
    return 1 + 2 * _CASCADE_LEVELS.get(len(uid), 1)
