"""``wecard-encoder inspect``: what one card holds, and what a run would do with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from encoder.chips.models import NTAG213
from encoder.chips.password import Credentials, StationKey
from encoder.cli.jobs import load_job
from encoder.cli.options import (
    default_key,
    default_ledger,
    json_option,
    key_option,
    ledger_option,
    reader_option,
    write_json,
)
from encoder.cli.picture import Shown
from encoder.cli.stopping import stop_on_signals
from encoder.cli.waiting import await_card, wait_option
from encoder.errors import KeyFileError
from encoder.key_file import read_key
from encoder.ledger import BookedCard, Ledger
from encoder.readers import open_field
from encoder.station.checking import known_with
from encoder.station.picture import take_picture
from encoder.station.preflight import Preflight
from encoder.station.session import Session
from landing.contract.documents import Job


@click.command()
@reader_option
@ledger_option
@click.option(
    "--job",
    "job_file",
    metavar="FILE",
    help="Say what a run of this job would do; a file, or - for stdin.",
)
@key_option
@wait_option
@json_option
def inspect(
    reader: str,
    ledger_path: Path | None,
    job_file: str | None,
    key_path: Path | None,
    wait: float,
    as_json: bool,
) -> None:
    """Show what one card holds, and what a run would do with it; nothing is written.

    \b
    Examples:
      wecard-encoder inspect
      wecard-encoder inspect --reader sim:NTAG215 --job job.json --json

    Cards of unknown chips are shown as far as they can be read. A password is tried only with
    --key, or where the ledger says that the card's is ours: a stranger's chip may count the
    tries, and be shut for ever by the last one. A chip that counts its taps counts this one.
    """
    job = load_job(job_file) if job_file else None
    given = read_key(key_path) if key_path else None
    with (
        stop_on_signals() as stop,
        _readable_ledger(ledger_path) as ledger,
        open_field(reader, cards=1, chip=NTAG213) as field,
    ):
        session = Session(field, await_card(field, stop, wait))
        shown = _shown(session, ledger, job, given)
    if as_json:
        write_json(shown.as_json())
    else:
        click.echo("\n".join(shown.as_text()))


@contextmanager
def _readable_ledger(named: Path | None) -> Iterator[Ledger | None]:
    """The ledger; None where none was named and there is none yet."""
    path = named or default_ledger()
    if named is None and not path.exists():
        yield None
    else:
        with Ledger.open(path, writable=False) as ledger:
            yield ledger


def _shown(
    session: Session, ledger: Ledger | None, job: Job | None, given: StationKey | None
) -> Shown:
    uid = session.uid.hex().upper()
    booked = ledger.card_with_uid(uid) if ledger else None
    credentials = _credentials(session.uid, booked, given)
    known = known_with(booked)
    picture = take_picture(session, known=known, credentials=credentials)
    session.forget_password()
    session.select_anew()
    preflight = Preflight(
        booked=booked,
        job=job,
        bearer=ledger.card_with_token if ledger else lambda _token: None,
        known=known,
        credentials=credentials,
    )
    return Shown(
        picture=picture,
        intention=preflight.intention(session),
        booked=booked,
        stages=ledger.stages(uid) if ledger else (),
    )


def _credentials(
    uid: bytes, booked: BookedCard | None, given: StationKey | None
) -> Credentials | None:
    """What to try: of the key that was named, or of ours where the card is booked with it."""
    if given is not None:
        return given.credentials(uid)
    if booked is None or booked.key_id is None:
        return None
    try:
        ours = read_key(default_key())
    except KeyFileError:
        return None
    return ours.credentials(uid) if ours.key_id == booked.key_id else None
