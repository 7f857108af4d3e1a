"""``wecard-landing job``: order cards for a workstation, and book what it reports."""

from contextlib import ExitStack
from pathlib import Path

import click

from landing.cli.common import answer, now, open_site_database, read_settings, verb_options
from landing.cli.files import STREAM, Outlet, open_outlet, read_text
from landing.contract.documents import (
    PROTECTIONS,
    Job,
    Policy,
    Protection,
    dump_job,
    parse_job,
    parse_report,
)
from landing.contract.errors import DocumentError
from landing.contract.token import mint_token
from landing.errors import DataError
from landing.jobs.book import book_report
from landing.jobs.order import (
    KNOWN_CHIPS,
    USUAL_CHIPS,
    order_job,
    wanted_profiles,
    withdraw_job,
)
from landing.storage.database import Database
from landing.storage.jobs import release_job, unreleased_jobs

ALL = "all"


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


@click.group(short_help="Order cards, and book what was made.")
def job() -> None:
    """Order cards for a workstation, and book what it reports.

    \b
    Examples:
      wecard-landing job new --out job.json
      wecard-landing job report report.json
    """


@job.command(short_help="Order one card for each profile.")
@click.option(
    "--profiles",
    type=NamesType(),
    default=ALL,
    show_default=True,
    metavar="all|REF,REF",
    help="Whose cards: the references of the people file.",
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
@click.option("--out", required=True, metavar="FILE", help="The job file to write; - prints it.")
@verb_options
def new(
    profiles: tuple[str, ...],
    protection: Protection,
    chips: tuple[str, ...],
    require_genuine: bool,
    out: str,
    as_json: bool,
) -> None:
    """Order one new card for each profile, and write the job for the workstation.

    \b
    Examples:
      wecard-landing job new --out job.json
      wecard-landing job new --profiles zoe,marc --chips NTAG215 --out job.json
    """
    policy = Policy(
        chips=_known_chips(chips), protection=protection, require_genuine=require_genuine
    )
    references = None if profiles == (ALL,) else profiles
    settings = read_settings()
    with open_site_database(settings) as database, ExitStack() as undo:
        _warn_of_unreleased(database)
        replaced = _job_in(out)
        with database.writing() as db:
            made = order_job(
                db,
                wanted_profiles(db, references),
                site=settings.site_url,
                policy=policy,
                now=now(),
                mint=mint_token,
            )
            outlet = open_outlet(out, dump_job(made).encode())
            undo.callback(outlet.discard)
        _release(database, made, outlet)
    if replaced:
        click.echo(f"warning: {out} held {replaced}, whose cards still wait for it", err=True)
    _tell(made, out, as_json=as_json)


@job.command(short_help="Book the report of a workstation.")
@click.argument("file", metavar="FILE")
@verb_options
def report(file: str, as_json: bool) -> None:
    """Book a workstation's report: its cards become active, all of them or none.

    The same report may be handed in again; - reads standard input.

    \b
    Examples:
      wecard-landing job report report.json
      wecard-landing job report - --json < report.json
    """
    settings = read_settings()
    document = parse_report(read_text(file))
    with open_site_database(settings) as database, database.writing() as db:
        done = book_report(db, document, now=now())
    counts = {"active": done.active, "unclaimed": done.unclaimed, "unchanged": done.unchanged}
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    answer({"job": done.job, **counts}, f"{done.job}: {told}", as_json=as_json)


def _known_chips(chips: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [chip for chip in chips if chip not in KNOWN_CHIPS]
    if unknown or len(set(chips)) != len(chips):
        raise click.BadParameter(
            f"{', '.join(chips)}: name some of {', '.join(KNOWN_CHIPS)}, each once",
            param_hint="--chips",
        )
    return chips


def _release(database: Database, made: Job, outlet: Outlet) -> None:
    """Put the job's file in place; if that fails, take the job back."""
    try:
        outlet.publish()
    except OSError as error:
        with database.writing() as db:
            withdraw_job(db, made.job)
        raise DataError(
            f"the job's file cannot be put in place: {error.strerror};"
            f" {made.job} was taken back, no card was ordered",
            hint="name another file with --out and run the command again",
        ) from error
    with database.writing() as db:
        release_job(db, made.job, now())


def _job_in(out: str) -> str | None:
    """The job whose file is about to be replaced."""
    if out == STREAM or not Path(out).is_file():
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


def _tell(made: Job, out: str, *, as_json: bool) -> None:
    document = {"job": made.job, "file": out, "cards": len(made.items)}
    cards = "1 card" if len(made.items) == 1 else f"{len(made.items)} cards"
    text = f"{made.job}: {cards}, written to {'standard output' if out == STREAM else out}"
    if out == STREAM:
        click.echo(text, err=True)
    else:
        answer(document, text, as_json=as_json)
