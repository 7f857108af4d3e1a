"""What the station is given: everything that the command line decides."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from encoder.chips.password import StationKey
from encoder.labels.render import Style
from encoder.ledger import Bench
from encoder.printers import Printer
from encoder.readers import Field
from encoder.site import SiteClient, SiteSource
from landing.contract.documents import Job

Warn = Callable[[str], None]
OpenReaders = Callable[
    [Job, Sequence[str], int, Warn], AbstractContextManager[list[tuple[str, Field]]]
]


class Obtained(Protocol):
    """A job, and the site it came from, if it came from one."""

    @property
    def job(self) -> Job:
        """The job."""

    @property
    def source(self) -> SiteSource | None:
        """Where it was had."""

    @property
    def client(self) -> SiteClient | None:
        """Who tells the site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplies:
    """How jobs are had, readers and printers opened, and labels made.

    ``read_job`` takes a document's text, ``obtain_job`` an address; ``key_for`` gives the station
    key where a job needs one. All of them raise EncoderError.
    """

    ledger_path: Path
    bench: Bench
    read_job: Callable[[str], Job]
    obtain_job: Callable[[str], Obtained]
    open_readers: OpenReaders
    key_for: Callable[[Job], StationKey | None]
    open_printer: Callable[[str], Printer]
    style: Style
    overwrite: bool = False
