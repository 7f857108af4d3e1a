"""A claim is whole or not there at all, for who has the code, and for one of two at once."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import count
from threading import Barrier

import pytest

from landing.activation import claim
from landing.activation.claim import Owner, claim_card, is_code_of
from landing.cards.activation_code import hash_activation
from landing.errors import CardStateError, StorageError, WrongCodeError
from landing.profile.model import Profile
from landing.storage import cards
from landing.storage.activations import take_activation
from landing.storage.cards import find_card, give_card
from landing.storage.database import Database
from landing.storage.profiles import insert_profile
from tests.landing.activation.parcel import CARD, CODE, OWNER, SECRET, WRONG_CODE, Parcel
from tests.landing.web.cast import MARC_CARD, NOW, UNKNOWN, ZOE_CARD, profile_with

Claiming = Callable[..., Profile]
WRITES = [("activations", "DELETE"), ("profiles", "INSERT"), ("cards", "UPDATE")]

_BOTH_LOOKED = Barrier(2)
_numbers = count(1)


def new_uid() -> str:
    """A UUID for tests, each time another."""
    return f"00000000-0000-4000-8000-{next(_numbers):012}"


def claimed(database: Database, code: str = CODE, claiming: Claiming = claim_card) -> Profile:
    """Claim the parcel's card."""
    return claiming(database, CARD, code, OWNER, secret_key=SECRET, now=NOW, new_uid=new_uid)


def claim_without_the_code(
    database: Database,
    token: str,
    code: str,
    owner: Owner,
    *,
    secret_key: str,
    now: datetime,
    new_uid: Callable[[], str],
) -> Profile:
    """A seeded fault: whoever taps a blank card may have it."""
    with database.writing() as db:
        profile = claim._profile(owner, "card", uid=new_uid(), now=now)
        insert_profile(db, profile)
        give_card(db, token, profile.uid, "active", now)
    return profile


def claim_in_three_transactions(
    database: Database,
    token: str,
    code: str,
    owner: Owner,
    *,
    secret_key: str,
    now: datetime,
    new_uid: Callable[[], str],
) -> Profile:
    """A seeded fault: each step is committed by itself."""
    with database.writing() as db:
        if not take_activation(db, token, hash_activation(secret_key, token, code)):
            raise WrongCodeError("no")
    profile = claim._profile(owner, "card", uid=new_uid(), now=now)
    with database.writing() as db:
        insert_profile(db, profile)
    with database.writing() as db:
        give_card(db, token, profile.uid, "active", now)
    return profile


def claim_that_looks_and_then_writes(
    database: Database,
    token: str,
    code: str,
    owner: Owner,
    *,
    secret_key: str,
    now: datetime,
    new_uid: Callable[[], str],
) -> Profile:
    """A seeded fault: who looked while the card was free may take it, however late."""
    with database.reading() as db:
        if not is_code_of(db, token, code, secret_key):
            raise WrongCodeError("no")
    _BOTH_LOOKED.wait(10)
    profile = claim._profile(owner, new_uid(), uid=new_uid(), now=now)
    with database.writing() as db:
        insert_profile(db, profile)
        cards._update(db, token, {"profile_uid": profile.uid, "state": "active"})
    return profile


def is_safe_from_strangers(parcel: Parcel, claiming: Claiming) -> bool:
    """Claim with another card's code: it must be refused, and nothing changed."""
    before = parcel.everything()
    with parcel.opened() as database:
        try:
            claimed(database, WRONG_CODE, claiming)
        except WrongCodeError:
            return parcel.everything() == before
    return False


def is_whole_or_absent(parcel: Parcel, claiming: Claiming, table: str, verb: str) -> bool:
    """Have a write of a claim fail, as on a full disk: nothing of it may be there."""
    before = parcel.everything()
    parcel.run(
        f"CREATE TRIGGER deadly BEFORE {verb} ON {table}"
        " BEGIN SELECT RAISE(ABORT, 'no space left'); END"
    )
    with parcel.opened() as database, pytest.raises(StorageError):
        claimed(database, claiming=claiming)
    parcel.run("DROP TRIGGER deadly")
    return parcel.everything() == before


