"""The address of a job at a site: ``https://SITE/api/v1/jobs/ID``."""

import re
from dataclasses import dataclass

from encoder.errors import SiteError
from landing.contract.errors import CardUrlError
from landing.contract.url import parse_site_url

_PATH = "/api/v1/jobs/"
_SCHEMES = ("http://", "https://")
_JOB = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class JobAddress:
    """A job at a site; plain http is for a loopback site only."""

    site: str
    job: str

    @classmethod
    def parse(cls, text: str) -> "JobAddress":
        """Read an address.

        Raises:
            SiteError: it is not the address of a job; no card was touched.
        """
        site, found, job = text.partition(_PATH)
        try:
            if found and _JOB.fullmatch(job):
                return cls(site=parse_site_url(site), job=job)
            fault = f"{text[:200]!r} is not the address of a job"
        except CardUrlError as error:
            fault = str(error)
        raise SiteError(
            f"{fault}; no card was touched",
            hint=f"a job's address reads https://SITE{_PATH}J-2026-0001, as job new told it",
        )

    @property
    def path(self) -> str:
        """The job's path at its site."""
        return f"{_PATH}{self.job}"

    def __str__(self) -> str:
        return f"{self.site}{self.path}"


def is_address(text: str) -> bool:
    """Whether a job is named by an address, not by a file."""
    return text.lower().startswith(_SCHEMES)
