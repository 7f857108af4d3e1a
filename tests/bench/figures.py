"""A figure beside its peer or its limit, and the page that keeps them."""

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

TARGET = Path(__file__).parent.parent.parent / "docs" / "benchmarks.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was measured, what it is held against, and both values in one unit."""

    what: str
    ours: float
    against: str
    theirs: float
    unit: str  # none: the values are counts

    @property
    def ratio(self) -> float:
        """Ours divided by theirs."""
        return self.ours / self.theirs

    def written(self, value: float) -> str:
        """A value with its unit."""
        return f"{value:,.1f} {self.unit}" if self.unit else f"{value:,.0f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Figures that belong together, and how they were made."""

    title: str
    method: str
    figures: tuple[Figure, ...]


def table(suite: Suite) -> str:
    """A suite as Markdown."""
    rows = [
        f"| {figure.what} | {figure.written(figure.ours)} | {figure.against}:"
        f" {figure.written(figure.theirs)} | {figure.ratio:.2f} |"
        for figure in suite.figures
    ]
    head = "| figure | ours | held against | ratio |\n|---|---|---|---|"
    return "\n".join([f"## {suite.title}\n", f"{suite.method}\n", head, *rows, ""])


def write_page(suites: Iterable[Suite], *, seconds: float) -> None:
    """Write docs/benchmarks.md anew."""
    head = (
        "# Benchmarks\n\nWritten by `make bench`. Ratios are ours divided by what they are held"
        " against, in the same run\non one machine; absolute figures mean nothing elsewhere.\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()},"
        f" Python {platform.python_version()}, {seconds:.0f} s.\n"
    )
    TARGET.write_text("\n".join([head, *map(table, suites)]), encoding="utf-8")
