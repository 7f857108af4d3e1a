"""Every WRITE of every card torn: none ends wrong or unbooked, none shows a wrong address."""

import pytest

from tests.encoder.torture.many import chosen_seed, on_all_cores
from tests.encoder.torture.situations import situations
from tests.encoder.torture.tears import Effort, Tally, attack

CASES = 20_000
WHOLE = Effort(contents=50)  # each WRITE of a new card without a mirror, torn in 50 manners
PARTS = 14  # of all other tears, one in so many


def test_no_torn_card_ends_wrong_or_unbooked(capsys: pytest.CaptureFixture[str]) -> None:
    seed = chosen_seed()
    sample = Effort(contents=50, twice=2, stride=PARTS, seed=seed)
    plain = {case for case in situations() if case.past == "new" and case.mirror == "none"}
    orders = [(case, WHOLE) for case in plain]
    orders += [(case, sample) for case in situations()]
    total = Tally()

    for tally in on_all_cores(attack, orders):
        total.add(tally)

    with capsys.disabled():
        print(f"\ntear matrix: {total.told()}, seed {seed}")
    assert total.wrong[:20] == []
    assert total.cases >= CASES
    assert total.unfinishable > 0  # or no CFG1 was torn into CFGLCK
