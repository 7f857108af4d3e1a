"""Book a report: bind each chip to its card and make the card active, all or nothing."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from landing.cards.model import Card, Encoding, states_after_report
from landing.contract.documents import Policy, Report, ReportedCard, format_time
from landing.contract.token import format_token
from landing.errors import ContradictionError, DataError
from landing.jobs.replaced import is_late, keep_replaced, replaced_faults
from landing.storage.cards import bind_card, find_card, find_card_by_uid, set_card_state
from landing.storage.connection import Connection
from landing.storage.jobs import find_job, release_job

_MOST_FAULTS = 20
_MOST_AHEAD = timedelta(days=1)  # a workstation's clock may be wrong, but not by much


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """What a report changed: each of its cards is counted once, or named as withdrawn.

    ``again`` are cards that were encoded anew, or scrapped and made again. The tokens in
    ``withdrawn`` are retired, as those of a cancelled job are: their chips are booked, and will
    never open a page.
    """

    job: str
    active: int
    unclaimed: int
    unchanged: int
    again: int = 0
    withdrawn: tuple[str, ...] = ()


def book_report(db: Connection, report: Report, *, now: datetime) -> Booking:
    """Book a report in the caller's transaction; handing it in again changes nothing.

    Raises:
        DataError: the job is unknown.
        ContradictionError: a card contradicts the job or what is booked already.
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
            (reported.token, fault)
            for reported, card in cards
            for fault in [
                *_faults(db, report.job, job.policy, reported, card),
                *_clock_faults(reported, now),
            ]
        ]
    )
    if cards and job.released_at is None:  # its command was cut short, but its file was there
        release_job(db, job.id, now)
    ended = [
        (card.token, _book(db, report.job, card, reported, report.station, now))
        for reported, card in cards
        if card
    ]
    ends = Counter(end for _, end in ended)
    return Booking(
        job=report.job,
        active=ends["active"],
        unclaimed=ends["unclaimed"],
        unchanged=ends["unchanged"],
        again=ends["again"],
        withdrawn=tuple(token for token, end in ended if end == "withdrawn"),
    )


def _book(
    db: Connection, job: str, card: Card, reported: ReportedCard, station: str, now: datetime
) -> str:
    late = is_late(db, reported)
    encoded_again = card.encoding is not None and not late and _is_newer(reported, card.encoding)
    if card.encoding is None or encoded_again:
        bind_card(db, card.token, _encoding(reported, station))
    if not late:
        keep_replaced(db, reported, job=job, now=now)
    if card.state == "retired":
        return "withdrawn"
    states = states_after_report(card.state, has_person=card.profile_uid is not None)
    for state in states:
        set_card_state(db, card.token, state, now)
    if states:
        return states[-1]
    return "again" if encoded_again else "unchanged"


def _faults(
    db: Connection, job: str, policy: Policy, reported: ReportedCard, card: Card | None
) -> list[str]:
    if card is None or card.job != job:
        return [f"it is not a token of {job}"]
    if is_late(db, reported) and not _stands_in(card, reported):
        return []
    faults = [
        *_policy_faults(policy, reported),
        *_binding_faults(card, reported),
        *replaced_faults(db, reported),
    ]
    other = find_card_by_uid(db, reported.uid)
    if other is not None and other.token != card.token:
        faults.append(f"the chip {reported.uid} is bound to {format_token(other.token)}")
    return faults


def _clock_faults(reported: ReportedCard, now: datetime) -> list[str]:
    """A time to come would make every true encoding after it count as an older one."""
    last = max(stage.at for stage in reported.stages)
    if last <= now + _MOST_AHEAD:
        return []
    told = f"it was encoded at {format_time(last)}, and here it is {format_time(now)}"
    return [f"{told}: a clock is wrong"]


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
    if booked is None or _stands_in(card, reported):
        return []
    if booked.uid != reported.uid:
        return [f"it is bound to the chip {booked.uid}, the report says {reported.uid}"]
    same = (booked.chip, booked.digest) == (reported.chip, reported.digest)
    reworked = booked.chip == reported.chip and _was_reworked(booked, reported)
    return (
        [] if same or reworked else ["it was booked with another chip product or another content"]
    )


def _stands_in(card: Card, reported: ReportedCard) -> bool:
    """Whether the card that is booked was scrapped, and the reported one has its place."""
    return card.encoding is not None and card.encoding.uid in reported.replaced


def _was_reworked(booked: Encoding, reported: ReportedCard) -> bool:
    """Whether the two are of different times, of a card that can be encoded more than once."""
    return booked.protection != "permanent" and _finished(booked) != _finished(reported)


def _is_newer(reported: ReportedCard, booked: Encoding) -> bool:
    """Whether the card was made again or encoded anew; an older report comes late."""
    if booked.uid in reported.replaced:
        return True
    return booked.protection != "permanent" and _finished(reported) > _finished(booked)


def _finished(encoded: Encoding | ReportedCard) -> str:
    """When the last stage was done, as precisely as it is kept."""
    return max(format_time(stage.at) for stage in encoded.stages)


def _refuse(faults: list[tuple[str, str]]) -> None:
    if not faults:
        return
    told = "; ".join(f"{format_token(token)}: {fault}" for token, fault in faults[:_MOST_FAULTS])
    more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
    raise ContradictionError(
        f"the report contradicts what is known: {told}{more}; nothing was booked", tuple(faults)
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
