"""One presentation: from the activation of a card to the event that tells what became of it."""

from dataclasses import dataclass

from encoder.chips.models import ChipModel
from encoder.errors import (
    CardFailedError,
    CardLostError,
    CardRefusedError,
    Failure,
    NakError,
    ReaderError,
    Refusal,
)
from encoder.ledger import BookedCard, PresentationStatus
from encoder.plan import Goal
from encoder.station.checking import differences
from encoder.station.encoding import Desk, Encoding
from encoder.station.events import Card
from encoder.station.identify import (
    Found,
    check_allowed,
    check_begun,
    check_genuine,
    check_new,
    check_unprotected,
    identify,
    read_state,
)
from encoder.station.session import Session
from encoder.station.worklist import Worklist
from landing.contract.documents import JobItem


@dataclass(slots=True)
class Verdict:
    """What became of a card, in the making; ``error`` is what the operator is told."""

    status: PresentationStatus = "failed"
    token: str | None = None
    chip: str | None = None
    reason: Refusal | Failure | None = None
    error: CardRefusedError | CardFailedError | ReaderError | None = None


class Visit:
    """A card on the reader, looked at and finished if it is one of ours to finish."""

    def __init__(
        self,
        desk: Desk,
        worklist: Worklist,
        session: Session,
        *,
        overwrite: bool,
        encoding: type[Encoding] = Encoding,
    ) -> None:
        self._desk = desk
        self._worklist = worklist
        self._session = session
        self._overwrite = overwrite
        self._encoding = encoding
        self.verdict = Verdict()

    def run(self) -> Verdict | None:
        """Do what there is to do; a lost reader is a verdict too, with its error kept.

        None: the card must wait, as all that remains is in work at other readers.
        """
        verdict = self.verdict
        try:
            if not self._handle():
                return None
        except CardRefusedError as error:
            verdict.status, verdict.reason, verdict.error = "refused", error.reason, error
            verdict.token = None
        except CardFailedError as error:
            verdict.status, verdict.reason, verdict.error = "failed", error.reason, error
        except ReaderError as error:
            verdict.status, verdict.reason, verdict.error = "failed", "reader-lost", error
        return verdict

    def event(self, seconds: float) -> Card:
        """The verdict as the event that tells it."""
        return Card(
            status=self.verdict.status,
            token=self.verdict.token,
            uid=self.uid,
            chip=self.verdict.chip,
            reason=self.verdict.reason,
            exchanges=self._session.exchanges,
            writes=self._session.writes,
            seconds=round(seconds, 3),
        )

    @property
    def uid(self) -> str:
        """The card's UID, as it is written everywhere."""
        return self._session.uid.hex().upper()

    def _handle(self) -> bool:
        booked = self._desk.ledger.card_with_uid(self.uid)
        if booked is None:
            return self._take_new()
        self.verdict.chip = booked.chip
        item = self._item_of(booked)
        self.verdict.token = booked.token
        if booked.is_done:
            self._check_done(booked, item)
            return True
        self._worklist.pick_up(item.token)
        try:
            self._resume(booked, item)
        finally:
            self._worklist.put_down(item.token)
        return True

    def _item_of(self, booked: BookedCard) -> JobItem:
        item = self._worklist.item(booked.token)
        if booked.job != self._desk.job.job or booked.is_scrapped or item is None:
            raise CardRefusedError("uid-booked", f"the card belongs to the job {booked.job}")
        return item

    def _take_new(self) -> bool:
        """Encode a new card for the next item; False when no item is there for it yet."""
        item = self._worklist.take()
        if item is None:
            if self._worklist.has_open_cards:
                raise CardRefusedError("no-item", "every item left is begun on another card")
            return False
        try:
            self._encode_new(item)
        except BaseException:
            self._settle(item)
            raise
        return True

    def _encode_new(self, item: JobItem) -> None:
        model = self._identify()
        genuine = self._desk.job.policy.require_genuine or None
        if genuine:
            check_genuine(self._session, model)
        found = read_state(self._session, model)
        goal = self._desk.goal(item, self._session.uid)
        check_new(self._session, found, goal, overwrite=self._overwrite)
        encoding = self._encoding(self._desk, self._session, found, item, genuine=genuine)
        self._encode(encoding, item, "done")

    def _identify(self) -> ChipModel:
        model = identify(self._session, self._desk.known)
        self.verdict.chip = model.product
        check_allowed(model, self._desk.job.policy.chips)
        return model

    def _resume(self, booked: BookedCard, item: JobItem) -> None:
        goal = self._desk.goal(item, self._session.uid)
        found = self._look_at_begun(booked, goal)
        if booked.is_unprotected:
            check_unprotected(found)
        check_begun(found, goal, overwrite=self._overwrite)
        encoding = self._encoding(
            self._desk, self._session, found, item, booked=booked, genuine=booked.genuine
        )
        self._encode(encoding, item, "resumed")

    def _look_at_begun(self, booked: BookedCard, goal: Goal) -> Found:
        """Read a begun card's state; one that only refuses frames failed, and keeps its token."""
        try:
            model = self._identify()
            if model.product == booked.chip:
                return read_state(self._session, model, goal.credentials)
        except CardRefusedError as error:
            if isinstance(error.__cause__, NakError):
                raise CardFailedError("write-failed", str(error)) from error
            raise
        raise CardFailedError(
            "verify-mismatch", f"the card was begun as {booked.chip}, and is {model.name} now"
        )

    def _check_done(self, booked: BookedCard, item: JobItem) -> None:
        """Say that the card is done, once the chip says so too; a card lifted meanwhile may go."""
        try:
            told = self._changes(booked, item)
        except CardLostError:
            told = []
        if told:
            raise CardFailedError(
                "verify-mismatch",
                f"the ledger says that the card is done, but {'; '.join(told)}",
                hint="put the card aside, and retire it at the site: someone changed it",
            )
        self.verdict.status = "already-done"

    def _changes(self, booked: BookedCard, item: JobItem) -> list[str]:
        """What is not on the chip as its row says."""
        model = self._identify()
        try:
            found = read_state(self._session, model)
        except CardRefusedError as error:
            if error.reason != "password-protected":
                raise
            return [str(error)]
        return differences(self._session, found, booked, booked.url or item.url)

    def _encode(self, encoding: Encoding, item: JobItem, status: PresentationStatus) -> None:
        encoding.run()
        self.verdict.status, self.verdict.token = status, item.token
        self._worklist.finish(item.token)

    def _settle(self, item: JobItem) -> None:
        """Leave the item with the card if its row is there, else give it back."""
        row = self._desk.ledger.card_with_uid(self.uid)
        if row is not None and row.token == item.token:
            self.verdict.token = item.token
            self._worklist.put_down(item.token)
        else:
            self._worklist.give_back(item.token)
