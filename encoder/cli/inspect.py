"""``wecard-encoder inspect``: what one card holds, and what a run would do with it."""

import time
from pathlib import Path
from typing import Any

import click

from encoder.chips import ndef
from encoder.chips.locks import is_password_protected, lock_state
from encoder.chips.models import CC_PAGE, NTAG213
from encoder.cli.options import (
    default_ledger,
    json_option,
    ledger_option,
    reader_option,
    write_json,
)
from encoder.cli.stopping import StopRequest, stop_on_signals
from encoder.errors import CardError, CardRefusedError, CollisionError, NakError
from encoder.ledger import BookedCard, Ledger
from encoder.readers import Field, open_field
from encoder.station.identify import (
    Found,
    identify,
    new_card_fault,
    opened_by,
    read_message,
    read_state,
)
from encoder.station.session import Session


@click.command()
@reader_option
@ledger_option
@click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for a card.",
)
@json_option
def inspect(reader: str, ledger_path: Path | None, wait: float, as_json: bool) -> None:
    """Show what one card holds, and what a run would do with it; nothing is written.

    \b
    Examples:
      wecard-encoder inspect
      wecard-encoder inspect --reader sim:NTAG215 --json
    """
    with stop_on_signals() as stop, open_field(reader, cards=1, chip=NTAG213) as field:
        uid = _await_card(field, stop, wait)
        picture = _picture(Session(field, uid), _booked(ledger_path, uid))
    if as_json:
        write_json(picture)
    else:
        _print(picture)


def _await_card(field: Field, stop: StopRequest, wait: float) -> bytes:
    deadline = time.monotonic() + wait
    while time.monotonic() < deadline:
        if stop.is_asked():
            raise click.Abort
        try:
            uid = field.sense()
        except CollisionError as error:
            raise CardRefusedError("two-cards", str(error)) from error
        if uid is not None:
            return uid
        time.sleep(field.poll_seconds)
    raise CardError(
        f"no card was laid down within {wait:g} seconds",
        hint="lay down one card and run the command again",
    )


def _booked(ledger_path: Path | None, uid: bytes) -> BookedCard | None:
    path = ledger_path or default_ledger()
    if ledger_path is None and not path.exists():
        return None
    with Ledger.open(path, writable=False) as ledger:
        return ledger.card_with_uid(uid.hex().upper())


def _picture(session: Session, booked: BookedCard | None) -> dict[str, Any]:
    """Everything about the card, ready for JSON."""
    uid, chip = session.uid.hex().upper(), None
    try:
        model = identify(session)
        chip = model.name
        found = read_state(session, model)
    except CardRefusedError as error:
        verdict = _settled(booked) or f"refuse it: {error.reason}, {error}"
        return {"uid": uid, "chip": chip, "run_would": verdict, "pages": {}}
    _read_everything(session, found)
    image, state = found.image, lock_state(model, found.image)
    return {
        "uid": uid,
        "chip": chip,
        "cc": image[CC_PAGE].hex().upper(),
        "static_lock": state.static.hex().upper(),
        "dynamic_lock": state.dynamic.hex().upper(),
        "config_locked": state.config_locked,
        "password_protected": is_password_protected(model, image),
        "url": ndef.url_on(found.area),
        "run_would": _intention(found, booked),
        "pages": {f"{page:02X}": image[page].hex().upper() for page in sorted(image)},
    }


def _read_everything(session: Session, found: Found) -> None:
    """Read all pages; a chip that hides some shows what led there."""
    try:
        found.image.update(session.read_all(0, found.model.pack_page))
    except NakError:
        try:
            read_message(session, found)
        except NakError:
            return


def _intention(found: Found, booked: BookedCard | None) -> str:
    """What a run would do, in words."""
    settled = _settled(booked)
    if settled is not None:
        return settled
    if booked is not None:
        return f"finish it in {booked.job} with {booked.token}"
    fault = new_card_fault(found)
    if fault is not None:
        return f"refuse it: {fault[0]}, {fault[1]}"
    if ndef.message_on(found.area) is not None:
        return f"refuse it: foreign-content, it opens {opened_by(found)}; write it with --overwrite"
    return "write it"


def _settled(booked: BookedCard | None) -> str | None:
    """What a run would do with a card that it need not read: it is done, or was given up."""
    if booked is not None and booked.is_done:
        return f"leave it: done for {booked.job} with {booked.token}"
    if booked is not None and booked.is_scrapped:
        return f"refuse it: uid-booked, scrapped in {booked.job}"
    return None


def _print(picture: dict[str, Any]) -> None:
    pages = picture.pop("pages")
    for name, value in picture.items():
        click.echo(f"{name.replace('_', ' '):<20}{'-' if value is None else value}")
    for page, content in pages.items():
        click.echo(f"{page}h  {bytes.fromhex(content).hex(' ').upper()}")
