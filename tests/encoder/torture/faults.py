"""Broken engines: each has one fault, which the tear matrix must find."""

from collections.abc import Callable
from dataclasses import replace

from encoder.chips import commands
from encoder.chips.locks import Image
from encoder.chips.models import CC_PAGE, STATIC_LOCK_PAGE, ChipModel
from encoder.chips.steps import PageWrite, PasswordProof, Step
from encoder.errors import CardFailedError
from encoder.ledger import BookedCard
from encoder.plan import Goal, Plan, Planner, plan_card
from encoder.station.encoding import Encoding
from encoder.station.session import Session
from encoder.station.visit import Visit
from landing.contract.documents import JobItem

Act = Callable[[], None]


def length_first(model: ChipModel, image: Image, goal: Goal) -> Plan:
    """The page with the TLV's length comes ahead of the message."""
    plan = plan_card(model, image, goal)
    return replace(plan, data=(*plan.data[-1:], *plan.data[:-1]))


def never_blanks(model: ChipModel, image: Image, goal: Goal) -> Plan:
    """What a card held before is overwritten as it stands."""
    plan = plan_card(model, image, goal)
    last = {step.page: step for step in plan.data if isinstance(step, PageWrite)}
    return replace(plan, data=tuple(last.values()))


def cfg0_before_pwd(model: ChipModel, image: Image, goal: Goal) -> Plan:
    """The chip asks for a password that it does not have yet."""
    plan = plan_card(model, image, goal)
    asks = tuple(step for step in plan.data if getattr(step, "page", None) == model.cfg0_page)
    return replace(plan, data=(*asks, *(step for step in plan.data if step not in asks)))


def proves_no_password(model: ChipModel, image: Image, goal: Goal) -> Plan:
    """PWD and PACK are believed to be what was written."""
    plan = plan_card(model, image, goal)
    if any(step.page == model.pwd_page for step in plan.data if isinstance(step, PageWrite)):
        kept = (step for step in plan.data if not isinstance(step, PasswordProof))
        return replace(plan, data=tuple(kept))
    return plan


def config_after_length(model: ChipModel, image: Image, goal: Goal) -> Plan:
    """The mirror is set up over a message that shows already."""
    plan = plan_card(model, image, goal)
    is_late = {step: _is_config(step, model) for step in plan.data}
    early = tuple(step for step in plan.data if not is_late[step])
    return replace(plan, data=(*early, *(step for step in plan.data if is_late[step])))


def cc_first(model: ChipModel, image: Image, goal: Goal) -> Plan:
    """A chip delivered without a CC gets it ahead of what it announces."""
    plan = plan_card(model, image, goal)
    cc = tuple(step for step in plan.locks if step.page == CC_PAGE)
    return replace(plan, data=(*cc, *plan.data), locks=tuple(s for s in plan.locks if s not in cc))


def forgets(find: Callable[[ChipModel], int | None]) -> Planner:
    """One lock is neither written nor looked at."""

    def plan_without(model: ChipModel, image: Image, goal: Goal) -> Plan:
        plan, page = plan_card(model, image, goal), find(model)
        return replace(
            plan,
            locks=tuple(step for step in plan.locks if step.page != page),
            required=tuple(step for step in plan.required if step.page != page),
        )

    return plan_without


def compares_all_but(find: Callable[[ChipModel], int | None]) -> Planner:
    """One lock is written, and what it reads as is not looked at."""

    def plan_blindly(model: ChipModel, image: Image, goal: Goal) -> Plan:
        plan, page = plan_card(model, image, goal), find(model)
        return replace(plan, required=tuple(s for s in plan.required if s.page != page))

    return plan_blindly


def cc_page(_model: ChipModel) -> int:
    """Where the CC stands."""
    return CC_PAGE


def static_page(_model: ChipModel) -> int:
    """Where the static lock bytes stand."""
    return STATIC_LOCK_PAGE


def dynamic_page(model: ChipModel) -> int | None:
    """Where the dynamic lock bytes stand."""
    return model.dynamic_lock_page


def cfg1_page(model: ChipModel) -> int:
    """Where CFGLCK stands."""
    return model.cfg1_page


def cfg0_page(model: ChipModel) -> int:
    """Where AUTH0 and the mirror stand."""
    return model.cfg0_page


class LocksBeforeItVerifies(Encoding):
    """What cannot be undone comes ahead of the proof."""

    def steps(self) -> tuple[Act, ...]:
        """Lock first, verify later."""
        return (self.plan, self.begin, self.write, self.lock, self.verify, self.prove, self.book)


class SkipsTheReadBack(Encoding):
    """It trusts the ACKs."""

    def steps(self) -> tuple[Act, ...]:
        """No verify."""
        return (self.plan, self.begin, self.write, self.lock, self.book)


class BooksAfterTheFirstWrite(Encoding):
    """The row comes behind the WRITEs."""

    def steps(self) -> tuple[Act, ...]:
        """Begin too late."""
        late = (self.begin, self.verify, self.prove, self.lock, self.book)
        return (self.plan, self.write_unbooked, *late)

    def write_unbooked(self) -> None:
        """Write without a row."""
        for step in self._plan.data:
            self._session.take(step)


class BooksBeforeItLocks(Encoding):
    """The card is called done ahead of its locks."""

    def steps(self) -> tuple[Act, ...]:
        """Book too early."""
        return (self.plan, self.begin, self.write, self.verify, self.prove, self.book, self.lock)


class ReadsNoLockBack(Encoding):
    """It takes the locks for set."""

    def lock(self) -> None:
        """Lock, and look away."""
        for step in self._plan.locks:
            self._session.write(step)
        if self._goal.protection != "none":
            self._record("locked")


class TakesLostAcksForFailure(Session):
    """One lost answer, and the card is given up."""

    def write(self, step: PageWrite) -> None:
        """WRITE once."""
        self.writes += 1
        if self._exchange(commands.write(step.page, step.data)) != commands.ACK:
            self._select_again()
            raise CardFailedError("write-failed", "no ACK")


class TakesLostAcksForSuccess(Session):
    """One lost answer, and the page is believed to be written."""

    def write(self, step: PageWrite) -> None:
        """WRITE once."""
        self.writes += 1
        if self._exchange(commands.write(step.page, step.data)) != commands.ACK:
            self._select_again()


class NeverSelectsAgain(Session):
    """After a NAK, or silence, it talks on to a chip that has fallen back to IDLE."""

    def _select_again(self) -> None:
        """Do nothing."""


class TakesAnyAnswer(Session):
    """Whatever the chip says is as long as it should be."""

    def ask(self, frame: bytes, length: int, *, tries: int = 1) -> bytes:
        """Send a frame once."""
        return self._exchange(frame) or bytes(length)


class WritesAheadOfItsChecks(Visit):
    """The lock bytes are tried before the card is looked at."""

    def _identify(self) -> ChipModel:
        self._session.write(PageWrite(STATIC_LOCK_PAGE, bytes(4), bytes(4)))
        return super()._identify()


class TakesAnotherToken(Visit):
    """A card that comes back gets the next free item."""

    def _resume(self, booked: BookedCard, item: JobItem) -> None:
        super()._resume(booked, self._worklist.take() or item)


def _is_config(step: Step, model: ChipModel) -> bool:
    if isinstance(step, PasswordProof):
        return True
    return step.page in range(model.cfg0_page, model.pack_page + 1)
