"""What the station asks of a reader: select a card, exchange bytes with it, nothing more."""

from typing import Protocol


class Field(Protocol):
    """A reader's field; every method raises ReaderError when the reader is lost."""

    @property
    def exhausted(self) -> bool:
        """Whether it is known that no further card will come: true of virtual boxes only."""

    @property
    def poll_seconds(self) -> float:
        """How long to wait between two looks at the field."""

    @property
    def storage_only(self) -> bool:
        """Whether it passes READ, FAST_READ and WRITE only: no GET_VERSION, READ_SIG, PWD_AUTH."""

    def sense(self) -> bytes | None:
        """Power the field up anew and select the card that lies there: its UID, or None.

        Raises:
            CollisionError: more than one card answers.
        """

    def exchange(self, frame: bytes) -> bytes:
        """Send a frame to the selected card and return its answer, both without CRC.

        Raises:
            SilenceError: there was no answer, or none that could be made out.
        """
