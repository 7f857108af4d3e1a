"""``wecard-landing profile``: take a people file in, look at one of them, change a little."""

import uuid
from pathlib import Path

import click

from landing.cli.common import answer, now, open_site_database, read_settings, verb_options
from landing.cli.files import read_document
from landing.cli.person import set_fields, show
from landing.people.pictures import PictureFolder
from landing.people.take_in import refuse_taken_slugs, take_in_people
from landing.profile.people import read_people


@click.group(short_help="Keep the people whose cards these are.")
def profile() -> None:
    """Keep the people whose cards these are.

    \b
    Examples:
      wecard-landing profile import people.csv
      wecard-landing profile show zoe
    """


for verb in (show, set_fields):
    profile.add_command(verb)


@profile.command(name="import", short_help="Take a people file in.")
@click.argument("file", metavar="FILE.csv")
@verb_options
def import_file(file: str, as_json: bool) -> None:
    """Take in a CSV of people with their pictures beside it: every line, or none.

    A person is known by the column reference: the same file again changes nothing.

    \b
    Examples:
      wecard-landing profile import people.csv
      wecard-landing profile import /srv/people/people.csv --json
    """
    settings = read_settings()
    with open_site_database(settings) as database:
        pictures = PictureFolder(Path(file).parent)
        people = read_people(read_document(file), take_picture=pictures.take)
        with database.reading() as db:
            refuse_taken_slugs(db, people)
        pictures.store(settings.pictures_dir)
        with database.writing() as db:
            done = take_in_people(db, people, now=now(), new_uid=lambda: str(uuid.uuid4()))
    counts = {"new": done.new, "changed": done.changed, "unchanged": done.unchanged}
    answer(counts, ", ".join(f"{count} {name}" for name, count in counts.items()), as_json=as_json)
