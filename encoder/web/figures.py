"""The ledger's figures as the page shows them."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from encoder.ledger import Ledger
from encoder.ledger.stats import Figures, Question

PERIODS = {"7": 7, "30": 30, "all": None}


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """What was done in a period: by day, by operator and by reason."""

    total: Figures
    days: dict[str, Figures]
    operators: dict[str, Figures]

    @property
    def reasons(self) -> dict[str, int]:
        """Refused and failed presentations by reason, the most frequent first."""
        counts = Counter(self.total.refused) + Counter(self.total.failed)
        return dict(counts.most_common())

    @property
    def done_by_day(self) -> dict[str, int]:
        """Cards done, by day and month."""
        return {f"{day[8:10]}.{day[5:7]}.": figures.done for day, figures in self.days.items()}


def figures_of(ledger_path: Path, *, days: int | None, now: datetime) -> FiguresPage | None:
    """The figures of so many days up to now, or of all; None where there is no ledger.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    if not ledger_path.exists():
        return None
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=days - 1) if days is not None else None
    with Ledger.open(ledger_path, writable=False) as ledger:
        by_day = ledger.statistics(Question(since=since, by="day"))
        by_operator = ledger.statistics(Question(since=since, by="operator"))
    return FiguresPage(by_day.total, by_day.groups, by_operator.groups)
