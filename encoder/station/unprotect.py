"""Take the password off one card of ours, so that a run can encode it again with its token.

The card then opens its address, plain and without a mirror, and has the factory's password. The
ledger says ``unprotected`` ahead of the first WRITE, so that no report names a card as done that
is not, and again when all is read back. Torn or killed in between, it is done again and finished.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from encoder.chips import ndef
from encoder.chips.locks import AUTH0_OFF, auth0, config_of
from encoder.chips.models import FIRST_USER_PAGE, STATIC_LOCK_PAGE
from encoder.chips.password import FACTORY_CREDENTIALS, StationKey
from encoder.chips.steps import PageWrite, PasswordProof
from encoder.errors import FAILURE_HINTS, CardFailedError, NakError, PasswordKeptError
from encoder.ledger import Bench, BookedCard, Ledger
from encoder.plan import Goal, Plan, Planner, plan_card
from encoder.station.checking import known_with
from encoder.station.identify import Found, identify, read_state
from encoder.station.session import Session

AGAIN = "lay the same card down and run it again: wecard-encoder unprotect"

Taken = Literal["unprotected", "already-unprotected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remover:
    """What taking a password off works with; ``bench`` and ``clock`` are for the ledger."""

    ledger: Ledger
    key: StationKey
    bench: Bench
    clock: Callable[[], datetime]
    planner: Planner = plan_card

    def booked_card(self, uid: bytes) -> BookedCard:
        """The row of a card that may be unprotected.

        Raises:
            PasswordKeptError: it is not ours, has no password, or has one of another key.
        """
        booked = self.ledger.card_with_uid(uid.hex().upper())
        if booked is None:
            raise PasswordKeptError("not-booked", "the card is not in the ledger; it is as it was")
        if booked.is_scrapped:
            raise PasswordKeptError(
                "scrapped", f"the card was scrapped in the job {booked.job}; it is as it was"
            )
        if booked.protection == "permanent":
            raise PasswordKeptError(
                "permanent", "the card is locked for ever and has no password; it is as it was"
            )
        if booked.protection != "password":
            raise PasswordKeptError(
                "no-password", "the card was made without a password; it is as it was"
            )
        if booked.key_id != self.key.key_id:
            raise PasswordKeptError(
                "other-key",
                f"the card's password comes from the key {booked.key_id}, this is the key"
                f" {self.key.key_id}; the card is as it was",
            )
        return booked

    def run(self, session: Session, booked: BookedCard) -> Taken:
        """Take the password off and read the card back.

        Raises:
            CardRefusedError: the chip is not one that we know.
            CardFailedError: the card is not finished; the same may be done again.
        """
        try:
            return self._run(session, booked)
        except NakError as error:
            raise CardFailedError("write-failed", str(error), hint=AGAIN) from error
        except CardFailedError as error:
            if error.hint == FAILURE_HINTS[error.reason]:
                error.hint = AGAIN
            raise

    def _run(self, session: Session, booked: BookedCard) -> Taken:
        model = identify(session, known_with(booked))
        found = read_state(session, model, self.key.credentials(session.uid))
        plan = self._plan(session, found, booked)
        if booked.is_unprotected and _is_off(session, found, plan):
            return self._settled(found, booked)
        _require_open_config(found, plan, booked)
        opening = plan.data[0]
        if isinstance(opening, PasswordProof):
            session.prove_password(opening.credentials)
        self._book(booked, config=None)
        _write(session, found, plan)
        _read_back(session, found, plan)
        self._book(booked, config=config_of(model, found.image))
        return "unprotected"

    def _settled(self, found: Found, booked: BookedCard) -> Taken:
        """Book what was left unbooked: all of it was done, and the end of it not seen."""
        config = config_of(found.model, found.image)
        if booked.config == config:
            return "already-unprotected"
        self._book(booked, config=config)
        return "unprotected"

    def _plan(self, session: Session, found: Found, booked: BookedCard) -> Plan:
        goal = Goal(
            url=booked.url or ndef.url_on(found.area) or "",
            protection="none",
            credentials=self.key.credentials(session.uid),
        )
        last_page = self.planner(found.model, found.image, goal).last_page
        found.image.update(session.read_all(FIRST_USER_PAGE, last_page))
        return self.planner(found.model, found.image, goal)

    def _book(self, booked: BookedCard, *, config: str | None) -> None:
        self.ledger.record(booked.uid, "unprotected", at=self.clock(), by=self.bench, config=config)


def _require_open_config(found: Found, plan: Plan, booked: BookedCard) -> None:
    """Give a card up whose CFG1 a torn WRITE has locked: no key will ever open it again."""
    if plan.locked_pages:
        page = found.model.cfg1_page
        raise CardFailedError(
            "lock-mismatch",
            f"a torn WRITE has locked the card's configuration: page {page:02X}h stays as it is",
            hint=f"scrap it: wecard-encoder ledger scrap {booked.token}",
        )


def _write(session: Session, found: Found, plan: Plan) -> None:
    for step in plan.data:
        if isinstance(step, PageWrite) and step.page == found.model.pwd_page:
            session.forget_password()
        session.take(step)


def _read_back(session: Session, found: Found, plan: Plan) -> None:
    """Compare all of it, after a new power-up: only then do CFG0 and CFG1 say what they do."""
    session.forget_password()
    session.select_anew()
    try:
        image = session.read_all(FIRST_USER_PAGE, plan.last_page)
        found.image.update(image)
        found.image.update(session.read(STATIC_LOCK_PAGE))
        found.image.update(session.read_all(found.model.state_page, found.model.cfg1_page))
    except NakError as error:
        raise CardFailedError("verify-mismatch", str(error)) from error
    if b"".join(image[page] for page in sorted(image)) != plan.content:
        raise CardFailedError("verify-mismatch", "the card reads back as something else")
    if not all(step.stands_on(found.image) for step in plan.required):
        raise CardFailedError("lock-mismatch", "the configuration does not read back as it must")
    _prove_factory_password(session)


def _prove_factory_password(session: Session) -> None:
    """PWD and PACK read as 00h; PWD_AUTH alone can tell what they are."""
    try:
        session.prove_password(FACTORY_CREDENTIALS)
    except CardFailedError as error:
        if error.reason == "card-lost":
            raise
        raise CardFailedError(
            "lock-mismatch", "the card does not take the factory's password again"
        ) from error
    session.forget_password()


def _is_off(session: Session, found: Found, plan: Plan) -> bool:
    """Whether nothing is left to do."""
    if auth0(found.model, found.image) != AUTH0_OFF:
        return False
    try:
        _read_back(session, found, plan)
    except CardFailedError as error:
        if error.reason == "card-lost":
            raise
        return False
    return True
