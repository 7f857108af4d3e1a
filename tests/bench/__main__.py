"""``make bench``: measure, print, and write docs/benchmarks.md."""

import time

from tests.bench import chip_time, labels, reader, station_cost, station_page, tap_page, torture
from tests.bench.figures import table, write_page


def main() -> None:
    """Run every suite."""
    begun = time.monotonic()
    suites = []
    for module in (chip_time, reader, station_cost, torture, labels, station_page, tap_page):
        suites.append(module.measure())
        print(table(suites[-1]), flush=True)
    write_page(suites, seconds=time.monotonic() - begun)


if __name__ == "__main__":
    main()
