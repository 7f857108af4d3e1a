"""``wecard-landing``: the site's command."""

import click

from landing.cli.card import card
from landing.cli.contacts import contacts
from landing.cli.job import job
from landing.cli.migrate import migrate
from landing.cli.numbers import numbers
from landing.cli.people import profile
from landing.cli.program import Program
from landing.cli.serve import serve
from landing.cli.station import station


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wecard", message="%(package)s %(version)s")
@click.option("--debug", is_flag=True, expose_value=False, help="Print the traceback of an error.")
def main() -> None:
    """Run the site that a tapped card opens, and keep its people and cards.

    \b
    Examples:
      wecard-landing migrate
      wecard-landing serve --bind 127.0.0.1:8000
    """


for verb in (migrate, serve, profile, job, card, contacts, numbers, station):
    main.add_command(verb)
