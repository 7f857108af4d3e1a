"""A site with people whose cards are active, for the benches of the tap page."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from landing.profile.model import Profile
from landing.storage.cards import insert_card
from landing.storage.database import Database, open_database
from landing.storage.profiles import find_profile_by_reference
from tests.factories import ZOE, write_people
from tests.landing.records import a_card
from tests.processes import Workshop, free_port


@dataclass(frozen=True, slots=True, kw_only=True)
class TapSite(Workshop):
    """An installation whose settings can be changed; misses are not limited."""

    more: Mapping[str, str] = field(default_factory=dict)

    def variables(self) -> dict[str, str]:
        """The environment of both commands."""
        return Workshop.variables(self) | {"WECARD_MISS_LIMIT": "0"} | dict(self.more)

    @contextmanager
    def database_open(self) -> Iterator[Database]:
        """Open the database beside the running site."""
        url, lock = f"sqlite:///{self.database}", Path(f"{self.database}.lock")
        with open_database(url, lock) as database:
            yield database

    def new_card(self, reference: str) -> str:
        """Give a person another active card; answer its token."""
        card = a_card(state="active", profile_uid=self.person(reference).uid)
        with self.database_open() as database, database.writing() as db:
            insert_card(db, card)
        return card.token

    def person(self, reference: str) -> Profile:
        """A person as the site knows them."""
        with self.database_open() as database, database.reading() as db:
            found = find_profile_by_reference(db, reference)
        if found is None:
            raise AssertionError(reference)
        return found


@contextmanager
def tap_site(
    people: tuple[dict[str, str], ...] = (ZOE,), *, pictures: Callable[[Path], None] | None = None
) -> Iterator[TapSite]:
    """Make a site in a folder of its own and let people in, with what ``pictures`` draws there."""
    with TemporaryDirectory() as folder:
        site = TapSite(folder=Path(folder), port=free_port())
        if pictures is not None:
            pictures(site.folder)
        site.done("wecard-landing", "migrate")
        site.done("wecard-landing", "profile", "import", write_people(site.folder, people))
        yield site
