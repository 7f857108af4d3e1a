"""``wecard-landing migrate``: bring the database to this version's schema."""

import click

from landing.cli.common import answer, read_settings, verb_options
from landing.storage import migrate as storage


@click.command(short_help="Make the database, or bring it to this version.")
@verb_options
def migrate(as_json: bool) -> None:
    """Make the database, or bring it to this version's schema, in one transaction.

    \b
    Examples:
      wecard-landing migrate
      wecard-landing migrate --json
    """
    settings = read_settings()
    done = storage.migrate(settings.database_url, settings.lock_path)
    if done.before == done.after:
        text = f"the schema is {done.after} already; nothing was changed"
    else:
        text = f"schema: {done.before or 'none'} → {done.after}"
    answer({"from": done.before, "to": done.after}, text, as_json=as_json)
