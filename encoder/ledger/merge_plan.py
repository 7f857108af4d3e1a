"""What one ledger brings to another, and where the two cannot both be right; pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ClashKind = Literal[
    "uid-with-two-tokens",
    "token-on-two-cards",
    "histories-differ",
    "job-differs",
    "url-differs",
    "card-differs",
]
HINTS: dict[ClashKind, str] = {
    "uid-with-two-tokens": "lay the card down for: wecard-encoder inspect; the ledger whose address"
    " it opens is right",
    "token-on-two-cards": "find both cards, destroy one, and scrap it in its own ledger with:"
    " wecard-encoder ledger scrap TOKEN",
    "histories-differ": "both stations worked on this card: keep the two ledgers apart, and finish"
    " the card at one of them only",
    "job-differs": "ask the site which job the token is of; the other ledger is of another site",
    "url-differs": "ask the site which address is right; the other ledger is of another site",
    "card-differs": "lay the card down for: wecard-encoder inspect; the ledger that says the same"
    " is right",
}

# What a card is begun with, and what was found out about it later.
BEGUN_WITH = ("chip", "protection", "url", "mirror", "key_id", "version", "genuine")
FOUND_OUT = ("digest", "config")
_UNKNOWN = (None, "")

Stages = tuple[tuple[str, str, str, str], ...]  # stage, time, station, operator


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRecord:
    """A card as a ledger has it: its row, and its stages in order."""

    uid: str
    token: str
    job: str
    facts: Mapping[str, Any]
    stages: Stages

    @property
    def is_live(self) -> bool:
        """Whether it keeps its token."""
        return not any(stage == "scrapped" for stage, *_ in self.stages)


@dataclass(frozen=True, slots=True)
class Clash:
    """Two ledgers that cannot both be right about a card."""

    kind: ClashKind
    message: str
    uid: str
    token: str

    @property
    def hint(self) -> str:
        """What to do."""
        return HINTS[self.kind]


@dataclass(frozen=True, slots=True)
class Growth:
    """A card that both have: what its row shall be, and the stages that it gains."""

    card: CardRecord
    surplus: Stages


@dataclass(slots=True)
class MergePlan:
    """What is to be written, or why nothing is."""

    added: list[CardRecord] = field(default_factory=list)
    grown: list[Growth] = field(default_factory=list)
    presentations: list[tuple[Any, ...]] = field(default_factory=list)
    prints: list[tuple[Any, ...]] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything in a ledger: cards by UID in their order, presentations and prints."""

    cards: Mapping[str, CardRecord]
    presentations: Iterable[tuple[Any, ...]]
    prints: Iterable[tuple[Any, ...]] = ()


def plan_merge(own: Contents, other: Contents) -> MergePlan:
    """Decide what ``other`` brings; a card that both have ends with the longer history."""
    plan = MergePlan()
    for card in other.cards.values():
        mine = own.cards.get(card.uid)
        if mine is None:
            plan.added.append(card)
            continue
        clash = _clash_between(mine, card)
        if clash is not None:
            plan.clashes.append(clash)
        elif _grown(mine, card) != mine:
            plan.grown.append(Growth(_grown(mine, card), card.stages[len(mine.stages) :]))
    plan.clashes += _token_clashes(own, other, plan)
    plan.presentations = list(_missing(own.presentations, other.presentations))
    plan.prints = list(_missing(own.prints, other.prints))
    return plan


def _clash_between(mine: CardRecord, theirs: CardRecord) -> Clash | None:
    """Why two records of one UID cannot be of one card; whether their jobs differ is seen later."""
    kind: ClashKind
    if mine.token != theirs.token:
        kind, message = "uid-with-two-tokens", f"here it has {mine.token}, there {theirs.token}"
    elif not _is_continued(mine.stages, theirs.stages):
        kind, message = "histories-differ", f"here {_told(mine)}; there {_told(theirs)}"
    else:
        names = [name for name in _comparable(mine, theirs) if _differ(mine, theirs, name)]
        if not names:
            return None
        kind = "url-differs" if "url" in names else "card-differs"
        message = f"the two differ in: {', '.join(names)}"
    return Clash(kind, message, mine.uid, mine.token)


