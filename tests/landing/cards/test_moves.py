"""Which move a card's state allows, and where it leads."""

import itertools

import pytest

from landing.cards.model import (
    CARD_MOVES,
    CARD_STATES,
    CardMove,
    CardState,
    state_after_move,
    states_after_report,
)
from landing.errors import CardStateError, DataError

ALLOWED: dict[tuple[CardState, CardMove], CardState] = {
    ("active", "suspend"): "suspended",
    ("suspended", "suspend"): "suspended",
    ("suspended", "resume"): "active",
    ("active", "resume"): "active",
    ("ordered", "retire"): "retired",
    ("encoded", "retire"): "retired",
    ("active", "retire"): "retired",
    ("suspended", "retire"): "retired",
    ("unclaimed", "retire"): "retired",
    ("retired", "retire"): "retired",
}
REFUSED = [pair for pair in itertools.product(CARD_STATES, CARD_MOVES) if pair not in ALLOWED]


@pytest.mark.parametrize(("state", "move"), ALLOWED)
def test_allowed_move_leads_to_its_state(state: CardState, move: CardMove) -> None:
    assert state_after_move(state, move) == ALLOWED[state, move]


@pytest.mark.parametrize(("state", "move"), REFUSED)
def test_any_other_move_is_refused_with_the_state_it_met(state: CardState, move: CardMove) -> None:
    with pytest.raises(CardStateError, match=f"the card is {state}, .*nothing was changed"):
        state_after_move(state, move)


def test_refused_move_is_bad_data() -> None:
    assert issubclass(CardStateError, DataError)
    assert CardStateError.exit_code == 4


@pytest.mark.parametrize(
    ("state", "has_person", "passed"),
    [
        ("ordered", True, ("encoded", "active")),
        ("ordered", False, ("encoded", "unclaimed")),
        ("encoded", True, ("active",)),
        ("encoded", False, ("unclaimed",)),
        ("active", True, ()),
        ("unclaimed", False, ()),
        ("suspended", True, ()),
        ("retired", True, ()),
    ],
)
def test_report_takes_a_card_forward_and_never_back(
    state: CardState, has_person: bool, passed: tuple[CardState, ...]
) -> None:
    assert states_after_report(state, has_person=has_person) == passed