def survives_a_kill(parcel: Parcel, claiming: Claiming) -> bool:
    """Kill a process in the middle of its claim: the card must wait as before."""
    before = parcel.everything()
    process = multiprocessing.get_context("fork").Process(
        target=_claim_and_die, args=(parcel, claiming)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    return parcel.everything() == before


def _claim_and_die(parcel: Parcel, claiming: Claiming) -> None:
    """Claim, up to where the code is used up and the new profile needs its UUID."""

    def die() -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("this is not reached")

    with parcel.opened() as database:
        claiming(database, CARD, CODE, OWNER, secret_key=SECRET, now=NOW, new_uid=die)


def winners(parcel: Parcel, claiming: Claiming, *, people: int) -> int:
    """Have several people with the code claim at once; tell how many were given the card."""

    def try_it(_: int) -> bool:
        try:
            claimed(database, claiming=claiming)
        except CardStateError:
            return False
        return True

    with parcel.opened() as database, ThreadPoolExecutor(people) as pool:
        return sum(pool.map(try_it, range(people)))


def test_card_is_active_with_its_owner_and_its_code_is_used_up(parcel: Parcel) -> None:
    with parcel.opened() as database:
        profile = claimed(database)
        with database.reading() as db:
            card = find_card(db, CARD)

    assert card is not None
    assert (card.state, card.profile_uid, card.state_changed_at) == ("active", profile.uid, NOW)
    assert (profile.given_name, profile.language) == ("Léa", "fr")
    assert profile.visible == {"mobile"}
    assert parcel.count("activations") == 0
    assert parcel.rows(f"SELECT reference FROM profiles WHERE uid = '{profile.uid}'") == [
        ("card-0000-0000-0001-2",)
    ]


def test_reference_that_somebody_has_is_not_taken(parcel: Parcel) -> None:
    with parcel.opened() as database:
        with database.writing() as db:
            for number, name in enumerate(("card-0000-0000-0001-2", "card-0000-0000-0001-2-2")):
                profile = profile_with(uid=f"somebody-{number}", reference=name, given_name="S")
                insert_profile(db, profile)

        assert claimed(database).reference == "card-0000-0000-0001-2-3"


def test_code_of_another_card_claims_nothing(parcel: Parcel) -> None:
    assert is_safe_from_strangers(parcel, claim_card)


def test_claim_without_the_code_would_be_noticed(parcel: Parcel) -> None:
    assert not is_safe_from_strangers(parcel, claim_without_the_code)


@pytest.mark.parametrize("token", [ZOE_CARD, MARC_CARD, UNKNOWN])
def test_card_that_waits_for_nobody_is_not_claimed(parcel: Parcel, token: str) -> None:
    before = parcel.everything()

    with parcel.opened() as database, pytest.raises(CardStateError, match="nothing was changed"):
        claim_card(database, token, CODE, OWNER, secret_key=SECRET, now=NOW, new_uid=new_uid)

    assert parcel.everything() == before


def test_claimed_card_is_not_claimed_again(parcel: Parcel) -> None:
    with parcel.opened() as database:
        claimed(database)
        before = parcel.everything()

        with pytest.raises(CardStateError):
            claimed(database)

    assert parcel.everything() == before


@pytest.mark.parametrize(("table", "verb"), WRITES)
def test_claim_that_fails_at_any_write_changes_nothing(
    parcel: Parcel, table: str, verb: str
) -> None:
    assert is_whole_or_absent(parcel, claim_card, table, verb)


def test_claim_in_three_transactions_would_be_noticed(parcel: Parcel) -> None:
    assert not is_whole_or_absent(parcel, claim_in_three_transactions, "cards", "UPDATE")


def test_claim_killed_in_the_middle_leaves_the_card_waiting(parcel: Parcel) -> None:
    assert survives_a_kill(parcel, claim_card)

    with parcel.opened() as database:
        assert claimed(database).given_name == "Léa"


def test_kill_between_two_transactions_would_be_noticed(parcel: Parcel) -> None:
    assert not survives_a_kill(parcel, claim_in_three_transactions)


def test_of_many_at_once_one_is_given_the_card(parcel: Parcel) -> None:
    assert winners(parcel, claim_card, people=8) == 1
    assert parcel.count("profiles") == 3
    assert parcel.state() == "active"


def test_two_winners_would_be_noticed(parcel: Parcel) -> None:
    assert winners(parcel, claim_that_looks_and_then_writes, people=2) == 2
