"""``wecard-landing station``: let workstations fetch jobs and hand in reports."""

import secrets

import click

from landing.cli.common import answer, now, open_site_database, read_settings, verb_options
from landing.contract.documents import format_time
from landing.stations.tokens import new_station, withdraw_token
from landing.storage.stations import Station, all_stations

_NAME = click.argument("name", metavar="NAME")


@click.group(short_help="Let workstations fetch jobs and hand in reports.")
def station() -> None:
    """Let workstations fetch jobs and hand in reports, each with a token of its own.

    \b
    Examples:
      wecard-landing station new bench-1
      wecard-landing station revoke bench-1
    """


@station.command(short_help="Make a token for a workstation.")
@_NAME
@verb_options
def new(name: str, as_json: bool) -> None:
    """Make a token for the workstation NAME, and print it: it cannot be shown again.

    \b
    Examples:
      wecard-landing station new bench-1 > station.token
      wecard-landing station new bench-1 --json

    A file with a token is to be readable by its owner alone: say umask 077 first.
    """
    with open_site_database(read_settings()) as database, database.writing() as db:
        token = new_station(db, name, now=now(), random=secrets.token_urlsafe)
        answer({"station": name, "token": token}, token, as_json=as_json)  # or it is not made
    click.echo(f"{name}: keep this token as you keep a password; it is not shown again", err=True)


@station.command(short_help="Let a workstation's token count no more.")
@_NAME
@verb_options
def revoke(name: str, as_json: bool) -> None:
    """Let the token of the workstation NAME count no more, from its next request on.

    \b
    Examples:
      wecard-landing station revoke bench-1
      wecard-landing station revoke bench-1 --json
    """
    at = now()
    with open_site_database(read_settings()) as database, database.writing() as db:
        withdraw_token(db, name, now=at)
    document = {"station": name, "revoked_at": format_time(at)}
    answer(document, f"{name}: its token counts no more", as_json=as_json)


@station.command(name="list", short_help="List the workstations.")
@verb_options
def list_stations(as_json: bool) -> None:
    """List the workstations that have or had a token, and the day each was last seen.

    \b
    Examples:
      wecard-landing station list
      wecard-landing station list --json
    """
    with open_site_database(read_settings()) as database, database.reading() as db:
        stations = all_stations(db)
    lines = [_line(found) for found in stations] or ["no station has a token yet"]
    answer(
        {"stations": [_document(found) for found in stations]}, "\n".join(lines), as_json=as_json
    )


def _document(found: Station) -> dict[str, str | None]:
    return {
        "station": found.name,
        "created_at": format_time(found.created_at),
        "last_seen_on": found.last_seen_on.isoformat() if found.last_seen_on else None,
        "revoked_at": format_time(found.revoked_at) if found.revoked_at else None,
    }


def _line(found: Station) -> str:
    seen = f"last seen {found.last_seen_on}" if found.last_seen_on else "never seen"
    state = f"revoked {found.revoked_at:%Y-%m-%d}" if found.revoked_at else "in use"
    return f"{found.name:<24} {state:<18} {seen}"
