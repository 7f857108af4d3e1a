"""Profiles in the database."""

import json
from dataclasses import fields

import sqlalchemy as sa

from landing.profile.model import Link, Profile
from landing.storage.cards import CARDS
from landing.storage.dialects import in_byte_order
from landing.storage.metadata import METADATA, UtcTime

_JSON = frozenset({"links", "visible"})

PROFILES = sa.Table(
    "profiles",
    METADATA,
    sa.Column("uid", sa.Text, primary_key=True),
    sa.Column("reference", sa.Text, nullable=False, unique=True),
    sa.Column("slug", sa.Text, unique=True),
    *(
        sa.Column(field.name, sa.Text, nullable=False)
        for field in fields(Profile)
        if field.name not in {"uid", "reference", "slug", "updated_at"}
    ),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),  # one more a change
)
_OURS_ALONE = ("version",)  # not the profile's own


def find_profile(db: sa.Connection, uid: str) -> Profile | None:
    """Find a profile by its UUID."""
    return _one(db, PROFILES.c.uid == uid)


def find_profile_by_reference(db: sa.Connection, reference: str) -> Profile | None:
    """Find a profile by the reference of its people file."""
    return _one(db, PROFILES.c.reference == reference)


def find_profile_by_slug(db: sa.Connection, slug: str) -> Profile | None:
    """Find a profile by its shareable name."""
    return _one(db, PROFILES.c.slug == slug)


def all_profiles(db: sa.Connection) -> list[Profile]:
    """List the profiles in the order of their references."""
    rows = db.execute(sa.select(PROFILES).order_by(in_byte_order(db, PROFILES.c.reference)))
    return [_profile(row) for row in rows.mappings()]


def profiles_of_job(db: sa.Connection, job: str) -> dict[str, Profile]:
    """The profiles that a job's cards are for, by UUID."""
    wanted = sa.select(CARDS.c.profile_uid).where(CARDS.c.job == job)
    rows = db.execute(sa.select(PROFILES).where(PROFILES.c.uid.in_(wanted)))
    return {row["uid"]: _profile(row) for row in rows.mappings()}


def insert_profile(db: sa.Connection, profile: Profile) -> None:
    """Keep a new profile."""
    db.execute(sa.insert(PROFILES).values(_values(profile)))


def update_profile(db: sa.Connection, profile: Profile) -> None:
    """Keep a profile that stands there already, by its UUID."""
    values = _values(profile) | {"version": PROFILES.c.version + 1}
    db.execute(sa.update(PROFILES).where(PROFILES.c.uid == profile.uid).values(values))


def delete_profile(db: sa.Connection, uid: str) -> None:
    """Forget a profile that no card was ever ordered for."""
    db.execute(sa.delete(PROFILES).where(PROFILES.c.uid == uid))


def _one(db: sa.Connection, condition: sa.ColumnElement[bool]) -> Profile | None:
    row = db.execute(sa.select(PROFILES).where(condition)).mappings().one_or_none()
    return None if row is None else _profile(row)


def _profile(row: sa.RowMapping) -> Profile:
    values = {name: row[name] for name in row if name not in _JSON and name not in _OURS_ALONE}
    links = tuple(Link(label=label, url=url) for label, url in json.loads(row["links"]))
    return Profile(**values, links=links, visible=frozenset(json.loads(row["visible"])))


def _values(profile: Profile) -> dict[str, object]:
    values = {field.name: getattr(profile, field.name) for field in fields(profile)}
    links = [(link.label, link.url) for link in profile.links]
    return values | {
        "links": json.dumps(links, ensure_ascii=False),
        "visible": json.dumps(sorted(profile.visible)),
    }
