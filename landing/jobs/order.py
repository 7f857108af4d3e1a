"""Order a job: one new card for each profile, or blank ones for people to come.

A job must not exist without its file, nor a file without its job. So the rows are committed
first, unreleased; then the file is put in place; then the job is marked as released. A file
therefore always has its job, and a job whose file was lost on the way is found unreleased.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from landing.cards.activation_code import activation_code, hash_activation
from landing.cards.model import Card
from landing.contract.documents import Job, JobItem, Label, Policy
from landing.contract.url import card_url
from landing.errors import DataError
from landing.profile.model import Profile
from landing.storage.activations import delete_activations_of_job, insert_activation
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
    order = _Order(db, site=site, policy=policy, now=now, mint=mint)
    for profile in profiles:
        order.add(profile.uid, label_of(profile))
    return order.document()


def order_blank_job(
    db: Connection,
    count: int,
    *,
    site: str,
    policy: Policy,
    now: datetime,
    mint: Callable[[], str],
    secret_key: str,
) -> Job:
    """Keep an unreleased job of cards without a person; their labels carry the codes."""
    order = _Order(db, site=site, policy=policy, now=now, mint=mint)
    for _ in range(count):
        token = order.add(None, Label())
        code = activation_code(secret_key, token)
        insert_activation(db, token, hash_activation(secret_key, token, code))
        order.relabel(Label(activation=code))
    return order.document()


def withdraw_job(db: Connection, job: str) -> None:
    """Take back a job whose file never came to be; its tokens stand nowhere."""
    delete_activations_of_job(db, job)
    delete_cards_of_job(db, job)
    delete_job(db, job)


def label_of(profile: Profile) -> Label:
    """The words on the card of a person or a company."""
    line = profile.company if profile.display_name != profile.company else ""
    return Label(name=profile.display_name, line=line)


class _Order:
    """A job being made, card by card, in the caller's transaction."""

    def __init__(
        self,
        db: Connection,
        *,
        site: str,
        policy: Policy,
        now: datetime,
        mint: Callable[[], str],
    ) -> None:
        year = now.astimezone(UTC).year
        number = next_job_number(db, year)
        self._db = db
        self._site = site
        self._mint = mint
        self._items: list[JobItem] = []
        self._record = JobRecord(
            id=f"J-{year}-{number:04}", year=year, number=number, policy=policy, created_at=now
        )
        insert_job(db, self._record)

    def add(self, profile_uid: str | None, label: Label) -> str:
        """Order the next card; answer its token."""
        token = _free_token(self._db, self._mint)
        position, at = len(self._items) + 1, self._record.created_at
        card = Card(
            token=token,
            state="ordered",
            profile_uid=profile_uid,
            job=self._record.id,
            position=position,
            encoding=None,
            created_at=at,
            state_changed_at=at,
        )
        insert_card(self._db, card)
        url = card_url(self._site, token)
        self._items.append(JobItem(position=position, token=token, url=url, label=label))
        return token

    def relabel(self, label: Label) -> None:
        """Give the last card other words."""
        self._items[-1] = replace(self._items[-1], label=label)

    def document(self) -> Job:
        """The job as the workstation reads it."""
        record = self._record
        return Job(
            job=record.id,
            site=self._site,
            created_at=record.created_at,
            policy=record.policy,
            items=tuple(self._items),
        )


def _free_token(db: Connection, mint: Callable[[], str]) -> str:
    while True:
        token = mint()
        if find_card(db, token) is None:
            return token
