"""Random memories and made-up answers: nothing breaks, nothing is written that was refused."""

import pytest

from tests.encoder.torture import faults as broken
from tests.encoder.torture.fuzz import Case, Haul, fuzz
from tests.encoder.torture.many import chosen_seed, on_all_cores
from tests.encoder.torture.rig import Engine

CASES, SHARES = 24_000, 8
FAULTS = {
    "row behind the WRITEs": Engine(encoding=broken.BooksAfterTheFirstWrite),
    "no read-back": Engine(encoding=broken.SkipsTheReadBack),
    "locks not read back": Engine(encoding=broken.ReadsNoLockBack),
    "answers of any length": Engine(session=broken.TakesAnyAnswer),
    "a WRITE ahead of the checks": Engine(visit=broken.WritesAheadOfItsChecks),
}


def test_wild_cards_break_nothing_and_are_not_written_when_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    seed, share = chosen_seed(), CASES // SHARES
    total = Haul()

    for haul in on_all_cores(fuzz, [(seed, n * share, share) for n in range(SHARES)]):
        total.add(haul)

    with capsys.disabled():
        print(f"\nfuzz: {total.told()}, seed {seed}")
    assert total.wrong[:20] == []
    assert total.cases == CASES
    assert {"done", "resumed", "already-done", "verify: same", "inspect: write"} <= set(total.ends)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_fuzz_finds_a_broken_engine(fault: str) -> None:
    hauls = (Case(f"0/{number}", FAULTS[fault]).run() for number in range(2_000))

    assert any(haul.wrong for haul in hauls)
