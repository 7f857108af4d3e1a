"""One card, from its ledger row to its booking, in an order that a crash cannot spoil."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from encoder.chips import ndef
from encoder.chips.locks import lock_state, locked_cc
from encoder.chips.models import CC_PAGE, FIRST_USER_PAGE, STATIC_LOCK_PAGE
from encoder.errors import CardFailedError, NakError, QrMismatchError
from encoder.ledger import Bench, Ledger, NewCard
from encoder.plan import Plan, Planner, plan_card
from encoder.station.identify import Found
from encoder.station.session import Session
from landing.contract.documents import Job, JobItem

Prover = Callable[[JobItem, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a card's encoding works with; ``prove`` draws the label and compares it.

    ``prove`` gets the address as it was read back, and raises QrMismatchError.
    """

    job: Job
    ledger: Ledger
    bench: Bench
    clock: Callable[[], datetime]
    prove: Prover
    planner: Planner = plan_card


class Encoding:
    """The steps of one card; ``resumed`` when its row is there from an earlier presentation."""

    def __init__(
        self, desk: Desk, session: Session, found: Found, item: JobItem, *, resumed: bool
    ) -> None:
        self._desk = desk
        self._session = session
        self._found = found
        self._item = item
        self._resumed = resumed
        self._content = b""
        self._plan: Plan

    def run(self) -> None:
        """Do all steps in order.

        Raises:
            CardFailedError: the card stands as far as the ledger says, and keeps its token.
        """
        for step in self.steps():
            step()

    def steps(self) -> tuple[Callable[[], None], ...]:
        """The order: what cannot be undone comes after what proves it right."""
        return (
            self.plan,
            self.begin,
            self.write,
            self.verify,
            self.prove,
            self.lock,
            self.book,
        )

    def plan(self) -> None:
        """Decide the WRITEs by what the chip holds."""
        desk, found = self._desk, self._found
        if self._resumed:
            self._read_layout()
        self._plan = desk.planner(
            found.model, found.image, self._item.url, desk.job.policy.protection
        )
        if self._plan.locked_pages:
            pages = ", ".join(f"{page:02X}h" for page in self._plan.locked_pages)
            raise CardFailedError("verify-mismatch", f"locked with wrong content: page {pages}")

    def begin(self) -> None:
        """Book UID and token, ahead of the first WRITE."""
        if self._resumed:
            return
        card = NewCard(
            uid=self._uid,
            token=self._item.token,
            job=self._desk.job.job,
            chip=self._found.model.name,
            protection=self._desk.job.policy.protection,
            url=self._item.url,
        )
        self._desk.ledger.begin(card, at=self._desk.clock(), by=self._desk.bench)

    def write(self) -> None:
        """Write the data pages, the one with the TLV's length last."""
        for step in self._plan.data:
            self._session.write(step)
        self._record("written")

    def verify(self) -> None:
        """Read all of it back and compare."""
        try:
            image = self._session.read_all(FIRST_USER_PAGE, self._plan.last_page)
        except NakError as error:
            raise CardFailedError("verify-mismatch", str(error)) from error
        self._content = b"".join(image[page] for page in sorted(image))
        if self._content != self._plan.content:
            raise CardFailedError("verify-mismatch", "the card reads back as something else")
        digest = sha256(self._content).hexdigest()
        self._desk.ledger.record(
            self._uid, "verified", at=self._desk.clock(), by=self._desk.bench, digest=digest
        )

    def prove(self) -> None:
        """Have the label drawn and compared with the address that the chip gives."""
        try:
            self._desk.prove(self._item, ndef.url_on(self._content) or "")
        except QrMismatchError as error:
            raise CardFailedError("qr-mismatch", str(error)) from error

    def lock(self) -> None:
        """Lock as the policy asks, and read the lock state back."""
        if self._desk.job.policy.protection == "none":
            if not lock_state(self._found.model, self._found.image).is_open:
                raise CardFailedError("lock-mismatch", "the card is locked and must not be")
            return
        for step in self._plan.locks:
            self._session.write(step)
        self._check_locks()
        self._record("locked")

    def book(self) -> None:
        """Book the card as done."""
        self._record("booked")

    def _check_locks(self) -> None:
        model = self._found.model
        try:
            image = self._session.read(STATIC_LOCK_PAGE)
            image |= self._session.read(model.dynamic_lock_page)
        except NakError as error:
            raise CardFailedError("lock-mismatch", str(error)) from error
        wrong = [step.page for step in self._plan.locks if not step.stands_in(image[step.page])]
        is_read_only = image[CC_PAGE] == locked_cc(model)
        if wrong or not is_read_only or not lock_state(model, image).is_full(model):
            raise CardFailedError("lock-mismatch", "not every lock bit reads back as set")

    def _read_layout(self) -> None:
        """Read the pages that the card's content takes, to see where it stands."""
        found, desk = self._found, self._desk
        empty = desk.planner(found.model, found.image, self._item.url, "none")
        try:
            found.image.update(self._session.read_all(FIRST_USER_PAGE, empty.last_page))
        except NakError as error:
            raise CardFailedError("verify-mismatch", str(error)) from error

    def _record(self, stage: Literal["written", "locked", "booked"]) -> None:
        self._desk.ledger.record(self._uid, stage, at=self._desk.clock(), by=self._desk.bench)

    @property
    def _uid(self) -> str:
        return self._session.uid.hex().upper()
