"""``wecard-landing job new``: order cards for people, or blank ones."""

import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import click

from landing.cli.common import answer, now, open_site_database, read_settings, verb_options
from landing.cli.files import STREAM, Outlet, open_outlet, read_document, read_text
from landing.contract.documents import (
    PROTECTIONS,
    Job,
    Policy,
    Protection,
    dump_job,
    parse_job,
)
from landing.contract.errors import DocumentError
from landing.contract.token import mint_token
from landing.errors import DataError
from landing.jobs.order import (
    KNOWN_CHIPS,
    USUAL_CHIPS,
    order_blank_job,
    order_job,
    wanted_profiles,
    withdraw_job,
)
from landing.people.pictures import PictureFolder
from landing.people.take_in import refuse_taken_slugs, take_in_people
from landing.people.undo import Before, remember, take_back
from landing.profile.people import People, read_people
from landing.settings import Settings
from landing.storage.connection import Connection
from landing.storage.database import Database
from landing.storage.jobs import release_job, unreleased_jobs

ALL = "all"
MOST_BLANK_CARDS = 20_000


class NamesType(click.ParamType[tuple[str, ...]]):
    """Names joined by commas."""

    name = "names"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Take the names apart; an empty one is refused."""
        if isinstance(value, tuple):
            return value
        names = tuple(name.strip() for name in str(value).split(","))
        if not all(names):
            self.fail("a name is missing between the commas", param, ctx)
        return names


@dataclass(slots=True, kw_only=True)
class _Order:
    """For whom the cards are: profiles that stand there, people of a file, or nobody yet."""

    references: Sequence[str] | None
    blank: int | None
    people: People | None
    at: datetime = field(default_factory=now)
    before: Before | None = None

    def place(self, db: Connection, policy: Policy, settings: Settings) -> Job:
        """Order the cards in the caller's transaction, its people imported first."""
        site = settings.site_url
        if self.blank is not None:
            return order_blank_job(
                db,
                self.blank,
                site=site,
                policy=policy,
                now=self.at,
                mint=mint_token,
                secret_key=settings.secret_key,
            )
        references = self.references
        if self.people is not None:
            self.before = remember(db, self.people)
            take_in_people(db, self.people, now=self.at, new_uid=lambda: str(uuid.uuid4()))
            references = [person.reference for person in self.people.persons]
        profiles = wanted_profiles(db, references)
        return order_job(db, profiles, site=site, policy=policy, now=self.at, mint=mint_token)

    def take_back(self, db: Connection) -> None:
        """Undo the import, if there was one."""
        if self.before is not None:
            take_back(db, self.before, imported_at=self.at)


