"""``wecard-encoder report``: tell the site of the cards that wait in the ledger."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from encoder.cli.exits import ExitCode
from encoder.cli.options import (
    default_ledger,
    default_station,
    json_option,
    ledger_option,
    station_option,
    warn,
    write_json,
)
from encoder.cli.site import token_file_option
from encoder.errors import SiteError
from encoder.ledger import Ledger
from encoder.ledger.outbox import Outbox, SiteJob
from encoder.site import JobAddress, Postman, SiteClient, read_token
from landing.contract.token import format_token


@click.group()
def report() -> None:
    """Tell the site of the cards that wait in the ledger, or see how many do.

    \b
    Examples:
      wecard-encoder report send --token-file station.token
      wecard-encoder report show
    """


@report.command()
@ledger_option
@json_option
def show(ledger_path: Path | None, as_json: bool) -> None:
    """Show how many cards wait for their site, and which ones it did not take.

    \b
    Examples:
      wecard-encoder report show
      wecard-encoder report show --ledger bench-2.db --json
    """
    with Ledger.open(ledger_path or default_ledger(), writable=False) as ledger:
        _tell(ledger.outbox, as_json=as_json)


@report.command()
@ledger_option
@token_file_option
@station_option
@click.option("--site", metavar="URL", help="Which site, where the ledger has jobs of several.")
@click.option("--again", is_flag=True, help="Offer the cards again that the site refused.")
@json_option
def send(
    ledger_path: Path | None,
    token_path: Path | None,
    station: str | None,
    site: str | None,
    again: bool,
    as_json: bool,
) -> int:
    """Tell the site of every booked card that waits; what it took before is not told again.

    \b
    Examples:
      wecard-encoder report send --token-file station.token
      wecard-encoder report send --again --json

    Exit codes: 0 nothing waits any more, 4 the site is away or says no, 6 it did not take all.
    """
    token = read_token(token_path, os.environ)
    with Ledger.open(ledger_path or default_ledger(), writable=True) as ledger:
        if again:
            ledger.outbox.offer_again()
        jobs = _jobs_of_one_site(ledger.outbox, site)
        before = len(ledger.outbox.not_taken())
        for job, client in [(job, _client(job, token)) for job in jobs]:
            _send(
                Postman(
                    ledger,
                    client,
                    job=job.job,
                    station=station or default_station(),
                    now=lambda: datetime.now(UTC),
                    tell=warn,
                )
            )
        _tell(ledger.outbox, as_json=as_json)
        more = len(ledger.outbox.not_taken()) > before
    return ExitCode.CARDS_NOT_DONE if more else ExitCode.DONE


def _send(postman: Postman) -> None:
    try:
        while postman.deliver():
            pass
    except SiteError as error:
        warn(f"{postman.waiting} cards still wait in the ledger")
        raise error


def _jobs_of_one_site(outbox: Outbox, site: str | None) -> list[SiteJob]:
    """The jobs that wait for the one site that the token is for: it must go to no other."""
    jobs = [job for job in outbox.jobs() if outbox.count_waiting(job.job)]
    sites = sorted({_site(job) for job in jobs})
    if site is None and len(sites) > 1:
        raise SiteError(
            f"cards wait for several sites: {', '.join(sites)}; nothing was sent",
            hint="name the one that the token is for with --site",
        )
    wanted = site.rstrip("/") if site is not None else None
    return [job for job in jobs if wanted in (None, _site(job))]


def _site(job: SiteJob) -> str:
    return JobAddress.parse(job.address).site


def _client(job: SiteJob, token: str) -> SiteClient:
    return SiteClient(_site(job), token)


def _tell(outbox: Outbox, *, as_json: bool) -> None:
    waiting = {job.job: outbox.count_waiting(job.job) for job in outbox.jobs()}
    not_taken = outbox.not_taken()
    if as_json:
        cards: list[dict[str, Any]] = [
            {
                "job": card.job,
                "token": card.token,
                "uid": card.uid,
                "answer": card.answer,
                "message": card.message,
            }
            for card in not_taken
        ]
        write_json({"waiting": waiting, "not_taken": cards})
        return
    for card in not_taken:
        click.echo(f"{format_token(card.token)}  {card.uid}  {card.answer}: {card.message}")
    for job, count in waiting.items():
        click.echo(f"{job}: {count or 'nothing'} waits for the site", err=True)
    if not waiting:
        click.echo("no job of this ledger came from a site", err=True)
