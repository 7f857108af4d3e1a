"""The engine under attack, at length: the whole tear matrix, 200 000 wild cards, and the kills."""

import time
from collections.abc import Sequence

from tests.bench.figures import Figure, Suite
from tests.encoder.torture.fuzz import Haul, fuzz
from tests.encoder.torture.kills import Toll, kill_many
from tests.encoder.torture.many import chosen_seed, on_all_cores
from tests.encoder.torture.situations import situations
from tests.encoder.torture.tears import Effort, Tally, attack

TEARS, WILD_CARDS, KILLS = 200_000, 200_000, 300  # at the least
_LIMIT_SECONDS = 900.0  # for tears and wild cards together
_SHARE = 2_500
_METHOD = """\
Every chip, protection and mirror; new cards, someone's that are overwritten, and ones encoded
again. Each WRITE is lost before, half-way (50 contents) and after; its ACK is lost, garbled or
false; cards torn once are torn again. Wild cards hold anything, and readers make answers up. Kills
are SIGKILLs of the running command over UDP. A card is right when it ends as ordered and booked,
or, where its configuration was torn into its lock and no WRITE can mend it, as a named failure
({unfinishable} here). {silent} torn new cards held a message that opens nothing until they came
back. Seed {seed}."""


def measure() -> Suite:
    """Attack; anything that ends wrong is an error."""
    seed, begun = chosen_seed(), time.monotonic()
    torn = _tears(seed)
    wild = _wild_cards(seed)
    seconds = time.monotonic() - begun
    killed = _kills(seed)
    _check([*torn.wrong, *wild.wrong, *killed.wrong])
    return Suite(
        title="The engine under attack",
        method=_METHOD.format(unfinishable=torn.unfinishable, silent=torn.silent, seed=seed),
        figures=(
            _count("torn cards", torn.cases, "least", TEARS),
            _count("torn cards that ended right", torn.cases - len(torn.wrong), "all", torn.cases),
            _count("wild cards", wild.cases, "least", WILD_CARDS),
            _count(
                "wild cards that broke nothing", wild.cases - len(wild.wrong), "all", wild.cases
            ),
            _count("commands killed", killed.kills, "least", KILLS),
            Figure(
                what="torn and wild cards",
                ours=seconds,
                against="limit",
                theirs=_LIMIT_SECONDS,
                unit="s",
            ),
        ),
    )


def _tears(seed: int) -> Tally:
    effort, total = Effort(contents=50, twice=2, seed=seed), Tally()
    for tally in on_all_cores(attack, [(situation, effort) for situation in situations()]):
        total.add(tally)
    return total


def _wild_cards(seed: int) -> Haul:
    total = Haul()
    for haul in on_all_cores(fuzz, [(seed, n, _SHARE) for n in range(0, WILD_CARDS, _SHARE)]):
        total.add(haul)
    return total


def _kills(seed: int) -> Toll:
    shares, total = 6, Toll()
    for toll in on_all_cores(kill_many, [(KILLS // shares, seed + n, "") for n in range(shares)]):
        total.add(toll)
    return total


def _check(wrong: Sequence[str]) -> None:
    if wrong:
        raise AssertionError("\n".join([f"{len(wrong)} cases ended wrong", *wrong[:20]]))


def _count(what: str, ours: int, against: str, theirs: int) -> Figure:
    return Figure(what=what, ours=ours, against=against, theirs=theirs, unit="")
