"""How often cards were opened: counts by card, day and channel, and nothing of who opened them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

import sqlalchemy as sa

from landing.storage.dialects import insert
from landing.storage.metadata import METADATA

TapChannel = Literal["chip", "qr", "link", "vcard", "form"]
TAP_CHANNELS: tuple[TapChannel, ...] = get_args(TapChannel)

TAPS = sa.Table(
    "taps",
    METADATA,
    sa.Column(
        "profile_uid", sa.Text, sa.ForeignKey("profiles.uid", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("token", sa.Text, primary_key=True),  # empty: the profile's link, no card
    sa.Column("channel", sa.String(8), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class TapKey:
    """What is counted apart: whose page, on which card, on which day, opened how.

    ``token`` is empty for the profile's own link. ``vcard`` and ``form`` are acts on a page that
    was opened before, not openings.
    """

    profile_uid: str
    token: str
    day: date
    channel: TapChannel


def add_taps(db: sa.Connection, counts: Mapping[TapKey, int]) -> None:
    """Add a batch of counts to what stands there; those of profiles that are gone are dropped."""
    if not counts:
        return
    adding = insert(db, TAPS)
    adding = adding.on_conflict_do_update(
        index_elements=["profile_uid", "day", "token", "channel"],
        set_={"count": TAPS.c.count + adding.excluded.count},
    )
    known = _known_profiles(db, {key.profile_uid for key in counts})
    rows = [
        {
            "profile_uid": key.profile_uid,
            "day": key.day,
            "token": key.token,
            "channel": key.channel,
            "count": count,
        }
        for key, count in counts.items()
        if key.profile_uid in known
    ]
    if rows:
        db.execute(adding, rows)


def taps_of(db: sa.Connection, profile_uid: str, since: date) -> dict[TapKey, int]:
    """The counts of one profile from a day on."""
    rows = db.execute(sa.select(TAPS).where(TAPS.c.profile_uid == profile_uid, TAPS.c.day >= since))
    return {
        TapKey(row["profile_uid"], row["token"], row["day"], row["channel"]): row["count"]
        for row in rows.mappings()
    }


def _known_profiles(db: sa.Connection, uids: Iterable[str]) -> set[str]:
    profiles = METADATA.tables["profiles"]
    known: set[str] = set()
    wanted = sorted(uids)
    for start in range(0, len(wanted), 500):  # SQLite: at most 999 parameters in old builds
        part = wanted[start : start + 500]
        known |= set(db.scalars(sa.select(profiles.c.uid).where(profiles.c.uid.in_(part))))
    return known
