"""Two stations' ledgers in one: all that both know, or nothing and every clash named."""

import random
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from encoder.errors import LedgerError
from encoder.ledger import Bench, Ledger, check_ledger
from encoder.ledger.merge import Merged, carry_out, contents_of, read_whole
from encoder.ledger.merge_plan import ClashKind, plan_merge
from landing.contract.token import mint_token
from tests.encoder.kit import BENCH, START
from tests.encoder.ledger.cast import (
    DIGEST,
    OTHER_BENCH,
    OTHER_TOKEN,
    OTHER_UID,
    THIRD_TOKEN,
    THIRD_UID,
    UID,
    WHOLE,
    book,
    card,
    contents,
    damage,
    record,
    shown,
    version_1,
)

LATER = START + timedelta(hours=1)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """This station's ledger: one card that is done."""
    return book(tmp_path / "own.db", card(), *WHOLE, presented=[shown()])


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Where the other station's ledger stands."""
    return tmp_path / "other.db"


def merged(own: Path, other: Path, *, dry_run: bool = False) -> Merged:
    """Bring the other ledger in."""
    with Ledger.open(own, writable=not dry_run) as ledger:
        return ledger.merge(other, dry_run=dry_run)


def kinds(result: Merged) -> list[tuple[str, str]]:
    """The clashes and their cards."""
    return [(clash.kind, clash.uid) for clash in result.clashes]


def test_cards_of_both_stations_are_in_the_merged_ledger(own: Path, other: Path) -> None:
    presented = [shown(uid=OTHER_UID, token=OTHER_TOKEN)]
    book(other, card(OTHER_UID, OTHER_TOKEN), *WHOLE, by=OTHER_BENCH, presented=presented)

    result = merged(own, other)

    with Ledger.open(own, writable=False) as ledger:
        mine, theirs = ledger.cards()
        reported = ledger.reported("J-1")
    assert result == Merged(cards=1, grown=0, stages=5, presentations=1, clashes=())
    assert (mine.station, theirs.station, theirs.operator) == ("bench-1", "bench-2", "zoe")
    assert (theirs.uid, theirs.digest, theirs.is_done) == (OTHER_UID, DIGEST, True)
    assert len(reported) == 2
    assert len(contents(own)["presentations"]) == 2
    assert check_ledger(own) == []


def test_merging_again_brings_nothing(own: Path, other: Path) -> None:
    book(other, card(OTHER_UID, OTHER_TOKEN), *WHOLE, presented=[shown(), shown(uid=OTHER_UID)])
    merged(own, other)
    before = contents(own)

    again = merged(own, other)

    assert again == Merged(cards=0, grown=0, stages=0, presentations=0, clashes=())
    assert contents(own) == before


def test_other_ledger_stays_untouched(own: Path, other: Path) -> None:
    book(other, card(OTHER_UID, OTHER_TOKEN), "written")
    before = other.read_bytes()

    merged(own, other)

    assert other.read_bytes() == before


def test_dry_run_says_the_same_and_writes_nothing(own: Path, other: Path) -> None:
    book(other, card(OTHER_UID, OTHER_TOKEN), *WHOLE, presented=[shown(uid=OTHER_UID)])
    before = contents(own)

    planned = merged(own, other, dry_run=True)

    assert contents(own) == before
    assert planned == merged(own, other)


def copy_of(own: Path, other: Path) -> Path:
    """The other station went on from a copy of this one's ledger."""
    shutil.copy(own, other)
    return other


def test_longer_history_wins(own: Path, other: Path) -> None:
    book(own, card(OTHER_UID, OTHER_TOKEN))
    copy_of(own, other)
    with Ledger.open(other, writable=True) as ledger:
        record(ledger, OTHER_UID, *WHOLE, at=LATER, by=OTHER_BENCH)

    result = merged(own, other)

    with Ledger.open(own, writable=False) as ledger:
        found = ledger.card_with_uid(OTHER_UID)
    assert (result.cards, result.grown, result.stages) == (0, 1, 4)
    assert found is not None
    assert (found.stage, found.digest, found.station) == ("booked", DIGEST, "bench-2")


def test_shorter_history_changes_nothing(own: Path, other: Path) -> None:
    copy_of(own, other)
    with Ledger.open(own, writable=True) as ledger:
        record(ledger, UID, "unprotected", at=LATER)
    before = contents(own)

    result = merged(own, other)

    assert (result.grown, result.clashes) == (0, ())
    assert contents(own) == before


