"""What a run has to do with the site: its job, its token, and the reports of its cards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from encoder.cli.jobs import check_policy, load_job
from encoder.cli.screen import Screen
from encoder.ledger import Bench, Ledger
from encoder.site import (
    Courier,
    JobAddress,
    Postman,
    SiteClient,
    SiteSource,
    forget_when_done,
    is_address,
    obtain_job,
    read_token,
)
from encoder.station.worklist import Worklist
from landing.contract.documents import Job

FLUSH_SECONDS = 5.0

token_file_option = click.option(
    "--token-file",
    "token_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The station's token for the site.  [default: $WECARD_STATION_TOKEN]",
)


@dataclass(frozen=True, slots=True)
class TakenJob:
    """A job, and the site it came from, if it came from one."""

    job: Job
    source: SiteSource | None = None
    client: SiteClient | None = None


@dataclass(frozen=True, slots=True)
class SiteLine:
    """What a run asks of the courier; without one, nothing happens."""

    courier: Courier | None = None

    def card_booked(self) -> None:
        """Have the site told, soon."""
        if self.courier is not None:
            self.courier.wake()

    def is_cancelled(self) -> bool:
        """Whether no further card is to be made."""
        return self.courier is not None and self.courier.is_cancelled()


def take_job(name: str, token_path: Path | None, ledger_path: Path) -> TakenJob:
    """Read a job from its file, or fetch it from its address.

    Raises:
        JobError: it is broken, or asks for what this version cannot do.
        SiteError: it cannot be had.
    """
    if not is_address(name):
        return TakenJob(load_job(name))
    address = JobAddress.parse(name)
    client = SiteClient(address.site, read_token(token_path, os.environ))
    source = obtain_job(client, address, ledger_path)
    check_policy(source.job)
    return TakenJob(source.job, source, client)


@contextmanager
def telling_site(
    taken: TakenJob, ledger: Ledger, worklist: Worklist, bench: Bench, screen: Screen
) -> Iterator[SiteLine]:
    """Tell the site of each booked card while the block runs."""
    source, client = taken.source, taken.client
    if source is None or client is None:
        yield SiteLine()
        return
    source.keep(ledger, at=_now())
    if source.away is not None:
        screen.warn(f"{source.away}; the job is the one that the ledger kept")
    postman = Postman(
        ledger, client, job=taken.job.job, station=bench.station, now=_now, tell=screen.warn
    )
    courier = Courier(postman, client, tell=screen.warn)
    courier.start()
    try:
        yield SiteLine(courier)
    finally:
        if courier.is_cancelled():
            screen.warn(f"{taken.job.job} was cancelled at the site; no further card is made of it")
        left = courier.finish(FLUSH_SECONDS)
        if left.waiting:
            why = f" ({left.message})" if left.message else ""
            screen.warn(
                f"{left.waiting} cards are booked and wait for the site{why}; tell it of them"
                " with: wecard-encoder report send"
            )
        forget_when_done(ledger, taken.job, remaining=worklist.remaining)


def _now() -> datetime:
    return datetime.now(UTC)
