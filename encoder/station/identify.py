"""Find out what lies on the reader, and whether it is one to take. Nothing here writes."""

from collections.abc import Collection
from dataclasses import dataclass, field

from encoder.chips import commands, ndef, tlv
from encoder.chips.locks import is_mirroring, is_password_protected, lock_state, locked_cc
from encoder.chips.models import (
    CC_PAGE,
    FIRST_USER_PAGE,
    MODELS,
    PAGE_SIZE,
    STATIC_LOCK_PAGE,
    UID_LENGTH,
    ChipModel,
)
from encoder.errors import CapacityError, CardFailedError, CardRefusedError, NakError, Refusal
from encoder.plan import card_content, data_area_bytes
from encoder.station.session import Session

_VERSION_TRIES = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A chip that we know, and the pages of it that were read so far."""

    model: ChipModel
    image: dict[int, bytes] = field(default_factory=dict)

    @property
    def area(self) -> bytes:
        """The data area as far as it was read without a gap."""
        pages: list[bytes] = []
        while FIRST_USER_PAGE + len(pages) in self.image:
            pages.append(self.image[FIRST_USER_PAGE + len(pages)])
        return b"".join(pages)[: data_area_bytes(self.model)]


def identify(session: Session) -> ChipModel:
    """Name the chip by its answer to GET_VERSION.

    Raises:
        CardRefusedError: ``unknown-chip``.
    """
    model = _model(session)
    if model is None:
        raise CardRefusedError("unknown-chip", "the card has a chip that this program cannot write")
    return model


def check_allowed(model: ChipModel, allowed: Collection[str]) -> None:
    """Refuse a chip that the job's policy does not name.

    Raises:
        CardRefusedError: ``unknown-chip``.
    """
    if model.name not in allowed:
        wanted = " or ".join(allowed)
        raise CardRefusedError(
            "unknown-chip", f"the card has {model.name}, the job asks for {wanted}"
        )


def read_state(session: Session, model: ChipModel) -> Found:
    """Read the chip's locks, CC and configuration, and where its data area begins.

    The configuration is read by FAST_READ: where AUTH0 hides its pages, a READ rolls over to page
    00h and gives the UID in their place. Source: data sheet, 10.2 and 10.3.

    Raises:
        CardRefusedError: ``password-protected`` against reading.
    """
    found = Found(model)
    try:
        found.image.update(session.read(STATIC_LOCK_PAGE))
        found.image.update(session.read_all(model.dynamic_lock_page, model.cfg1_page))
    except NakError as error:
        raise CardRefusedError("password-protected", "the chip hides its pages") from error
    return found


def read_message(session: Session, found: Found) -> None:
    """Read as much of the data area as it takes to know its NDEF message."""
    size = data_area_bytes(found.model)
    needed = tlv.bytes_to_decide(found.area, size)
    while needed > len(found.area):
        first = FIRST_USER_PAGE + len(found.area) // PAGE_SIZE
        last = FIRST_USER_PAGE + (needed - 1) // PAGE_SIZE
        found.image.update(session.read_all(first, last))
        needed = tlv.bytes_to_decide(found.area, size)


def check_new(session: Session, found: Found, url: str, *, overwrite: bool) -> None:
    """Refuse a new card that is not as delivered, or whose content is someone's.

    Raises:
        CardRefusedError: with the reason.
    """
    state = new_card_fault(found)
    if state is not None:
        raise CardRefusedError(*state)
    try:
        card_content(found.model, url)
    except CapacityError as error:
        raise CardRefusedError("too-small", str(error)) from error
    try:
        read_message(session, found)
    except NakError as error:
        raise CardRefusedError("password-protected", "the chip hides its pages") from error
    if ndef.message_on(found.area) is not None and not overwrite:
        raise CardRefusedError("foreign-content", f"the card opens {opened_by(found)}")


def new_card_fault(found: Found) -> tuple[Refusal, str] | None:
    """What the locks, the password and the CC of a new card forbid, if anything."""
    model, image = found.model, found.image
    if not lock_state(model, image).is_open:
        return "already-locked", "lock bits are set on the card"
    if is_password_protected(model, image):
        return "password-protected", f"AUTH0 is {image[model.cfg0_page][3]:02X}h"
    if image[CC_PAGE] != model.cc:
        return "bad-cc", f"the CC is {image[CC_PAGE].hex(' ').upper()}"
    if is_mirroring(model, image):
        message = "the chip writes its UID or counter over what it holds; --overwrite keeps that"
        return "foreign-content", message
    return None


def check_begun(found: Found) -> None:
    """Make sure that a card which we began is still ours to finish.

    Raises:
        CardFailedError: someone protected it or spoilt its CC since.
    """
    model, image = found.model, found.image
    if is_password_protected(model, image):
        raise CardFailedError("write-failed", "the card was given a password since it was begun")
    if image[CC_PAGE] not in (model.cc, locked_cc(model)) or is_mirroring(model, image):
        raise CardFailedError("verify-mismatch", "the card was changed since it was begun")


def opened_by(found: Found) -> str:
    """What a phone would open, in words."""
    return ndef.url_on(found.area) or "something that is not an address"


def _model(session: Session) -> ChipModel | None:
    if len(session.uid) != UID_LENGTH:
        return None
    try:
        version = session.ask(commands.GET_VERSION, commands.VERSION_LENGTH, tries=_VERSION_TRIES)
    except NakError:
        return None
    return next((model for model in MODELS.values() if model.version == version), None)
