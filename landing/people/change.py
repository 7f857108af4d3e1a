"""Change a few things of one profile: its colour, its link, and which fields a visitor sees."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from landing.errors import DataError
from landing.profile import cells
from landing.profile.cells import CellError
from landing.profile.model import Profile
from landing.storage.connection import Connection
from landing.storage.profiles import (
    find_profile_by_reference,
    find_profile_by_slug,
    update_profile,
)

NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to change; None leaves a value as it is, and ``none`` takes it away."""

    colour: str | None = None
    slug: str | None = None
    hide: frozenset[str] = frozenset()
    show: frozenset[str] = frozenset()


def known_profile(db: Connection, reference: str) -> Profile:
    """Find a profile by its reference.

    Raises:
        DataError: there is none.
    """
    profile = find_profile_by_reference(db, reference)
    if profile is None:
        raise DataError(
            f"no profile has the reference {reference[:80]}; nothing was changed",
            hint="compare with the column reference of the people file",
        )
    return profile


def change_profile(
    db: Connection, reference: str, change: Change, *, now: datetime
) -> tuple[Profile, Profile]:
    """Change a profile in the caller's transaction; answer it as it was and as it is.

    A field that is shown or hidden while it is empty stays so when it is filled.

    Raises:
        DataError: there is no such profile, a value cannot be taken, or the slug is somebody's.
    """
    before = known_profile(db, reference)
    after = replace(
        before,
        colour=_read("colour", change.colour, cells.colour, before.colour) or "",
        slug=_read("slug", change.slug, cells.slug, before.slug) or None,
        visible=before.visible - change.hide | change.show,
    )
    _refuse_taken_slug(db, after)
    if after == before:
        return before, before
    after = replace(after, updated_at=now)
    update_profile(db, after)
    return before, after


def _read(
    column: str, text: str | None, rule: Callable[[str], str], before: str | None
) -> str | None:
    if text is None:
        return before
    if text == NONE:
        return None
    try:
        return rule(text)
    except CellError as error:
        raise DataError(
            f"{column}: {error}; nothing was changed", hint=f"or {NONE}, to take it away"
        ) from error


def _refuse_taken_slug(db: Connection, profile: Profile) -> None:
    owner = find_profile_by_slug(db, profile.slug) if profile.slug else None
    if owner is not None and owner.uid != profile.uid:
        raise DataError(
            f"the slug {profile.slug} is another person's; nothing was changed",
            hint="choose another: whoever was sent that link must not meet somebody else",
        )
