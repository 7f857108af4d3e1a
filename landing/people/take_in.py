"""Take a people file in: all of it or nothing, as often as one likes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from landing.errors import PeopleError
from landing.profile.model import MASKABLE, Profile
from landing.profile.people import People, Person
from landing.storage.connection import Connection
from landing.storage.profiles import (
    find_profile_by_reference,
    find_profile_by_slug,
    insert_profile,
    update_profile,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """How many profiles are new, how many changed, how many are as they were."""

    new: int
    changed: int
    unchanged: int


def refuse_taken_slugs(db: Connection, people: People) -> None:
    """See that no slug of the file belongs to somebody who is not in it.

    Raises:
        PeopleError: one does; nothing was written.
    """
    references = {person.reference for person in people.persons}
    faults = [
        f"line {person.line}: slug: another person has it"
        for person in people.persons
        if (owner := _owner(db, person)) and owner.reference not in references
    ]
    if faults:
        raise PeopleError("a slug is taken; nothing was written", tuple(faults))


def take_in_people(
    db: Connection, people: People, *, now: datetime, new_uid: Callable[[], str]
) -> Intake:
    """Keep the people in the caller's transaction; whoever did not change is left alone.

    Raises:
        PeopleError: a slug belongs to somebody else.
    """
    refuse_taken_slugs(db, people)
    known = [(person, find_profile_by_reference(db, person.reference)) for person in people.persons]
    changed = [
        (before, after)
        for person, before in known
        if before and (after := _updated(person, before, people)) != before
    ]
    for before, _ in changed:
        update_profile(db, replace(before, slug=None))  # so that two people may swap theirs
    for _, after in changed:
        update_profile(db, replace(after, updated_at=now))
    new = [person for person, before in known if before is None]
    for person in new:
        profile = person.as_profile(
            uid=new_uid(), slug=person.slug, colour=person.colour, updated_at=now
        )
        insert_profile(db, profile)
    return Intake(
        new=len(new), changed=len(changed), unchanged=len(known) - len(new) - len(changed)
    )


def _updated(person: Person, before: Profile, people: People) -> Profile:
    """The profile as the file has it; a field that was filled and hidden stays hidden."""
    after = person.as_profile(
        uid=before.uid,
        slug=person.slug if people.has_slugs else before.slug,
        colour=person.colour if people.has_colours else before.colour,
        updated_at=before.updated_at,
    )
    hidden = {name for name in MASKABLE if getattr(before, name) and name not in before.visible}
    return replace(after, visible=after.visible - hidden)


def _owner(db: Connection, person: Person) -> Profile | None:
    return find_profile_by_slug(db, person.slug) if person.slug else None