def test_card_that_was_scrapped_there_gives_its_token_to_the_next(own: Path, other: Path) -> None:
    book(own, card(OTHER_UID, OTHER_TOKEN), "written")
    copy_of(own, other)
    with Ledger.open(other, writable=True) as ledger:
        ledger.scrap(OTHER_TOKEN, at=LATER, by=OTHER_BENCH)
        ledger.begin(card(THIRD_UID, OTHER_TOKEN), at=LATER, by=OTHER_BENCH)

    result = merged(own, other)

    with Ledger.open(own, writable=False) as ledger:
        live = ledger.card_with_token(OTHER_TOKEN)
    assert kinds(result) == []
    assert live is not None
    assert live.uid == THIRD_UID
    assert check_ledger(own) == []


def test_card_encoded_again_there_comes_with_its_new_address(own: Path, other: Path) -> None:
    book(own, card(OTHER_UID, OTHER_TOKEN, protection="password", key_id="9f2c"), *WHOLE)
    copy_of(own, other)
    with Ledger.open(other, writable=True) as ledger:
        record(ledger, OTHER_UID, "unprotected", at=LATER)
        anew = card(OTHER_UID, OTHER_TOKEN, url="https://new.example/c/" + OTHER_TOKEN)
        ledger.begin(anew, at=LATER, by=BENCH)

    result = merged(own, other)

    with Ledger.open(own, writable=False) as ledger:
        found = ledger.card_with_uid(OTHER_UID)
    assert kinds(result) == []
    assert found is not None
    assert (found.url, found.key_id, found.digest) == (anew.url, None, None)


def test_what_only_one_of_the_two_knows_is_kept(own: Path, other: Path) -> None:
    copy_of(own, other)
    damage(own, "UPDATE cards SET config = NULL, url = NULL")
    damage(other, "UPDATE cards SET digest = NULL")
    with Ledger.open(other, writable=True) as ledger:
        record(ledger, UID, "unprotected", at=LATER)

    merged(own, other)

    with Ledger.open(own, writable=False) as ledger:
        (found,) = ledger.cards()
    assert found.url is not None
    assert found.config is not None
    assert found.digest == DIGEST


def test_ledger_of_version_1_is_brought_in_and_left_as_it_is(own: Path, other: Path) -> None:
    own.unlink()
    book(own, card(THIRD_UID[:-1] + "9", THIRD_TOKEN))
    version_1(other)
    before = other.read_bytes()

    result = merged(own, other)

    assert (result.cards, result.stages, kinds(result)) == (3, 10, [])
    assert other.read_bytes() == before
    assert check_ledger(own) == []


Spoil = Callable[[Path, Path], None]


def two_tokens(_own: Path, other: Path) -> None:
    """One chip with two tokens."""
    book(other, card(UID, OTHER_TOKEN), *WHOLE)


def two_live_cards(_own: Path, other: Path) -> None:
    """One token on two chips."""
    book(other, card(OTHER_UID), *WHOLE)


def two_histories(own: Path, other: Path) -> None:
    """One card that both stations worked on."""
    copy_of(own, other)
    for path, bench in ((own, BENCH), (other, OTHER_BENCH)):
        with Ledger.open(path, writable=True) as ledger:
            record(ledger, UID, "unprotected", at=LATER, by=bench)


def two_jobs(_own: Path, other: Path) -> None:
    """One card in two jobs."""
    book(other, card(job="J-2"), *WHOLE)


def two_addresses(_own: Path, other: Path) -> None:
    """One card with two addresses."""
    book(other, card(url="https://other.example/c/X"), *WHOLE)


def two_digests(_own: Path, other: Path) -> None:
    """One card that was read back as two things."""
    book(other, card(), *WHOLE)
    damage(other, f"UPDATE cards SET digest = '{'cd' * 32}'")


CLASHES: list[tuple[Spoil, list[tuple[str, str]]]] = [
    (two_tokens, [("uid-with-two-tokens", UID)]),
    (two_live_cards, [("token-on-two-cards", OTHER_UID)]),
    (two_histories, [("histories-differ", UID)]),
    (two_jobs, [("job-differs", UID)]),
    (two_addresses, [("url-differs", UID)]),
    (two_digests, [("card-differs", UID)]),
]


@pytest.mark.parametrize(("spoil", "clashes"), CLASHES)
def test_clash_is_named_and_nothing_is_written(
    spoil: Spoil, clashes: list[tuple[str, str]], own: Path, other: Path
) -> None:
    spoil(own, other)
    book(other, card(THIRD_UID, THIRD_TOKEN), *WHOLE)
    before = contents(own)

    result = merged(own, other)

    assert kinds(result) == clashes
    assert all(clash.hint and clash.token for clash in result.clashes)
    assert contents(own) == before


