"""What a run would do with a card, found by the run's own checks. Nothing here writes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from encoder.chips.models import WRITABLE, ChipModel
from encoder.chips.password import Credentials
from encoder.errors import CardFailedError, CardLostError, CardRefusedError, Failure, Refusal
from encoder.ledger import BookedCard
from encoder.plan import Goal
from encoder.station.checking import changes
from encoder.station.identify import (
    check_allowed,
    check_begun,
    check_genuine,
    check_new,
    check_unprotected,
    identify,
    read_state,
)
from encoder.station.session import Session
from landing.contract.documents import Job, JobItem

Act = Literal["write", "finish", "encode-again", "leave", "refuse", "fail"]
_SHORTEST_URL = "https://a.fr/c/0000000000000"  # where no job says how long the address is


@dataclass(frozen=True, slots=True)
class Intention:
    """What a run would do, in words; ``reason`` is the one that it would give."""

    act: Act
    words: str
    reason: Refusal | Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """A run's checks of one card, for a job or for any; ``bearer`` finds a token's card."""

    booked: BookedCard | None
    known: Mapping[bytes, ChipModel]
    job: Job | None = None
    bearer: Callable[[str], BookedCard | None] = lambda _token: None
    credentials: Credentials | None = None

    def intention(self, session: Session) -> Intention:
        """Check the card as a run would.

        Raises:
            CardLostError: the card was taken away meanwhile.
        """
        booked = self.booked
        try:
            return self._of_new(session) if booked is None else self._of_booked(session, booked)
        except CardLostError:
            raise
        except CardRefusedError as error:
            return Intention("refuse", f"refuse it: {error.reason}, {error}", error.reason)
        except CardFailedError as error:
            return Intention("fail", f"fail: {error.reason}, {error}", error.reason)

    def _of_booked(self, session: Session, booked: BookedCard) -> Intention:
        if booked.is_scrapped:
            raise CardRefusedError("uid-booked", f"scrapped in {booked.job}")
        if self.job is not None and self._item_of(booked) is None:
            raise CardRefusedError("uid-booked", f"the card belongs to the job {booked.job}")
        model = self._identified(session)
        if booked.is_done:
            return self._of_done(session, model, booked)
        found = read_state(session, model, self.credentials)
        if booked.is_unprotected:
            check_unprotected(found)
            return Intention("encode-again", f"encode it again in {booked.job} with {booked.token}")
        url = booked.url or ""
        check_begun(found, Goal(url=url, protection=booked.protection, mirror=booked.mirror))
        return Intention("finish", f"finish it in {booked.job} with {booked.token}")

    def _of_done(self, session: Session, model: ChipModel, booked: BookedCard) -> Intention:
        found = read_state(session, model, self.credentials)
        told = changes(session, found, booked)
        if told:
            raise CardFailedError(
                "verify-mismatch", f"it is booked as done for {booked.job}, but {'; '.join(told)}"
            )
        return Intention("leave", f"leave it: done for {booked.job} with {booked.token}")

    def _of_new(self, session: Session) -> Intention:
        model = self._identified(session)
        if self.job is not None and self.job.policy.require_genuine:
            check_genuine(session, model)
        found = read_state(session, model)
        goal = self._goal()
        try:
            check_new(session, found, goal, overwrite=False)
        except CardRefusedError as error:
            if error.reason != "foreign-content":
                raise
            words = f"refuse it: foreign-content, {error}; write it with --overwrite"
            return Intention("refuse", words, error.reason)
        return Intention("write", "write it")

    def _identified(self, session: Session) -> ChipModel:
        model = identify(session, self.known)
        check_allowed(model, self.job.policy.chips if self.job else WRITABLE)
        return model

    def _item_of(self, booked: BookedCard) -> JobItem | None:
        if self.job is None or booked.job != self.job.job:
            return None
        items = (item for item in self.job.items if item.token == booked.token)
        return next(items, None)

    def _goal(self) -> Goal:
        """What a new card would become: the job's first item without a card."""
        if self.job is None:
            return Goal(url=_SHORTEST_URL, protection="none")
        free = (item for item in self.job.items if self.bearer(item.token) is None)
        item = next(free, None)
        if item is None:
            raise CardRefusedError("no-item", "every item is done, or begun on another card")
        return Goal(url=item.url, protection=self.job.policy.protection)