def _is_continued(one: Stages, another: Stages) -> bool:
    shared = min(len(one), len(another))
    return one[:shared] == another[:shared]


def _told(card: CardRecord) -> str:
    stage, at, station, _ = card.stages[-1]
    return f"it was {stage} at {station}, {at}"


def _comparable(mine: CardRecord, theirs: CardRecord) -> tuple[str, ...]:
    """What the two must say alike, by how much longer the one's history is."""
    surplus = _surplus(mine, theirs)
    if not surplus:
        return (*BEGUN_WITH, *FOUND_OUT)
    return () if _is_anew(surplus) else BEGUN_WITH


def _surplus(one: CardRecord, another: CardRecord) -> Stages:
    longer, shorter = sorted((one.stages, another.stages), key=len, reverse=True)
    return longer[len(shorter) :]


def _is_anew(surplus: Stages) -> bool:
    """Whether the card was encoded again in these stages, perhaps with another address."""
    return any(stage == "begun" for stage, *_ in surplus)


def _differ(mine: CardRecord, theirs: CardRecord, name: str) -> bool:
    values = mine.facts[name], theirs.facts[name]
    return values[0] != values[1] and not any(value in _UNKNOWN for value in values)


def _grown(mine: CardRecord, theirs: CardRecord) -> CardRecord:
    """The card as the longer history has it, its gaps filled by what the other knows."""
    longer, shorter = (theirs, mine) if len(theirs.stages) > len(mine.stages) else (mine, theirs)
    facts = dict(longer.facts)
    if not _is_anew(_surplus(mine, theirs)):
        facts = {
            name: shorter.facts[name] if value in _UNKNOWN else value
            for name, value in facts.items()
        }
    return CardRecord(
        uid=mine.uid, token=mine.token, job=mine.job, facts=facts, stages=longer.stages
    )


def _token_clashes(own: Contents, other: Contents, plan: MergePlan) -> Iterator[Clash]:
    here, there = _by_token(own.cards.values()), _by_token(other.cards.values())
    merged = {**other.cards, **own.cards, **{grown.card.uid: grown.card for grown in plan.grown}}
    for token in [token for token in there if token in here]:
        uids = sorted({card.uid for card in (*here[token], *there[token])})
        live = [uid for uid in uids if merged[uid].is_live]
        if len(live) > 1:
            message = f"it stands on {' and on '.join(live)}, and neither is scrapped"
            yield Clash("token-on-two-cards", message, live[-1], token)
        yield from _site_clashes(token, here[token], there[token])


def _by_token(cards: Iterable[CardRecord]) -> dict[str, list[CardRecord]]:
    found: dict[str, list[CardRecord]] = {}
    for card in cards:
        found.setdefault(card.token, []).append(card)
    return found


def _site_clashes(token: str, here: list[CardRecord], there: list[CardRecord]) -> Iterator[Clash]:
    """Job and address of one token; the address of two records of one card was compared before."""
    jobs = [{card.job for card in cards} for cards in (here, there)]
    if not jobs[0] & jobs[1]:
        message = f"here it is of the job {min(jobs[0])}, there of {min(jobs[1])}"
        yield Clash("job-differs", message, there[0].uid, token)
    if {card.uid for card in here} & {card.uid for card in there}:
        return
    urls = [{card.facts["url"] for card in cards} - {None} for cards in (here, there)]
    if all(urls) and not urls[0] & urls[1]:
        message = f"here it opens {min(urls[0])}, there {min(urls[1])}"
        yield Clash("url-differs", message, there[0].uid, token)


def _missing(
    own: Iterable[tuple[Any, ...]], other: Iterable[tuple[Any, ...]]
) -> Iterator[tuple[Any, ...]]:
    """The other's rows that are not here yet, alike ones counted."""
    here = Counter(own)
    for row in other:
        if here[row]:
            here[row] -= 1
        else:
            yield row
