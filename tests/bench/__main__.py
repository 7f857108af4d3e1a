"""``make bench``: measure, print, and write docs/benchmarks.md."""

import time

from tests.bench import (
    chip_time,
    first_sight,
    first_view,
    labels,
    reader,
    station_cost,
    station_page,
    tap_memory,
    tap_page,
    torture,
)
from tests.bench.figures import table, write_page

TAP_PAGE = (tap_page, first_view, first_sight, tap_memory)
SUITES = (chip_time, reader, station_cost, torture, labels, station_page, *TAP_PAGE)


def main() -> None:
    """Run every suite."""
    begun = time.monotonic()
    suites = []
    for module in SUITES:
        suites.append(module.measure())
        print(table(suites[-1]), flush=True)
    write_page(suites, seconds=time.monotonic() - begun)


if __name__ == "__main__":
    main()
