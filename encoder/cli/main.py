"""``wecard-encoder``: the workstation's command."""

import click

from encoder.cli.inspect import inspect
from encoder.cli.key import key
from encoder.cli.labels import labels
from encoder.cli.ledger import ledger
from encoder.cli.program import Program
from encoder.cli.readers import readers
from encoder.cli.reports import report
from encoder.cli.run import run
from encoder.cli.simulate import simulate
from encoder.cli.station import station
from encoder.cli.unprotect import unprotect
from encoder.cli.verify import verify


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wecard", message="%(package)s %(version)s")
@click.option("--debug", is_flag=True, expose_value=False, help="Print the traceback of an error.")
def main() -> None:
    """Write business cards: chip, proof, lock, book and label.

    \b
    Examples:
      wecard-encoder run job.json --reader sim --labels labels --report report.json
      wecard-encoder readers
    """


for verb in (
    run,
    station,
    verify,
    unprotect,
    readers,
    inspect,
    labels,
    ledger,
    report,
    key,
    simulate,
):
    main.add_command(verb)
