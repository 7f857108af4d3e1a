"""Jobs from the site, and reports to it: the bench goes on while the site is away."""

from encoder.site.address import JobAddress, is_address
from encoder.site.client import SiteClient
from encoder.site.courier import Courier, Delivery, Postman
from encoder.site.jobs import SiteSource, forget_when_done, obtain_job
from encoder.site.token import TOKEN_VARIABLE, read_token

__all__ = [
    "TOKEN_VARIABLE",
    "Courier",
    "Delivery",
    "JobAddress",
    "Postman",
    "SiteClient",
    "SiteSource",
    "forget_when_done",
    "is_address",
    "obtain_job",
    "read_token",
]
