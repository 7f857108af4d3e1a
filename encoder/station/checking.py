"""A done card against its row: what the chip says, beside what the ledger says. Nothing writes."""

from collections.abc import Mapping
from hashlib import sha256

from encoder.chips import ndef
from encoder.chips.mirror import has_counter
from encoder.chips.models import (
    FIRST_USER_PAGE,
    PAGE_SIZE,
    WRITABLE,
    ChipModel,
    named_unknown,
)
from encoder.errors import NakError
from encoder.ledger import BookedCard
from encoder.plan import Goal, Plan, plan_card
from encoder.station.identify import KNOWN_CHIPS, Found, read_message
from encoder.station.session import Session


def differences(session: Session, found: Found, booked: BookedCard, url: str) -> list[str]:
    """Name everything on the chip that is not as its row says; empty when all of it is.

    ``found`` has the chip's state as it was read; the content is read here.
    """
    if found.model.product != booked.chip:
        return [f"the chip is {found.model.name}, booked is {booked.chip}"]
    goal = Goal(url=url, protection=booked.protection, mirror=booked.mirror)
    plan = plan_card(found.model, found.image, goal)
    told = _content_faults(session, booked, plan)
    told += [
        f"page {step.page:02X}h is {found.image[step.page].hex().upper()}"
        for step in plan.required
        if not step.stands_on(found.image)
    ]
    return told


def changes(session: Session, found: Found, booked: BookedCard) -> list[str]:
    """Name the differences of a card whose job is not at hand.

    A row from a ledger of version 1 has no address: the one on the chip must end in the card's
    token, and its digest must be the booked one.
    """
    if booked.url is not None:
        return differences(session, found, booked, booked.url)
    read_message(session, found)
    shown = ndef.url_on(found.area) or ""
    url = shown if shown.endswith(f"/c/{booked.token}") else ""
    return differences(session, found, booked, url)


def known_with(booked: BookedCard | None) -> Mapping[bytes, ChipModel]:
    """The chips we know, and the one that a run was told to take the booked card's for."""
    if booked is None or not booked.version or booked.chip not in WRITABLE:
        return KNOWN_CHIPS
    version = bytes.fromhex(booked.version)
    return {version: named_unknown(version, booked.chip), **KNOWN_CHIPS}


def _content_faults(session: Session, booked: BookedCard, plan: Plan) -> list[str]:
    try:
        image = session.read_all(FIRST_USER_PAGE, plan.last_page)
        counter = session.read_counter() if has_counter(booked.mirror) else 0
    except NakError:
        return ["the content cannot be read"]
    shown = b"".join(image[page] for page in sorted(image))
    if shown != plan.read_as(session.uid, counter):
        return ["the content is not the card's address"]
    if not has_counter(booked.mirror) and sha256(shown).hexdigest() != booked.digest:
        return [f"the digest of the {len(shown) // PAGE_SIZE} content pages is not the booked one"]
    return []
