"""A reader's limits are weighed when they are known: before the card that tells them is used."""

import pytest

from encoder.cli.limits import WeighedField
from encoder.errors import JobError
from tests.encoder.kit import UID


class LateField:
    """A PC/SC reader: it knows at its first card that it passes storage commands only."""

    exhausted = False
    poll_seconds = 0.0

    def __init__(self) -> None:
        self.storage_only = False

    def sense(self) -> bytes | None:
        """The first card."""
        self.storage_only = True
        return UID

    def exchange(self, frame: bytes) -> bytes:
        """Any answer."""
        return b"\x0a"


def refuse() -> None:
    """What a job that needs more says."""
    raise JobError("the reader cannot do it")


def card_is_used(kind: type[WeighedField]) -> bool:
    """Whether a card is selected at a reader that cannot do the job."""
    try:
        return kind(LateField(), refuse).sense() is not None
    except JobError:
        return False


class WeighedAtOpening(WeighedField):
    """A fault: a reader is asked when it is opened, and not again."""

    def sense(self) -> bytes | None:
        """Select the card in the field."""
        return self._field.sense()


def test_reader_that_cannot_do_the_job_gives_no_card() -> None:
    assert not card_is_used(WeighedField)


def test_reader_weighed_at_opening_only_would_be_caught() -> None:
    assert card_is_used(WeighedAtOpening)


def test_reader_that_knows_at_once_is_refused_at_once() -> None:
    field = LateField()
    field.storage_only = True

    with pytest.raises(JobError):
        WeighedField(field, refuse)


def test_limits_are_told_once() -> None:
    told: list[str] = []
    field = WeighedField(LateField(), lambda: told.append("limits"))

    looks = [field.sense() for _ in range(3)]

    assert (looks, told) == ([UID] * 3, ["limits"])
