"""A job from the site, or, while the site is away, as it was kept the last time."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from encoder.errors import JobError, LedgerError, SiteAwayError, SiteRefusedError
from encoder.ledger import Ledger
from encoder.ledger.outbox import SiteJob
from encoder.site.address import JobAddress
from encoder.site.client import SiteClient
from landing.contract.documents import Job, parse_job
from landing.contract.errors import DocumentError


@dataclass(frozen=True, slots=True)
class SiteSource:
    """A job that was had; ``away`` says why it is the kept one, if it is."""

    address: JobAddress
    job: Job
    document: str
    away: SiteAwayError | None = None

    def keep(self, ledger: Ledger, *, at: datetime) -> None:
        """Keep the job in the ledger: from now on its booked cards wait for the site."""
        kept = SiteJob(job=self.job.job, address=str(self.address), document=self.document)
        ledger.outbox.keep_job(kept, at=at)


def obtain_job(client: SiteClient, address: JobAddress, ledger_path: Path) -> SiteSource:
    """Fetch a job; if the site is away, take the one that the ledger kept.

    Raises:
        SiteAwayError: the site is away and the ledger has not kept the job; no card was touched.
        SiteRefusedError: the site does not give the job; no card was touched.
        JobError: what the site gave is no job of its own.
    """
    try:
        document, away = client.fetch_job(address), None
    except SiteAwayError as error:
        kept = _kept(ledger_path, address)
        if kept is None:
            raise SiteAwayError(f"{error}; no card was touched", hint=error.hint) from error
        document, away = kept, error
    except SiteRefusedError as error:
        if error.status == HTTPStatus.GONE:
            _forget(ledger_path, address)
        raise SiteRefusedError(
            f"{error}; no card was touched", status=error.status, hint=error.hint
        ) from error
    return SiteSource(address, _own_job(document, address), document, away)


def forget_when_done(ledger: Ledger, job: Job, *, remaining: int) -> None:
    """Forget the names and codes of a job once no card of it is left to make."""
    if not remaining:
        ledger.outbox.forget_document(job.job)


def _kept(ledger_path: Path, address: JobAddress) -> str | None:
    if not ledger_path.exists():
        return None
    with Ledger.open(ledger_path, writable=False) as ledger:
        kept = ledger.outbox.job_at(str(address))
    return kept.document if kept is not None else None


def _forget(ledger_path: Path, address: JobAddress) -> None:
    """Forget a cancelled job, so that no card is made of it while the site is away."""
    if _kept(ledger_path, address) is not None:
        with suppress(LedgerError), Ledger.open(ledger_path, writable=True) as ledger:
            ledger.outbox.forget_document(address.job)  # else the run that is at work does it


def _own_job(document: str, address: JobAddress) -> Job:
    try:
        job = parse_job(document)
    except DocumentError as error:
        raise JobError(
            f"the job at {address} is broken at {error.where}: {error.fault}; no card was touched"
        ) from error
    if (job.site, job.job) != (address.site, address.job):
        raise JobError(
            f"{address} gives the job {job.job} of {job.site}; no card was touched",
            hint="name the job by the address that job new told",
        )
    return job