def test_merge_that_wrote_in_spite_of_a_clash_would_be_caught(own: Path, other: Path) -> None:
    two_addresses(own, other)
    book(other, card(THIRD_UID, THIRD_TOKEN), *WHOLE)
    before = contents(own)

    with Ledger.open(own, writable=True) as ledger:
        plan = plan_merge(contents_of(ledger._db), read_whole(other))
        carry_out(ledger._db, plan)

    assert plan.clashes
    assert contents(own) != before


def test_every_clash_is_named_at_once(own: Path, other: Path) -> None:
    book(own, card(THIRD_UID, THIRD_TOKEN), *WHOLE)
    book(other, card(UID, OTHER_TOKEN), *WHOLE)
    book(other, card(OTHER_UID, THIRD_TOKEN, "J-2", url="https://x.example"), *WHOLE)

    result = merged(own, other)

    assert {kind for kind, _ in kinds(result)} == {
        "uid-with-two-tokens",
        "token-on-two-cards",
        "job-differs",
        "url-differs",
    }


def test_every_kind_of_clash_has_its_case() -> None:
    assert {kind for _, found in CLASHES for kind, _ in found} == set(get_args(ClashKind))


def test_ledger_with_something_wrong_is_not_brought_in(own: Path, other: Path) -> None:
    book(other, card(OTHER_UID, OTHER_TOKEN), *WHOLE)
    damage(other, f"DELETE FROM stages WHERE uid = '{OTHER_UID}' AND stage = 'locked'")
    before = contents(own)

    with pytest.raises(LedgerError, match="nothing was written") as caught:
        merged(own, other)

    assert "ledger check" in caught.value.hint
    assert contents(own) == before


def test_clock_that_ran_backwards_is_no_hindrance(own: Path, other: Path) -> None:
    book(other, card(OTHER_UID, OTHER_TOKEN), "written", at=LATER)
    with Ledger.open(other, writable=True) as ledger:
        record(ledger, OTHER_UID, "verified", at=START)

    assert merged(own, other).cards == 1


def test_merge_that_fails_half_way_leaves_nothing(own: Path, other: Path) -> None:
    for number in range(5):
        book(other, card(f"04{number:012X}", mint_token()))
    before = contents(own)
    with Ledger.open(own, writable=True) as ledger:
        ledger._db.execute(
            "CREATE TEMP TRIGGER full BEFORE INSERT ON cards WHEN NEW.uid = '04000000000003'"
            " BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
        with pytest.raises(LedgerError, match="disk full"):
            ledger.merge(other)

    assert contents(own) == before


@pytest.mark.parametrize("seed", range(6))
def test_ledgers_merged_either_way_say_the_same(seed: int, own: Path, other: Path) -> None:
    """Each station works on cards of its own after both started from one file."""
    chance = random.Random(seed)
    own.unlink()
    for number in range(12):
        book(
            own,
            card(f"04{number:012X}", mint_token(chance.randrange)),
            *WHOLE[: chance.randint(0, 3)],
        )
    copy_of(own, other)
    for path, bench, mine in ((own, BENCH, range(6)), (other, OTHER_BENCH, range(6, 12))):
        work_on(path, bench, [f"04{number:012X}" for number in mine], chance)
    there = copy_of(other, other.with_name("there.db"))

    first, second = merged(own, other), merged(there, own)

    assert (first.clashes, second.clashes) == ((), ())
    assert told(own) == told(there)
    assert check_ledger(own) == []


def work_on(path: Path, bench: Bench, uids: list[str], chance: random.Random) -> None:
    """Finish, scrap or leave each card, and begin some new ones."""
    with Ledger.open(path, writable=True) as ledger:
        for uid in uids:
            found = ledger.card_with_uid(uid)
            assert found is not None
            choice = chance.random()
            if choice < 0.4:
                record(ledger, uid, *WHOLE, at=LATER, by=bench)
            elif choice < 0.7:
                ledger.scrap(found.token, at=LATER, by=bench)
                new = card(uid[:2] + "FF" + uid[4:], found.token)
                ledger.begin(new, at=LATER, by=bench)
                ledger.present(shown(uid=new.uid), at=LATER, by=bench)


def told(path: Path) -> list[object]:
    """What a ledger says of each card and of each presentation, in no order."""
    with Ledger.open(path, writable=False) as ledger:
        cards = sorted(ledger.cards(), key=lambda found: found.uid)
    presentations = sorted(row[1:] for row in contents(path)["presentations"])
    stages: dict[str, list[object]] = {}
    for _, uid, *stage in contents(path)["stages"]:
        stages.setdefault(uid, []).append(stage)
    return [cards, presentations, stages]
