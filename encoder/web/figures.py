"""The ledger's figures as the page shows them."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from encoder.ledger import Ledger
from encoder.ledger.stats import Figures, Question

PERIODS = {"7": 7, "30": 30, "all": None}
_MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """What was done in a period: by day, by operator and by reason."""

    first: date | None  # of the period; None for all that there is
    last: date
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
        """Cards done, by day and month: every day of the period, or the last ones on record."""
        if self.first is None:
            days = list(self.days)[-_MOST_DAYS:]
        else:
            count = (self.last - self.first).days + 1
            days = [(self.first + timedelta(days=day)).isoformat() for day in range(count)]
        return {
            f"{day[8:10]}.{day[5:7]}": self.days[day].done if day in self.days else 0
            for day in days
        }


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
    first = since.date() if since is not None else None
    return FiguresPage(first, now.date(), by_day.total, by_day.groups, by_operator.groups)
