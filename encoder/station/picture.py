"""All that can be read of a card, whatever it is. Nothing here writes.

A password is tried only where its key is at hand: a chip may count the tries. Reading counts as a
tap where the chip counts its taps.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from encoder.chips import commands
from encoder.chips.describe import config_facts
from encoder.chips.locks import is_password_protected
from encoder.chips.models import MODELS, PAGE_SIZE, STATIC_LOCK_PAGE, ChipModel
from encoder.chips.originality import is_genuine
from encoder.chips.password import Credentials
from encoder.errors import CardFailedError, CardLostError, CardRefusedError, NakError
from encoder.station.identify import KNOWN_CHIPS, identify
from encoder.station.session import Session

Password = Literal["none", "ours", "not-ours", "not-tried", "unknown"]

_TRIES = 2
_MOST_PAGES = 256
_STORAGE_BYTE = 6  # of GET_VERSION's answer; 2 and 3 are the type's
_NXP = 0x04  # byte 1 of GET_VERSION's answer


@dataclass(slots=True)
class Picture:
    """What was read; ``model`` is None for a chip that we do not know.

    ``layout`` is the model, or the one that an unknown chip is probably built like. ``genuine``
    is None where no signature can be read, ``counter`` where the chip does not count.
    """

    uid: bytes
    version: bytes | None = None
    model: ChipModel | None = None
    layout: ChipModel | None = None
    genuine: bool | None = None
    counter: int | None = None
    password: Password = "unknown"  # noqa: S105 - it says whose it is, no more
    image: dict[int, bytes] = field(default_factory=dict)

    @property
    def state_is_known(self) -> bool:
        """Whether locks and configuration were read, in a layout that we know."""
        layout = self.layout
        if layout is None:
            return False
        return {STATIC_LOCK_PAGE, layout.state_page, layout.cfg1_page} <= self.image.keys()


def take_picture(
    session: Session,
    *,
    known: Mapping[bytes, ChipModel] = KNOWN_CHIPS,
    credentials: Credentials | None = None,
) -> Picture:
    """Read everything; ``credentials`` are tried where the chip asks for a password.

    Raises:
        CardLostError: the card was taken away meanwhile.
    """
    picture = Picture(session.uid)
    _name(session, picture, known)
    _sign(session, picture)
    if picture.layout is None:
        picture.image = _read_blindly(session)
        return picture
    picture.image = _read_in_order(session, picture.layout.pages - 1)
    if credentials is not None and _asks_for_password(picture):
        _prove(session, picture, credentials)
    elif picture.state_is_known:
        picture.password = "not-tried" if _asks_for_password(picture) else "none"
    _count(session, picture)
    return picture


def _name(session: Session, picture: Picture, known: Mapping[bytes, ChipModel]) -> None:
    if not session.storage_only:
        picture.version = _asked(session, commands.GET_VERSION, commands.VERSION_LENGTH)
    try:
        picture.model = picture.layout = identify(session, known)
    except CardRefusedError:
        picture.layout = _alike(picture.version)


def _alike(version: bytes | None) -> ChipModel | None:
    """The chip that one with such an answer is probably built like: same type, same storage."""
    if version is None:
        return None
    for model in MODELS.values():
        places = (2, _STORAGE_BYTE)
        if all(version[place] == model.version[place] for place in places) and model.can_write:
            return model
    return None


def is_from_nxp(version: bytes) -> bool:
    """Whether GET_VERSION's answer names NXP as the maker; a copy may say so, too."""
    return version[1] == _NXP


def _sign(session: Session, picture: Picture) -> None:
    if session.storage_only:
        return
    signature = _asked(session, commands.READ_SIG, commands.SIGNATURE_LENGTH)
    if signature is None:
        return
    models: Iterable[ChipModel] = [picture.model] if picture.model else MODELS.values()
    keys = {model.originality_key for model in models}
    picture.genuine = any(is_genuine(key, session.uid, signature) for key in keys)


def _count(session: Session, picture: Picture) -> None:
    layout = picture.layout
    if session.storage_only or layout is None or not picture.state_is_known:
        return
    if config_facts(layout, picture.image).counts:
        with suppress(NakError):
            picture.counter = session.read_counter(tries=_TRIES)


def _asks_for_password(picture: Picture) -> bool:
    """Whether AUTH0 does, or pages that only a password can hide are hidden."""
    if picture.layout is None or not picture.state_is_known:
        return True
    return is_password_protected(picture.layout, picture.image)


def _prove(session: Session, picture: Picture, credentials: Credentials) -> None:
    try:
        session.prove_password(credentials)
    except CardLostError:
        raise
    except CardFailedError:
        picture.password = "not-ours"  # noqa: S105
        return
    picture.password = "ours"  # noqa: S105
    if picture.layout is not None:
        picture.image = _read_in_order(session, picture.layout.pages - 1)


def _asked(session: Session, frame: bytes, length: int) -> bytes | None:
    """The answer, or None from a chip that gives none."""
    try:
        return session.ask(frame, length, tries=_TRIES)
    except NakError:
        return None


def _read_in_order(session: Session, last: int) -> dict[int, bytes]:
    """The pages up to ``last``, or up to the first one that a password hides."""
    image: dict[int, bytes] = {}
    while len(image) <= last:
        end = min(len(image) + commands.FAST_READ_PAGES - 1, last)
        pages = _read_up_to(session, len(image), end)
        image.update(pages)
        if len(image) <= end:
            break
    return image


def _read_up_to(session: Session, first: int, last: int) -> dict[int, bytes]:
    """The pages from ``first`` to ``last``, or to the last that can be read: found by halving."""
    content = _fast_read(session, first, last)
    readable, hidden = first - 1, last
    while content is None and hidden - readable > 1:
        middle = (readable + hidden) // 2
        if _fast_read(session, first, middle) is None:
            hidden = middle
        else:
            readable = middle
    if content is None and readable >= first:
        content = _fast_read(session, first, readable)
    return commands.pages(first, content or b"")


def _fast_read(session: Session, first: int, last: int) -> bytes | None:
    return _asked(session, commands.fast_read(first, last), (last - first + 1) * PAGE_SIZE)


def _read_blindly(session: Session) -> dict[int, bytes]:
    """What READ gives, of a chip whose size is unknown; behind its last page it goes on with 00h.

    The last READ that is answered begins on the last page; it is found a page at a time.
    """
    image: dict[int, bytes] = {}
    for first in range(0, _MOST_PAGES, 4):
        content = _read(session, first)
        if content is None:
            return _without_rest(session, image)
        image.update(commands.pages(first, content))
    return image


def _without_rest(session: Session, image: dict[int, bytes]) -> dict[int, bytes]:
    """Leave out the pages behind the last one, which READ filled from page 00h on."""
    while len(image) > 4 and _read(session, len(image) - 1) is None:
        del image[len(image) - 1]
    return image


def _read(session: Session, page: int) -> bytes | None:
    return _asked(session, commands.read(page), commands.READ_LENGTH)
