"""Order a job: one new card for each profile.

A job must not exist without its file, nor a file without its job. So the rows are committed
first, unreleased; then the file is put in place; then the job is marked as released. A file
therefore always has its job, and a job whose file was lost on the way is found unreleased.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from landing.cards.model import Card
from landing.contract.documents import Job, JobItem, Label, Policy
from landing.contract.url import card_url
from landing.errors import DataError
from landing.profile.model import Profile
from landing.storage.cards import delete_cards_of_job, find_card, insert_card
from landing.storage.connection import Connection
from landing.storage.jobs import JobRecord, delete_job, insert_job, next_job_number
from landing.storage.profiles import all_profiles, find_profile_by_reference

USUAL_CHIPS = ("NTAG213", "NTAG215", "NTAG216")
KNOWN_CHIPS = (*USUAL_CHIPS, "MF0UL11", "MF0UL21", "NTAG210", "NTAG212")


def wanted_profiles(db: Connection, references: Sequence[str] | None) -> list[Profile]:
    """Find the profiles of a job; None means all of them.

    Raises:
        DataError: there is none, one is unknown, or one is named twice.
    """
    if references is None:
        profiles = all_profiles(db)
        if not profiles:
            raise DataError(
                "there is no profile yet; no card was ordered",
                hint="import people with: wecard-landing profile import FILE.csv",
            )
        return profiles
    if len(set(references)) != len(references):
        raise DataError("a reference is named twice; no card was ordered", hint="name it once")
    found = [(reference, find_profile_by_reference(db, reference)) for reference in references]
    missing = [reference for reference, profile in found if profile is None]
    if missing:
        raise DataError(
            f"no profile has the reference {', '.join(missing)}; no card was ordered",
            hint="compare with the column reference of the people file",
        )
    return [profile for _, profile in found if profile is not None]


def order_job(
    db: Connection,
    profiles: Sequence[Profile],
    *,
    site: str,
    policy: Policy,
    now: datetime,
    mint: Callable[[], str],
) -> Job:
    """Keep an unreleased job with one ordered card a profile; answer its document."""
    year = now.astimezone(UTC).year
    number = next_job_number(db, year)
    record = JobRecord(
        id=f"J-{year}-{number:04}", year=year, number=number, policy=policy, created_at=now
    )
    insert_job(db, record)
    items = tuple(
        _order_card(db, record, profile, position, site=site, mint=mint)
        for position, profile in enumerate(profiles, start=1)
    )
    return Job(job=record.id, site=site, created_at=now, policy=policy, items=items)


def withdraw_job(db: Connection, job: str) -> None:
    """Take back a job whose file never came to be; its tokens stand nowhere."""
    delete_cards_of_job(db, job)
    delete_job(db, job)


def _order_card(
    db: Connection,
    record: JobRecord,
    profile: Profile,
    position: int,
    *,
    site: str,
    mint: Callable[[], str],
) -> JobItem:
    token = _free_token(db, mint)
    insert_card(
        db,
        Card(
            token=token,
            state="ordered",
            profile_uid=profile.uid,
            job=record.id,
            position=position,
            encoding=None,
            created_at=record.created_at,
            state_changed_at=record.created_at,
        ),
    )
    line = profile.company if profile.display_name != profile.company else ""
    label = Label(name=profile.display_name, line=line)
    return JobItem(position=position, token=token, url=card_url(site, token), label=label)


def _free_token(db: Connection, mint: Callable[[], str]) -> str:
    while True:
        token = mint()
        if find_card(db, token) is None:
            return token
