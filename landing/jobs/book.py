"""Book a report: bind each chip to its card and make the card active, all or nothing."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from landing.cards.model import Card, Encoding, states_after_report
from landing.contract.documents import Policy, Report, ReportedCard
from landing.contract.token import format_token
from landing.errors import DataError
from landing.storage.cards import bind_card, find_card, find_card_by_uid, set_card_state
from landing.storage.connection import Connection
from landing.storage.jobs import find_job, release_job

_MOST_FAULTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What a report changed: how many cards became active or unclaimed, or stayed."""

    job: str
    active: int
    unclaimed: int
    unchanged: int


def book_report(db: Connection, report: Report, *, now: datetime) -> Booking:
    """Book a report in the caller's transaction; handing it in again changes nothing.

    Raises:
        DataError: the job is unknown, or a card contradicts the job or what is booked already.
    """
    job = find_job(db, report.job)
    if job is None:
        raise DataError(
            f"there is no job {report.job}; nothing was booked",
            hint="hand the report to the site that made the job",
        )
    cards = [(reported, find_card(db, reported.token)) for reported in report.cards]
    _refuse(
        [
            fault
            for reported, card in cards
            for fault in _faults(db, report.job, job.policy, reported, card)
        ]
    )
    if job.released_at is None:  # its command was cut short, but its file was there
        release_job(db, job.id, now)
    ends = Counter(
        _book(db, card, reported, report.station, now) for reported, card in cards if card
    )
    return Booking(
        job=report.job,
        active=ends["active"],
        unclaimed=ends["unclaimed"],
        unchanged=ends["unchanged"],
    )


def _book(db: Connection, card: Card, reported: ReportedCard, station: str, now: datetime) -> str:
    if card.encoding is None:
        bind_card(db, card.token, _encoding(reported, station))
    states = states_after_report(card.state, has_person=card.profile_uid is not None)
    for state in states:
        set_card_state(db, card.token, state, now)
    return states[-1] if states else "unchanged"


def _faults(
    db: Connection, job: str, policy: Policy, reported: ReportedCard, card: Card | None
) -> list[str]:
    if card is None or card.job != job:
        return [f"{format_token(reported.token)} is not a token of {job}"]
    faults = [*_policy_faults(policy, reported), *_binding_faults(card, reported)]
    other = find_card_by_uid(db, reported.uid)
    if other is not None and other.token != card.token:
        faults.append(f"the chip {reported.uid} is bound to {format_token(other.token)}")
    return [f"{format_token(card.token)}: {fault}" for fault in faults]


def _policy_faults(policy: Policy, reported: ReportedCard) -> list[str]:
    faults = []
    if reported.chip not in policy.chips:
        faults.append(f"the chip is {reported.chip}, the job takes {', '.join(policy.chips)}")
    if reported.protection != policy.protection:
        faults.append(f"the protection is {reported.protection}, the job asks {policy.protection}")
    if policy.require_genuine and reported.genuine is not True:
        faults.append("the chip is not proven genuine, and the job asks for it")
    return faults


def _binding_faults(card: Card, reported: ReportedCard) -> list[str]:
    booked = card.encoding
    if booked is None:
        return []
    if booked.uid != reported.uid:
        return [f"it is bound to the chip {booked.uid}, the report says {reported.uid}"]
    if (booked.chip, booked.digest) != (reported.chip, reported.digest):
        return ["it was booked with another chip product or another content"]
    return []


def _refuse(faults: list[str]) -> None:
    if not faults:
        return
    told = "; ".join(faults[:_MOST_FAULTS])
    more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
    raise DataError(
        f"the report contradicts what is known: {told}{more}; nothing was booked",
        hint="set these cards aside, and compare the workstation's ledger with: "
        "wecard-landing card show TOKEN",
    )


def _encoding(reported: ReportedCard, station: str) -> Encoding:
    return Encoding(
        uid=reported.uid,
        chip=reported.chip,
        protection=reported.protection,
        genuine=reported.genuine,
        digest=reported.digest,
        station=station,
        operator=reported.operator,
        stages=reported.stages,
    )
