"""The exit code of a run, by how it ended."""

import pytest

from encoder.cli.exits import exit_code_of
from encoder.station.events import End
from encoder.station.run import Outcome


@pytest.mark.parametrize(
    ("refused", "failed_for_good", "remaining", "code"),
    [(0, 0, 0, 0), (1, 0, 0, 6), (0, 1, 0, 6), (0, 0, 1, 5), (1, 1, 1, 5)],
)
def test_items_left_outrank_cards_that_were_not_done(
    refused: int, failed_for_good: int, remaining: int, code: int
) -> None:
    end = End(done=1, refused=refused, failed=0, remaining=remaining)

    assert exit_code_of(Outcome(end, failed_for_good)) == code
