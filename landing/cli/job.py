"""``wecard-landing job``: order cards for a workstation, and book what it reports."""

import click

from landing.cli.common import answer, now, open_site_database, read_settings, verb_options
from landing.cli.files import read_text
from landing.cli.order import new
from landing.contract.documents import parse_report
from landing.contract.token import format_token
from landing.jobs.book import book_report
from landing.jobs.cancel import withdraw_open_cards


@click.group(short_help="Order cards, and book what was made.")
def job() -> None:
    """Order cards for a workstation, and book what it reports.

    \b
    Examples:
      wecard-landing job new --out job.json
      wecard-landing job report report.json
    """


job.add_command(new)


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
    counts = {
        "active": done.active,
        "unclaimed": done.unclaimed,
        "again": done.again,
        "unchanged": done.unchanged,
    }
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    withdrawn = list(done.withdrawn)
    answer(
        {"job": done.job, **counts, "withdrawn": withdrawn}, f"{done.job}: {told}", as_json=as_json
    )
    for token in done.withdrawn:
        click.echo(
            f"warning: {format_token(token)}: the token was withdrawn or retired; its chip is"
            " booked and will never open: put the card aside",
            err=True,
        )


@job.command(short_help="Make no more cards of a job.")
@click.argument("name", metavar="ID")
@verb_options
def cancel(name: str, as_json: bool) -> None:
    """Make no more cards of the job ID: tokens that are on no chip yet are withdrawn for good.

    What is on a chip stays as it is. A card that was made before the workstation heard of it is
    booked when it is reported, and never opens.

    \b
    Examples:
      wecard-landing job cancel J-2026-0001
      wecard-landing job cancel J-2026-0001 --json
    """
    with open_site_database(read_settings()) as database, database.writing() as db:
        done = withdraw_open_cards(db, name, now=now())
    counts = {"withdrawn": done.withdrawn, "booked": done.booked}
    text = f"{done.job}: {done.withdrawn} tokens withdrawn, {done.booked} cards stay booked"
    answer({"job": done.job, **counts}, text, as_json=as_json)
