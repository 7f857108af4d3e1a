"""``make bench``: measure, print, and write docs/benchmarks.md; ``SUITES="tap_page"`` some only."""

import sys

from tests.bench import (
    chip_time,
    first_sight,
    first_view,
    labels,
    lookup,
    pictures,
    reader,
    station_cost,
    station_page,
    tap_memory,
    tap_page,
    torture,
)
from tests.bench.figures import table, write_page

TAP_PAGE = (tap_page, first_view, first_sight, tap_memory, lookup, pictures)
SUITES = (chip_time, reader, station_cost, torture, labels, station_page, *TAP_PAGE)


def main(wanted: list[str]) -> None:
    """Run every suite, or those that are named."""
    known = {module.__name__.rpartition(".")[2]: module for module in SUITES}
    unknown = set(wanted) - known.keys()
    if unknown:
        raise SystemExit(f"error: no such suite: {', '.join(unknown)}\nhint: {', '.join(known)}")
    for name in wanted or known:
        suite = known[name].measure()
        print(table(suite), flush=True)
        write_page([suite])


if __name__ == "__main__":
    main(sys.argv[1:])
