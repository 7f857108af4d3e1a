"""SIGKILL at 300 random points of running jobs: ledger, chips, report and labels agree after it."""

import pytest

from tests.encoder.torture.kills import Toll, kill_many
from tests.encoder.torture.many import chosen_seed, on_all_cores

KILLS, SHARES = 300, 6


def test_killed_jobs_are_finished_with_each_token_on_one_card(
    capsys: pytest.CaptureFixture[str],
) -> None:
    seed = chosen_seed()
    total = Toll()

    for toll in on_all_cores(kill_many, [(KILLS // SHARES, seed + n, "") for n in range(SHARES)]):
        total.add(toll)

    with capsys.disabled():
        print(f"\nkills: {total.kills} in {total.jobs} jobs, {len(total.wrong)} wrong, seed {seed}")
    assert total.wrong[:20] == []
    assert total.kills == KILLS


@pytest.mark.parametrize("fault", ["BooksAfterTheFirstWrite", "BooksBeforeItLocks"])
def test_the_kills_find_a_broken_engine(fault: str) -> None:
    toll = kill_many((25, 1, fault))

    assert toll.wrong
