"""``wecard-landing contacts export``: hand an owner what they received."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import click

from landing.cli.common import open_site_database, read_settings, verb_options
from landing.cli.files import STREAM, open_outlet
from landing.contract.documents import format_time
from landing.errors import DataError
from landing.storage.connection import Connection
from landing.storage.profiles import find_profile_by_reference
from landing.storage.submissions import ReceivedContact, export_contacts

COLUMNS = (
    "given_name",
    "family_name",
    "email",
    "tel",
    "organization",
    "organization_title",
    "message",
    "given_at",
    "purposes",
    "record_id",
)
FORMULA_STARTS = tuple("=+-@\t\r\n\0＝＋－＠")  # Source: OWASP ASVS 5.0, 1.2.10


@click.group(short_help="Hand an owner the contacts they received.")
def contacts() -> None:
    """Hand an owner the contacts they received.

    \b
    Examples:
      wecard-landing contacts export --reference zoe --out zoe.csv
      wecard-landing contacts export --reference zoe --json
    """


@contacts.command(short_help="Write an owner's contacts as CSV or JSON.")
@click.option("--reference", required=True, metavar="REF", help="Whose contacts.")
@click.option(
    "--out",
    default=STREAM,
    show_default=True,
    metavar="FILE",
    help="The file to write; - prints it.",
)
@click.option("--quarantined", is_flag=True, help="List the contacts that are held back instead.")
@verb_options
def export(reference: str, out: str, quarantined: bool, as_json: bool) -> None:
    """Write the contacts that an owner received, as CSV, or as JSON with --json.

    What a visitor has taken back is not in it. A cell that a spreadsheet would take for a
    formula begins with an apostrophe in the CSV, phone numbers too.

    \b
    Examples:
      wecard-landing contacts export --reference zoe --out zoe.csv
      wecard-landing contacts export --reference zoe --json
    """
    with open_site_database(read_settings()) as database, database.reading() as db:
        uid = _profile_uid(db, reference)
        received = export_contacts(db, uid, quarantined=quarantined)
    rows = [_row(contact) for contact in received]
    content = _as_json(reference, rows) if as_json else _as_csv(rows)
    open_outlet(out, content.encode()).publish()
    if out != STREAM:
        count = "1 contact" if len(rows) == 1 else f"{len(rows)} contacts"
        click.echo(f"{count}, written to {out}", err=True)


def _profile_uid(db: Connection, reference: str) -> str:
    profile = find_profile_by_reference(db, reference)
    if profile is None:
        raise DataError(
            f"no profile has the reference {reference}; nothing was written",
            hint="compare with the column reference of the people file",
        )
    return profile.uid


def _row(contact: ReceivedContact) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in COLUMNS} | {
        "given_at": format_time(contact.given_at),
        "purposes": list(contact.purposes),
    }


def _as_json(reference: str, rows: Sequence[dict[str, Any]]) -> str:
    document = {"reference": reference, "contacts": rows}
    return json.dumps(document, ensure_ascii=False) + "\n"


def _as_csv(rows: Sequence[dict[str, Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)  # RFC 4180: CRLF, quotes where needed
    writer.writerow(COLUMNS)
    for row in rows:
        cells = {**row, "purposes": " ".join(row["purposes"])}
        writer.writerow([_harmless(cells[name] or "") for name in COLUMNS])
    return text.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
