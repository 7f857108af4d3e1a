"""One card, from its ledger row to its booking, in an order that a crash cannot spoil."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Literal

from encoder.chips import ndef
from encoder.chips.locks import config_of, is_mirroring
from encoder.chips.mirror import Mirror, has_counter, plain_url
from encoder.chips.models import CC_PAGE, FIRST_USER_PAGE, STATIC_LOCK_PAGE, ChipModel
from encoder.chips.password import Credentials, StationKey
from encoder.errors import CardFailedError, CardRefusedError, NakError, QrMismatchError
from encoder.ledger import AlreadyBookedError, Bench, BookedCard, Ledger, NewCard
from encoder.plan import Goal, Plan, Planner, plan_card
from encoder.station.identify import KNOWN_CHIPS, Found
from encoder.station.session import Session
from landing.contract.documents import Job, JobItem

Prover = Callable[[JobItem, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a card's encoding works with; ``prove`` draws the label and compares it.

    ``prove`` gets the address as it was read back, and raises QrMismatchError. ``key`` is needed
    for passwords only; ``known`` are the chips by their answer to GET_VERSION.
    """

    job: Job
    ledger: Ledger
    bench: Bench
    clock: Callable[[], datetime]
    prove: Prover
    key: StationKey | None = None
    mirror: Mirror = "none"
    known: Mapping[bytes, ChipModel] = field(default_factory=lambda: KNOWN_CHIPS)
    planner: Planner = plan_card

    def credentials(self, uid: bytes) -> Credentials | None:
        """A card's password, where the job asks for one."""
        if self.key is None or self.job.policy.protection != "password":
            return None
        return self.key.credentials(uid)

    def goal(self, item: JobItem, uid: bytes) -> Goal:
        """What the card of an item shall be."""
        return Goal(
            url=item.url,
            protection=self.job.policy.protection,
            mirror=self.mirror,
            credentials=self.credentials(uid),
        )


class Encoding:
    """The steps of one card; ``booked`` is its row from an earlier presentation, if there is one.

    ``genuine`` is what its originality signature said, None when that was not read.
    """

    def __init__(
        self,
        desk: Desk,
        session: Session,
        found: Found,
        item: JobItem,
        *,
        booked: BookedCard | None = None,
        genuine: bool | None = None,
    ) -> None:
        self._desk = desk
        self._session = session
        self._found = found
        self._item = item
        self._booked = booked
        self._genuine = genuine
        self._goal = desk.goal(item, session.uid)
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
        """Decide the steps by what the chip holds."""
        if self._booked is not None:
            self._read_layout()
        self._plan = self._desk.planner(self._found.model, self._found.image, self._goal)
        if self._plan.locked_pages:
            pages = ", ".join(f"{page:02X}h" for page in self._plan.locked_pages)
            raise CardFailedError("verify-mismatch", f"locked with wrong content: page {pages}")

    def begin(self) -> None:
        """Book UID and token, ahead of the first WRITE.

        Raises:
            CardRefusedError: another reader's card has the UID or the token.
        """
        if self._booked is not None and not self._booked.is_unprotected:
            return
        desk, model = self._desk, self._found.model
        password = desk.key if self._goal.protection == "password" else None
        card = NewCard(
            uid=self._uid,
            token=self._item.token,
            job=desk.job.job,
            chip=model.product,
            protection=self._goal.protection,
            url=self._item.url,
            mirror=self._goal.mirror,
            key_id=password.key_id if password else None,
            version="" if self._session.storage_only else model.version.hex().upper(),
            genuine=self._genuine,
        )
        try:
            desk.ledger.begin(card, at=desk.clock(), by=desk.bench)
        except AlreadyBookedError as error:
            raise CardRefusedError("uid-booked", str(error)) from error

    def write(self) -> None:
        """Take the steps of the data pages, the one with the TLV's length last."""
        for step in self._plan.data:
            self._session.take(step)
        self._record("written")

    def verify(self) -> None:
        """Read all of it back and compare."""
        try:
            self._content, expected = self._read_back()
        except NakError as error:
            raise CardFailedError("verify-mismatch", str(error)) from error
        if self._content != expected:
            self._blank()
            raise CardFailedError("verify-mismatch", "the card reads back as something else")
        digest = sha256(self._content).hexdigest()
        self._desk.ledger.record(
            self._uid, "verified", at=self._desk.clock(), by=self._desk.bench, digest=digest
        )

    def prove(self) -> None:
        """Have the label drawn and compared with the address that the chip gives."""
        shown = ndef.url_on(self._content) or ""
        try:
            self._desk.prove(self._item, plain_url(shown, self._goal.mirror))
        except QrMismatchError as error:
            raise CardFailedError("qr-mismatch", str(error)) from error

    def lock(self) -> None:
        """Lock as the policy asks, and read the state back."""
        for step in self._plan.locks:
            self._session.write(step)
        if not self._is_as_read():
            self._read_state()
        if not all(step.stands_on(self._found.image) for step in self._plan.required):
            raise CardFailedError("lock-mismatch", "not every lock bit reads back as it must")
        if self._goal.protection != "none":
            self._record("locked")

    def book(self) -> None:
        """Book the card as done, with its configuration as it was read."""
        config = config_of(self._found.model, self._found.image)
        self._desk.ledger.record(
            self._uid, "booked", at=self._desk.clock(), by=self._desk.bench, config=config
        )

    def _blank(self) -> None:
        """Take the wrong message from a phone's eyes, as far as the chip lets us."""
        with suppress(CardFailedError):  # the card has failed already
            self._session.write(self._plan.blanking)

    def _is_as_read(self) -> bool:
        """Whether nothing was done that could have changed the state since it was read."""
        changed = {getattr(step, "page", None) for step in (*self._plan.data, *self._plan.locks)}
        user_pages = range(FIRST_USER_PAGE, self._found.model.last_user_page + 1)
        return self._goal.protection == "none" and changed <= set(user_pages)

    def _read_state(self) -> None:
        image, model = self._found.image, self._found.model
        try:
            image.update(self._session.read_all(STATIC_LOCK_PAGE, CC_PAGE))
            image.update(self._session.read_all(model.state_page, model.cfg1_page))
        except NakError as error:
            raise CardFailedError("lock-mismatch", str(error)) from error

    def _read_back(self) -> tuple[bytes, bytes]:
        """What the card shows, and what it must show; a mirror comes and goes at power-up."""
        found = self._found
        if self._plan.place is not None or is_mirroring(found.model, found.image):
            self._session.select_anew()
        image = self._session.read_all(FIRST_USER_PAGE, self._plan.last_page)
        counter = self._session.read_counter() if has_counter(self._goal.mirror) else 0
        shown = b"".join(image[page] for page in sorted(image))
        return shown, self._plan.read_as(self._session.uid, counter)

    def _read_layout(self) -> None:
        """Read the pages that the card's content takes, to see where it stands."""
        found = self._found
        last_page = self._desk.planner(found.model, found.image, self._goal).last_page
        try:
            found.image.update(self._session.read_all(FIRST_USER_PAGE, last_page))
        except NakError as error:
            raise CardFailedError("verify-mismatch", str(error)) from error

    def _record(self, stage: Literal["written", "locked"]) -> None:
        self._desk.ledger.record(self._uid, stage, at=self._desk.clock(), by=self._desk.bench)

    @property
    def _uid(self) -> str:
        return self._session.uid.hex().upper()
