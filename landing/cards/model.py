"""The card as the site knows it, and the moves between its states."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from landing.contract.documents import Protection, Stage
from landing.errors import CardStateError

CardState = Literal["ordered", "encoded", "active", "suspended", "retired", "unclaimed"]
CardMove = Literal["suspend", "resume", "retire"]

CARD_STATES: tuple[CardState, ...] = get_args(CardState)
CARD_MOVES: tuple[CardMove, ...] = get_args(CardMove)

_MOVES: dict[CardMove, tuple[frozenset[CardState], CardState]] = {
    "suspend": (frozenset({"active"}), "suspended"),
    "resume": (frozenset({"suspended"}), "active"),
    "retire": (frozenset(CARD_STATES) - {"retired"}, "retired"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """What a workstation reported of the chip: ``uid`` and ``digest`` as in the report."""

    uid: str
    chip: str
    protection: Protection
    genuine: bool | None
    digest: str
    station: str
    operator: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One card: the thing that a token names. ``encoding`` is None until it is reported.

    ``redirect_url``: an active card leads there instead of showing its page.
    """

    token: str
    state: CardState
    profile_uid: str | None
    job: str | None
    position: int | None
    encoding: Encoding | None
    created_at: datetime
    state_changed_at: datetime
    redirect_url: str | None = None


def state_after_move(state: CardState, move: CardMove) -> CardState:
    """Tell where a move leads; a card that is there already stays.

    Raises:
        CardStateError: the move is not for a card in this state.
    """
    allowed, target = _MOVES[move]
    if state == target:
        return state
    if state not in allowed:
        told = " or ".join(sorted(allowed))
        raise CardStateError(
            f"the card is {state}, and {move} is for a card that is {told}; nothing was changed"
        )
    return target


def state_after_claim(state: CardState) -> CardState:
    """Tell where claiming leads: a card without a person has one, and that is for once only.

    Raises:
        CardStateError: the card waits for nobody.
    """
    if state != "unclaimed":
        raise CardStateError(
            f"the card is {state}, and only a card that is unclaimed can be claimed;"
            " nothing was changed"
        )
    return "active"


def states_after_report(state: CardState, *, has_person: bool) -> tuple[CardState, ...]:
    """List the states a reported card passes, one by one; none when it is past them already."""
    end: CardState = "active" if has_person else "unclaimed"
    if state == "ordered":
        return ("encoded", end)
    if state == "encoded":
        return (end,)
    return ()


def refuse_redirect(card: Card) -> None:
    """See that a card may lead elsewhere: it has its person, and is not ended.

    Raises:
        CardStateError: a tap on it must show its activation page, or nothing.
    """
    if card.state == "retired":
        raise CardStateError("the card is retired and leads nowhere; nothing was changed")
    if card.profile_uid is None:
        raise CardStateError(
            "the card has no person yet, and must ask for its activation code; nothing was changed"
        )