@click.command(short_help="Order cards for people, or blank ones.")
@click.option(
    "--profiles",
    type=NamesType(),
    metavar="all|REF,REF",
    help="Whose cards: the references of the people file.  [default: all]",
)
@click.option(
    "--people", metavar="FILE.csv", help="Import this people file first, and order for its people."
)
@click.option(
    "--blank",
    type=click.IntRange(1, MOST_BLANK_CARDS),
    metavar="N",
    help="Order N cards without a person, each with an activation code.",
)
@click.option(
    "--protection",
    type=click.Choice(PROTECTIONS),
    default="permanent",
    show_default=True,
    help="How the chips are locked.",
)
@click.option(
    "--chips",
    type=NamesType(),
    default=",".join(USUAL_CHIPS),
    show_default=True,
    metavar="A,B",
    help="The chip products that may be used.",
)
@click.option(
    "--require-genuine",
    is_flag=True,
    help="Refuse chips without their manufacturer's signature.",
)
@click.option("--out", metavar="FILE", help="The job file to write; - prints it.")
@click.option("--no-file", is_flag=True, help="Write no file: a workstation fetches the job.")
@verb_options
def new(
    profiles: tuple[str, ...] | None,
    people: str | None,
    blank: int | None,
    protection: Protection,
    chips: tuple[str, ...],
    require_genuine: bool,
    out: str | None,
    no_file: bool,
    as_json: bool,
) -> None:
    """Order one new card for each profile, or blank ones, and write the job for the workstation.

    \b
    Examples:
      wecard-landing job new --out job.json
      wecard-landing job new --people people.csv --no-file
      wecard-landing job new --blank 100 --chips NTAG215 --out job.json

    A workstation with a token may also fetch the job, at the address told.
    """
    policy = Policy(
        chips=_known_chips(chips), protection=protection, require_genuine=require_genuine
    )
    if sum(given is not None for given in (profiles, people, blank)) > 1:
        raise click.UsageError("give one of --profiles, --people and --blank")
    if (out is None) != no_file:
        raise click.UsageError("give either --out FILE or --no-file")
    settings = read_settings()
    with open_site_database(settings) as database, ExitStack() as undo:
        order = _Order(
            references=None if profiles == (ALL,) else profiles,
            blank=blank,
            people=_people_in(people, database, settings) if people else None,
        )
        _warn_of_unreleased(database)
        replaced = _job_in(out)
        outlet = None
        with database.writing() as db:
            made = order.place(db, policy, settings)
            if out is None:
                release_job(db, made.job, order.at)
            else:
                outlet = open_outlet(out, dump_job(made).encode())
                undo.callback(outlet.discard)
        _release(database, made, outlet, order)
    if replaced:
        click.echo(f"warning: {out} held {replaced}, whose cards still wait for it", err=True)
    _tell(made, out, as_json=as_json)


def _people_in(file: str, database: Database, settings: Settings) -> People:
    """Read a people file, and keep its pictures: they stand by their content."""
    pictures = PictureFolder(Path(file).parent)
    people = read_people(read_document(file), take_picture=pictures.take)
    with database.reading() as db:
        refuse_taken_slugs(db, people)
    pictures.store(settings.pictures_dir)
    return people


def _known_chips(chips: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [chip for chip in chips if chip not in KNOWN_CHIPS]
    if unknown or len(set(chips)) != len(chips):
        raise click.BadParameter(
            f"{', '.join(chips)}: name some of {', '.join(KNOWN_CHIPS)}, each once",
            param_hint="--chips",
        )
    return chips


def _release(database: Database, made: Job, outlet: Outlet | None, order: _Order) -> None:
    """Put the job's file in place; if that fails, take back the job and what came with it."""
    if outlet is None:
        return
    try:
        outlet.publish()
    except OSError as error:
        with database.writing() as db:
            withdraw_job(db, made.job)
            order.take_back(db)
        raise DataError(
            f"the job's file cannot be put in place: {error.strerror};"
            f" {made.job} was taken back, no card was ordered",
            hint="name another file with --out and run the command again",
        ) from error
    with database.writing() as db:
        release_job(db, made.job, now())


def _job_in(out: str | None) -> str | None:
    """The job whose file is about to be replaced."""
    if out is None or out == STREAM or not Path(out).is_file():
        return None
    try:
        return parse_job(read_text(out)).job
    except (DataError, DocumentError):
        return None


def _warn_of_unreleased(database: Database) -> None:
    with database.reading() as db:
        left = [record.id for record in unreleased_jobs(db)]
    if left:
        click.echo(
            f"warning: {', '.join(left)}: the file is not known to be in place: its command is"
            " still at work, or was cut short; if there is no such file, no card was made of it",
            err=True,
        )


def _tell(made: Job, out: str | None, *, as_json: bool) -> None:
    address = f"{made.site}/api/v1/jobs/{made.job}"
    document = {"job": made.job, "file": out, "cards": len(made.items), "address": address}
    cards = "1 card" if len(made.items) == 1 else f"{len(made.items)} cards"
    place = {None: f"to be had at {address}", STREAM: "written to standard output"}
    text = f"{made.job}: {cards}, {place.get(out, f'written to {out}, yours alone to read')}"
    if out == STREAM:
        click.echo(text, err=True)
    else:
        answer(document, text, as_json=as_json)
