"""One card against the ledger: the same, or what differs. Nothing here writes."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from encoder.chips.locks import is_password_protected
from encoder.chips.password import StationKey
from encoder.errors import CardFailedError, CardLostError, CardRefusedError, NakError
from encoder.ledger import BookedCard, Ledger
from encoder.station.checking import changes, known_with
from encoder.station.identify import Found, identify, read_genuine, read_state
from encoder.station.matching import Match, Scan, address_on, match
from encoder.station.session import Session

Sameness = Literal["same", "differs", "not-booked", "not-done", "unreadable"]
SAMENESSES: tuple[Sameness, ...] = get_args(Sameness)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What became of one presentation; ``differences`` are in words, for people.

    ``label`` says whether the scanned label is this card's, where one was scanned.
    """

    status: Sameness
    uid: str | None
    token: str | None = None
    job: str | None = None
    chip: str | None = None
    stage: str | None = None
    differences: tuple[str, ...] = ()
    label: Match | None = None

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong with the card, nor with its label where one was scanned."""
        return self.status == "same" and (self.label is None or self.label.is_same)

    def as_json(self) -> dict[str, Any]:
        """The card as an event."""
        facts = {"event": "card", **asdict(self), "differences": list(self.differences)}
        if self.label is None:
            del facts["label"]
        return facts


@dataclass(frozen=True, slots=True)
class Verifier:
    """Compares cards with their rows; with ``key`` a password is proved, too."""

    ledger: Ledger
    key: StationKey | None = None

    def look_with(self, session: Session, scan: Scan) -> Looked:
        """Compare one card with its row and with the label that was scanned."""
        looked = self.look(session)
        if looked.status == "unreadable":
            return looked
        known = known_with(self.ledger.card_with_uid(session.uid.hex().upper()))
        try:
            return replace(looked, label=match(scan, address_on(session, known)))
        except (CardLostError, CardRefusedError, NakError) as error:
            told = (*looked.differences, str(error))
            return replace(looked, status="unreadable", differences=told)

    def look(self, session: Session) -> Looked:
        """Compare one card; one that is taken away meanwhile is unreadable."""
        uid = session.uid.hex().upper()
        booked = self.ledger.card_with_uid(uid)
        if booked is None:
            return Looked(status="not-booked", uid=uid)
        if not booked.is_done:
            return _told("not-done", booked)
        try:
            told = tuple(self._differences(session, booked))
        except (CardLostError, NakError) as error:
            return _told("unreadable", booked, str(error))
        except CardRefusedError as error:
            status: Sameness = "unreadable" if error.reason == "two-cards" else "differs"
            return _told(status, booked, str(error))
        return _told("differs" if told else "same", booked, *told)

    def _differences(self, session: Session, booked: BookedCard) -> Iterator[str]:
        found = read_state(session, identify(session, known_with(booked)))
        yield from changes(session, found, booked)
        if booked.genuine and not session.storage_only and not read_genuine(session, found.model):
            yield "the originality signature is not its manufacturer's any more"
        if self.key is not None and booked.protection == "password":
            yield from _password_faults(session, found, booked, self.key)


def _password_faults(
    session: Session, found: Found, booked: BookedCard, key: StationKey
) -> Iterator[str]:
    if key.key_id != booked.key_id:
        yield f"its password comes from the key {booked.key_id}, this is the key {key.key_id}"
        return
    if not is_password_protected(found.model, found.image):
        return  # AUTH0 is among the differences already
    try:
        session.prove_password(key.credentials(session.uid))
    except CardLostError:
        raise
    except CardFailedError as error:
        yield str(error)


def _told(status: Sameness, booked: BookedCard, *differences: str) -> Looked:
    return Looked(
        status=status,
        uid=booked.uid,
        token=booked.token,
        job=booked.job,
        chip=booked.chip,
        stage=booked.stage,
        differences=differences,
    )
