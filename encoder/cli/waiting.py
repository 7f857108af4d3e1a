"""Wait for a card at a reader, and for its removal, as the verbs for single cards do."""

import time

import click

from encoder.cli.stopping import StopRequest
from encoder.errors import CardError, CardRefusedError, CollisionError, ReaderError
from encoder.readers import Field

_ABSENT_LOOKS = 2  # a card at the edge of the field may miss one look

wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for a card.",
)


def await_card(field: Field, stop: StopRequest, wait: float) -> bytes:
    """Wait until a card is selected: its UID.

    Raises:
        CardError: none came in time.
        CardRefusedError: two-cards.
        Abort: someone asked to stop.
    """
    uid = next_card(field, stop, wait)
    if uid is not None:
        return uid
    if stop.is_asked():
        raise click.Abort
    raise CardError(
        f"no card was laid down within {wait:g} seconds",
        hint="lay down one card and run the command again",
    )


def next_card(field: Field, stop: StopRequest, wait: float) -> bytes | None:
    """Wait until a card is selected; None when none came in time, will come, or is wanted.

    Raises:
        CardRefusedError: two-cards.
    """
    deadline = time.monotonic() + wait
    while time.monotonic() < deadline and not stop.is_asked():
        try:
            uid = field.sense()
        except CollisionError as error:
            raise CardRefusedError("two-cards", str(error)) from error
        if uid is not None:
            return uid
        if field.exhausted:
            return None
        time.sleep(field.poll_seconds)
    return None


def await_removal(field: Field, stop: StopRequest, uid: bytes | None) -> None:
    """Wait until the card, or several together, answer no more, or another one does."""
    absent = 0
    while absent < _ABSENT_LOOKS and not stop.is_asked():
        try:
            found = field.sense()
        except CollisionError:
            found = uid
        if found is not None and found != uid:
            return
        absent = 0 if found is not None else absent + 1
        time.sleep(field.poll_seconds)


def refuse_storage_only(field: Field, reader: str) -> None:
    """Refuse a reader that cannot prove a password.

    Raises:
        ReaderError: it passes storage commands only.
    """
    if field.storage_only:
        raise ReaderError(
            f"the reader {reader} passes READ and WRITE only: no password can be proved with it;"
            " no card was touched",
            hint="take a reader that passes all frames; list them with: wecard-encoder readers",
        )
