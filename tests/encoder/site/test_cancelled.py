"""A job that its site has cancelled is forgotten: no card is made of it while the site is away."""

from pathlib import Path

import pytest

from encoder.errors import SiteAwayError, SiteRefusedError
from encoder.ledger import Ledger
from encoder.ledger.outbox import SiteJob
from encoder.site import JobAddress, SiteClient, obtain_job
from landing.contract.documents import dump_job
from tests.encoder.kit import START, make_job
from tests.encoder.site.counter import Reply, counter, problem

JOB = make_job(site="http://127.0.0.1:9")
DOWN = Reply(status=503, kind="text/html")


def kept(path: Path, address: JobAddress) -> str | None:
    """The document that the ledger keeps for an address."""
    with Ledger.open(path, writable=False) as ledger:
        job = ledger.outbox.job_at(str(address))
    return job.document if job is not None else None


@pytest.mark.parametrize(("status", "is_kept"), [(410, False), (404, True), (403, True)])
def test_kept_job_is_forgotten_when_its_site_says_that_it_is_cancelled(
    tmp_path: Path, status: int, *, is_kept: bool
) -> None:
    path, names = tmp_path / "ledger.db", dump_job(JOB)
    with counter(lambda _: problem(status)) as served:
        address, client = JobAddress(served.site, JOB.job), SiteClient(served.site, "t")
        with Ledger.open(path, writable=True) as ledger:
            told = SiteJob(job=JOB.job, address=str(address), document=names)
            ledger.outbox.keep_job(told, at=START)

        with pytest.raises(SiteRefusedError):
            obtain_job(client, address, path)

    assert (kept(path, address) == names) == is_kept


def test_cancelled_job_cannot_be_had_while_its_site_is_away(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with counter(lambda _: problem(410)) as served:
        address, client = JobAddress(served.site, JOB.job), SiteClient(served.site, "t")
        with Ledger.open(path, writable=True) as ledger:
            told = SiteJob(job=JOB.job, address=str(address), document=dump_job(JOB))
            ledger.outbox.keep_job(told, at=START)
        with pytest.raises(SiteRefusedError):
            obtain_job(client, address, path)
        served.answer = lambda _: DOWN

        with pytest.raises(SiteAwayError, match="no card was touched"):
            obtain_job(client, address, path)


def test_refusal_is_told_also_while_another_run_writes_to_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with counter(lambda _: problem(410)) as served:
        address, client = JobAddress(served.site, JOB.job), SiteClient(served.site, "t")
        with Ledger.open(path, writable=True) as ledger:
            told = SiteJob(job=JOB.job, address=str(address), document=dump_job(JOB))
            ledger.outbox.keep_job(told, at=START)

            with pytest.raises(SiteRefusedError, match="410"):
                obtain_job(client, address, path)
