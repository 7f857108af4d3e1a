"""Take an import back, when what it was made for did not come to be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from landing.profile.model import Profile
from landing.profile.people import People
from landing.storage.connection import Connection
from landing.storage.profiles import delete_profile, find_profile_by_reference, update_profile


@dataclass(frozen=True, slots=True)
class Before:
    """How the profiles of a file stood ahead of its import; None where there was none."""

    profiles: Sequence[tuple[str, Profile | None]]


def remember(db: Connection, people: People) -> Before:
    """Note how the profiles stand that an import is about to change."""
    references = [person.reference for person in people.persons]
    return Before([(name, find_profile_by_reference(db, name)) for name in references])


def take_back(db: Connection, before: Before, *, imported_at: datetime) -> None:
    """Undo the import, save where somebody changed a profile since."""
    found = [(find_profile_by_reference(db, name), old) for name, old in before.profiles]
    ours = [(new, old) for new, old in found if new and new.updated_at == imported_at]
    changed = [old for _, old in ours if old]
    for new, old in ours:
        if old is None:
            delete_profile(db, new.uid)
    for old in changed:
        update_profile(db, replace(old, slug=None))  # so that two may have their own back
    for old in changed:
        update_profile(db, old)
