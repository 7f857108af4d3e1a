"""Find out what lies on the reader, and whether it is one to take. Nothing here writes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from encoder.chips import commands, ndef, tlv
from encoder.chips.locks import auth0, is_mirroring, is_password_protected, lock_state, locked_cc
from encoder.chips.models import (
    CC_MAGIC,
    CC_PAGE,
    FIRST_USER_PAGE,
    MODELS,
    NTAG213,
    NTAG215,
    NTAG216,
    PAGE_SIZE,
    STATIC_LOCK_PAGE,
    UID_LENGTH,
    ChipModel,
)
from encoder.chips.originality import is_genuine
from encoder.chips.password import Credentials
from encoder.errors import CapacityError, CardFailedError, CardRefusedError, NakError, Refusal
from encoder.plan import Goal, card_content, data_area_bytes
from encoder.station.session import Session

KNOWN_CHIPS: Mapping[bytes, ChipModel] = {model.version: model for model in MODELS.values()}
_VERSION_TRIES = 2
_BY_CC = {model.cc[:3]: model for model in (NTAG213, NTAG215, NTAG216)}


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

    @property
    def has_cc(self) -> bool:
        """Whether the CC says that there may be a message; without it a phone sees none."""
        return self.image[CC_PAGE][0] == CC_MAGIC


def identify(session: Session, known: Mapping[bytes, ChipModel] = KNOWN_CHIPS) -> ChipModel:
    """Name the chip by its answer to GET_VERSION; by its CC where the reader passes no such frame.

    Raises:
        CardRefusedError: ``unknown-chip``.
    """
    if len(session.uid) != UID_LENGTH:
        raise _unknown("the card's UID is not one of seven bytes")
    return _by_cc(session) if session.storage_only else _by_version(session, known)


def check_allowed(model: ChipModel, allowed: Collection[str]) -> None:
    """Refuse a chip that the job's policy does not name, or that we only know by its name.

    Raises:
        CardRefusedError: ``unknown-chip``.
    """
    if not model.can_write:
        raise _unknown(f"the card has {model.name}, which this program does not write")
    if model.product not in allowed:
        wanted = " or ".join(allowed)
        raise _unknown(f"the card has {model.name}, the job asks for {wanted}")


def check_genuine(session: Session, model: ChipModel) -> None:
    """Refuse a chip without its manufacturer's signature.

    Raises:
        CardRefusedError: ``not-genuine``.
    """
    if not read_genuine(session, model):
        raise CardRefusedError(
            "not-genuine", "the chip has no signature of its manufacturer for its UID"
        )


def read_genuine(session: Session, model: ChipModel) -> bool:
    """Read the originality signature and check it."""
    try:
        signature = session.ask(commands.READ_SIG, commands.SIGNATURE_LENGTH)
    except NakError:
        return False
    return is_genuine(model.originality_key, session.uid, signature)


def read_state(session: Session, model: ChipModel, credentials: Credentials | None = None) -> Found:
    """Read the chip's locks, CC and configuration, and where its data area begins.

    The configuration is read by FAST_READ: where AUTH0 hides its pages, a READ rolls over to page
    00h and gives the UID in their place. Source: NTAG213/215/216 data sheet, 10.2 and 10.3. A
    begun card that hides them behind a password of ours, by a torn CFG1, is opened with
    ``credentials``.

    Raises:
        CardRefusedError: ``password-protected`` against reading.
    """
    try:
        return _read_state(session, model)
    except NakError as error:
        if credentials is None:
            raise CardRefusedError("password-protected", "the chip hides its pages") from error
    session.prove_password(credentials)
    try:
        return _read_state(session, model)
    except NakError as error:
        raise CardRefusedError("password-protected", "the chip hides its pages") from error


def read_message(session: Session, found: Found) -> None:
    """Read as much of the data area as it takes to know its NDEF message."""
    size = data_area_bytes(found.model)
    needed = tlv.bytes_to_decide(found.area, size)
    while needed > len(found.area):
        first = FIRST_USER_PAGE + len(found.area) // PAGE_SIZE
        last = FIRST_USER_PAGE + (needed - 1) // PAGE_SIZE
        found.image.update(session.read_all(first, last))
        needed = tlv.bytes_to_decide(found.area, size)


def check_new(session: Session, found: Found, goal: Goal, *, overwrite: bool) -> None:
    """Refuse a new card that is not as delivered, or whose content is someone's.

    Raises:
        CardRefusedError: with the reason.
    """
    state = new_card_fault(found)
    if state is not None:
        raise CardRefusedError(*state)
    try:
        card_content(found.model, goal.url, goal.mirror)
    except CapacityError as error:
        raise CardRefusedError("too-small", str(error)) from error
    try:
        if found.has_cc:
            read_message(session, found)
    except NakError as error:
        raise CardRefusedError("password-protected", "the chip hides its pages") from error
    if not overwrite and (content := foreign_content(found)) is not None:
        raise CardRefusedError("foreign-content", content)


def new_card_fault(found: Found) -> tuple[Refusal, str] | None:
    """What the locks, the password and the CC of a new card forbid, if anything."""
    model, image = found.model, found.image
    if not lock_state(model, image).is_open:
        return "already-locked", "lock bits are set on the card"
    if is_password_protected(model, image):
        return "password-protected", f"AUTH0 is {auth0(model, image):02X}h"
    if image[CC_PAGE] not in (model.cc, model.factory_cc):
        return "bad-cc", f"the CC is {image[CC_PAGE].hex(' ').upper()}"
    return None


def foreign_content(found: Found) -> str | None:
    """What someone left on a card that may be overwritten, in words; None for a blank one."""
    if is_mirroring(found.model, found.image):
        return "the chip writes its UID or counter over what it holds"
    if found.has_cc and ndef.message_on(found.area) is not None:
        return f"the card opens {opened_by(found)}"
    return None


def check_begun(found: Found, goal: Goal, *, overwrite: bool = False) -> None:
    """Make sure that a card which we began is still ours to finish.

    A password or a mirror of ours may be torn in any way, and is set anew; so may someone's that
    was being overwritten.

    Raises:
        CardFailedError: someone protected it or spoilt its CC since.
    """
    model, image = found.model, found.image
    sets_config = overwrite or goal.protection == "password" or goal.mirror != "none"
    if is_password_protected(model, image) and not sets_config:
        raise CardFailedError("write-failed", "the card was given a password since it was begun")
    is_cc_ours = image[CC_PAGE] in (model.factory_cc, model.cc, locked_cc(model))
    if not is_cc_ours or (is_mirroring(model, image) and not sets_config):
        raise CardFailedError("verify-mismatch", "the card was changed since it was begun")


def check_unprotected(found: Found) -> None:
    """Make sure that a card whose password was to be taken off has none.

    Raises:
        CardFailedError: it was torn away meanwhile.
    """
    if is_password_protected(found.model, found.image) or is_mirroring(found.model, found.image):
        raise CardFailedError(
            "write-failed",
            "the card's password is not all off; nothing was written",
            hint="take it off first: wecard-encoder unprotect",
        )


def opened_by(found: Found) -> str:
    """What a phone would open, in words."""
    return ndef.url_on(found.area) or "something that is not an address"


def _read_state(session: Session, model: ChipModel) -> Found:
    found = Found(model)
    found.image.update(session.read(STATIC_LOCK_PAGE))
    found.image.update(session.read_all(model.state_page, model.cfg1_page))
    return found


def _by_version(session: Session, known: Mapping[bytes, ChipModel]) -> ChipModel:
    try:
        version = session.ask(commands.GET_VERSION, commands.VERSION_LENGTH, tries=_VERSION_TRIES)
    except NakError as error:
        raise _unknown("the chip does not answer GET_VERSION") from error
    model = known.get(version)
    if model is None:
        told = version.hex().upper()
        raise _unknown(
            f"the chip answers GET_VERSION with {told}, which no chip that we know does;"
            f" --allow-unknown {told}=NTAG213 takes such chips for an NTAG213"
        )
    return model


def _by_cc(session: Session) -> ChipModel:
    """The product by its memory size and its last page; a clone cannot be told from it."""
    try:
        model = _BY_CC.get(session.read(STATIC_LOCK_PAGE)[CC_PAGE][:3])
    except NakError:
        model = None
    if model is None:
        raise _unknown("the reader passes no GET_VERSION, and the CC is not that of an NTAG21x")
    try:
        session.read(model.pages)
    except NakError:
        return model
    raise _unknown(f"the chip has more pages than {model.name}")


def _unknown(message: str) -> CardRefusedError:
    return CardRefusedError("unknown-chip", message)
