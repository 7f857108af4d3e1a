"""A figure beside its peer or its limit, and the page that keeps them."""

import platform
import re
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


def write_page(suites: Iterable[Suite]) -> None:
    """Put the suites into docs/benchmarks.md, each with its day; the others stay as they are."""
    head = (
        "# Benchmarks\n\nWritten by `make bench`. Ratios are ours divided by what they are held"
        " against, in the same run\non one machine; absolute figures mean nothing elsewhere.\n"
    )
    sections = _sections(TARGET.read_text(encoding="utf-8") if TARGET.exists() else "")
    where = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    for suite in suites:
        said = f"Measured on {datetime.now(UTC):%Y-%m-%d}, {where}.\n"
        sections[suite.title] = f"{table(suite)}\n{said}"
    TARGET.write_text("\n".join([head, *sections.values()]), encoding="utf-8")


def _sections(page: str) -> dict[str, str]:
    """The page's suites by their titles."""
    parts = re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0].removeprefix("## "): f"{part.rstrip()}\n" for part in parts}
