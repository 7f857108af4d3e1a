"""What the operator asks of a run, once it is checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from encoder.chips.mirror import Mirror
from encoder.chips.models import ChipModel
from encoder.chips.password import StationKey
from encoder.ledger import Bench
from landing.contract.documents import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the operator asked for on the command line."""

    job: Job
    readers: tuple[str, ...]
    ledger_path: Path
    labels: Path | None
    report: Path | None
    bench: Bench
    overwrite: bool
    key: StationKey | None
    mirror: Mirror
    known: Mapping[bytes, ChipModel]
