"""500 cards through station, site and printer, with all that goes wrong in a workshop.

The station is the real command, worked over HTTP as its page does; the site is the real site,
behind a line that counts; the operator is virtual, with a box of cards that outlives each kill.
"""

import random
from collections import Counter as Tally
from collections.abc import Iterator
from pathlib import Path

import pytest

from encoder.chips.locks import CFGLCK
from encoder.chips.models import NTAG213
from encoder.ledger import check_ledger
from encoder.simulator.chip import VirtualChip
from encoder.simulator.server import FieldServer
from tests.e2e.workday import (
    AWAY,
    CARDS,
    FOREIGN,
    LOCKED,
    SEED,
    SPARE,
    TORN,
    Fronted,
    Line,
    Workday,
    box_of,
    label_token,
    order,
    pictures,
    strangers,
    uids,
    work,
)
from tests.encoder.kit import new_chip
from tests.encoder.site.counter import counter
from tests.processes import free_port


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workday]:
    """A whole day's work."""
    folder, chance = tmp_path_factory.mktemp("day"), random.Random(SEED)
    line = Line(free_port())
    with counter(line) as front:
        workshop = Fronted(folder=folder, port=line.port, front=front.site)
        own = uids(CARDS + SPARE + FOREIGN + LOCKED, chance)
        blanks = [new_chip(NTAG213, uid) for uid in own[: CARDS + SPARE]]
        day = Workday(workshop, line, frozenset(), blanks, strangers(folder, own[CARDS + SPARE :]))
        address = order(day)
        box = box_of(day, chance)
        with FieldServer(box) as server:
            work(day, address, box, server.path, chance)
        print(
            f"seed {SEED}: {CARDS} cards in {day.seconds:.0f} s, the site away for"
            f" {day.seconds_away:.0f} s, {len(day.laid)} laid, {day.torn} torn, {day.kills} kills,"
            f" {len(line.booked)} reports booked, {dict(line.counts)}"
        )
        yield day


def test_every_token_is_on_exactly_one_good_card(day: Workday) -> None:
    bench = day.at_bench()

    assert day.on_chips() == bench
    assert frozenset(bench) == day.tokens
    assert len(set(bench.values())) == CARDS


def test_every_done_card_is_locked_for_ever(day: Workday) -> None:
    done = set(day.at_bench().values())

    open_cards = {chip.uid.hex().upper() for chip in day.blanks if not is_locked(chip)}

    assert not open_cards & done
    assert len(open_cards) == SPARE  # those that nobody laid down


def is_locked(chip: VirtualChip) -> bool:
    """Static and dynamic locks and CFGLCK. Source: NTAG213/215/216 data sheet, 8.5.2, 8.5.3."""
    memory = chip.memory
    assert NTAG213.dynamic_lock_page is not None
    locks = memory[10:12] + memory[NTAG213.dynamic_lock_page * 4 :][:3]
    return locks == b"\xff\xff\xff\x0f\x3f" and bool(memory[NTAG213.cfg1_page * 4] & CFGLCK)


def test_what_goes_wrong_did_go_wrong(day: Workday) -> None:
    away = sum(end - start for start, end in AWAY)

    assert (day.torn, day.kills) == (TORN, 3)
    assert {chip.uid for chip in day.strangers} <= set(day.laid)
    assert len(day.laid) >= CARDS + FOREIGN + LOCKED + TORN
    assert away * 3 >= CARDS  # the site is away for a third of the cards


def test_refused_cards_are_as_they_came(day: Workday, tmp_path: Path) -> None:
    own = [chip.uid for chip in day.strangers]

    came = strangers(tmp_path, own)

    assert [chip.memory for chip in day.strangers] == [chip.memory for chip in came]


@pytest.fixture(scope="module")
def labels(day: Workday, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The token in each label's code, by the name of the printed file."""
    scratch = tmp_path_factory.mktemp("pages")
    return {path.name: label_token(page) for path, page in pictures(day.labels, scratch)}


def mismatches(labels: dict[str, str], on_chips: dict[str, str]) -> set[str]:
    """Labels that are not their chip's, and chips without a label."""
    named = {name.partition("-")[0]: token for name, token in labels.items()}
    return {name for name, token in named.items() if token != name} | (on_chips.keys() ^ named)


def test_every_label_matches_its_chip(day: Workday, labels: dict[str, str]) -> None:
    assert len(labels) == CARDS
    assert mismatches(labels, day.on_chips()) == set()


def test_two_swapped_labels_and_a_missing_one_would_be_noticed(
    day: Workday, labels: dict[str, str]
) -> None:
    (one, its), (another, others), *rest = labels.items()
    spoilt = {one: others, another: its, **dict(rest[1:])}

    assert mismatches(spoilt, day.on_chips()) == {its, others, rest[0][1]}


def test_site_knows_every_card(day: Workday) -> None:
    assert day.at_site() == day.at_bench()


def told_twice(day: Workday, booked: list[list[str]]) -> set[str]:
    """Cards that the site booked more than once, save what a kill caught ahead of the ledger.

    A report that the site booked and the ledger has no answer to is sent once more, by the next
    process, first of all.
    """
    told = Tally(token for tokens in booked for token in tokens)
    twice = {token for token, times in told.items() if times > 1}
    caught = [tokens for tokens in booked if twice & set(tokens)]
    return twice if len(caught) > 2 * day.kills else set()


def test_nothing_is_reported_twice(day: Workday) -> None:
    told = Tally(token for tokens in day.line.booked for token in tokens)

    assert told.keys() == day.tokens
    assert told_twice(day, day.line.booked) == set()
    assert day.line.counts["unclaimed"] == CARDS
    assert day.line.counts["active"] == day.line.counts["again"] == 0
    assert day.line.counts["unchanged"] == told.total() - CARDS


def test_reports_sent_twice_would_be_noticed(day: Workday) -> None:
    assert told_twice(day, day.line.booked * 2) == day.tokens


def test_ledger_passes_its_check(day: Workday) -> None:
    result = day.workshop.run(
        "wecard-encoder", "ledger", "check", "--ledger", str(day.workshop.ledger)
    )

    assert result.returncode == 0, result.stdout
    assert check_ledger(day.workshop.ledger) == []
