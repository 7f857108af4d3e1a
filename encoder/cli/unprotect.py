"""``wecard-encoder unprotect``: take the password off one card."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from encoder.chips.models import NTAG213
from encoder.cli.options import (
    default_key,
    default_operator,
    default_station,
    existing_ledger,
    json_option,
    key_option,
    ledger_option,
    operator_option,
    reader_option,
    station_option,
    write_json,
)
from encoder.cli.stopping import stop_on_signals
from encoder.cli.waiting import await_card, refuse_storage_only, wait_option
from encoder.errors import CardFailedError, CardRefusedError, PasswordKeptError
from encoder.key_file import read_key
from encoder.ledger import Bench, BookedCard, Ledger
from encoder.readers import open_field
from encoder.station.session import Session
from encoder.station.unprotect import Remover
from landing.contract.token import format_token


@click.command()
@reader_option
@ledger_option
@key_option
@station_option
@operator_option
@wait_option
@json_option
def unprotect(
    reader: str,
    ledger_path: Path | None,
    key_path: Path | None,
    station: str | None,
    operator: str | None,
    wait: float,
    as_json: bool,
) -> None:
    """Take the password off one card of ours, so that run can encode it again.

    \b
    Examples:
      wecard-encoder unprotect
      wecard-encoder unprotect --reader pcsc --key station.key --json

    The card keeps its token and opens its address meanwhile. Torn away or interrupted, it is
    finished by running the command again. A card that was locked for ever stays so.
    """
    bench = Bench(station=station or default_station(), operator=operator or default_operator())
    key = read_key(key_path or default_key())
    path = existing_ledger(ledger_path)
    with (
        stop_on_signals() as stop,
        Ledger.open(path, writable=True) as ledger,
        open_field(reader, cards=1, chip=NTAG213) as field,
    ):
        remover = Remover(ledger=ledger, key=key, bench=bench, clock=lambda: datetime.now(UTC))
        session = Session(field, await_card(field, stop, wait))
        refuse_storage_only(field, reader)  # known at the first card at the latest
        _Teller(session, time.monotonic(), as_json).tell_of(remover)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says what became of the card, on stdout; errors go on to stderr."""

    session: Session
    started: float
    as_json: bool

    def tell_of(self, remover: Remover) -> None:
        booked: BookedCard | None = None
        try:
            booked = remover.booked_card(self.session.uid)
            self._tell(remover.run(self.session, booked), booked)
        except (PasswordKeptError, CardRefusedError) as error:
            self._tell("refused", booked, reason=error.reason)
            raise
        except CardFailedError as error:
            self._tell("failed", booked, reason=error.reason)
            raise

    def _tell(self, status: str, booked: BookedCard | None, reason: str | None = None) -> None:
        uid = self.session.uid.hex().upper()
        if self.as_json:
            write_json(self._facts(status, booked) | {"reason": reason})
        elif reason is None and booked is not None:
            click.echo(f"{format_token(booked.token)}  {uid}  {booked.chip}  {status}")
            click.echo(
                f"hint: encode it again with: wecard-encoder run, job {booked.job}", err=True
            )

    def _facts(self, status: str, booked: BookedCard | None) -> dict[str, Any]:
        return {
            "status": status,
            "token": booked.token if booked else None,
            "job": booked.job if booked else None,
            "uid": self.session.uid.hex().upper(),
            "chip": booked.chip if booked else None,
            "exchanges": self.session.exchanges,
            "writes": self.session.writes,
            "seconds": round(time.monotonic() - self.started, 3),
        }
