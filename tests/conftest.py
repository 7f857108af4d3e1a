"""What every run of the tests tells at its end: the seconds that each suite took."""

from collections import defaultdict

import pytest

from tests.emulated.pcscd import keep_to_own_pcscd

keep_to_own_pcscd()

_SUITE_PARTS = 2  # tests/encoder, tests/landing, …


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the seconds per suite, set-up and tear-down included."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                file = report.nodeid.partition("::")[0]
                seconds["/".join(file.split("/")[:_SUITE_PARTS])] += report.duration
    terminalreporter.write_sep("-", "seconds per suite")
    for suite, total in sorted(seconds.items()):
        terminalreporter.write_line(f"{total:8.1f}  {suite}")
