"""``wecard-encoder ledger``: show, export, check, keep and mend the book of cards."""

import click

from encoder.cli.ledger.cards import export, scrap, show
from encoder.cli.ledger.keeping import backup, check, merge
from encoder.cli.ledger.stats import stats


@click.group()
def ledger() -> None:
    """Show, export, check, keep and mend the book of cards.

    \b
    Examples:
      wecard-encoder ledger show --job J-2026-0001
      wecard-encoder ledger scrap 7H3K-9QX2-MZ4D-G
    """


for verb in (show, export, stats, check, backup, merge, scrap):
    ledger.add_command(verb)
